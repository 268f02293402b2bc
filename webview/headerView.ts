import { t } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import { button, Dropdown } from './controls';
import type { StudyView } from './studyView';
import { element } from './dom';
import { isSaved, tell } from './host';
import { countRuns } from './runText';

/** The definition, the study and what can be started from here. */
export class HeaderView implements StudyView {
  readonly root: HTMLElement;
  private readonly name = element('h1');
  private readonly source = element('span', { class: 'muted' });
  private readonly counts = element('span', { class: 'muted' });
  private readonly studies = new Dropdown(t('Study'), study => tell({ type: 'selectRuns', study }));
  private readonly exported = button(t('Export Report…'), () => tell({ type: 'exportReport' }));
  private readonly report = button(t('Open Report'), () => tell({ type: 'command', command: 'openReport' }));
  private readonly start = button(t('Pre-train…'), () => tell({ type: 'command', command: 'preTrain' }), 'primary');

  constructor() {
    this.root = element(
      'header',
      { class: 'page-head' },
      element('div', { class: 'page-title' }, this.name, this.source, this.counts),
      element('div', { class: 'tools' }, this.studies.root, this.exported, this.report, this.start),
    );
  }

  update({ definition, study, studies, runs, summary, trusted }: PanelSnapshot): void {
    this.name.textContent = definition?.name ?? study ?? 'BoundLens';
    this.source.replaceChildren(...(definition ? [sourceLink(definition)] : []));
    this.counts.textContent = countRuns(runs);
    this.studies.update(studies, study);
    this.studies.root.hidden = studies.length < 2;
    this.exported.hidden = isSaved || runs.length === 0;
    this.report.hidden = isSaved || !summary;
    this.start.hidden = isSaved;
    this.start.toggleAttribute('disabled', !trusted);
    this.start.title = trusted ? '' : t('Trust this workspace to start runs.');
  }
}

function sourceLink({ file, label, line }: NonNullable<PanelSnapshot['definition']>): HTMLElement {
  const link = element('button', { class: 'link', type: 'button' }, `${label}:${line + 1}`);
  link.addEventListener('click', () => tell({ type: 'openSource', file, line }));
  return link;
}
