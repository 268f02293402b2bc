import './nonce';
import './pageTexts';
import { t } from '../src/common/translation';
import type { PanelSnapshot, PanelTab } from '../src/reporting/panelMessages';
import { BoundView } from './boundView';
import { BudgetView } from './budgetView';
import { CapacityView, NormsView } from './capacityView';
import { CaptureView } from './captureView';
import { onThemeChange } from './charts/chartTheme';
import { Tabs } from './controls';
import { element } from './dom';
import { HeaderView } from './headerView';
import { HeadlineView } from './headlineView';
import { listen, remember, remembered, reportErrors, tell } from './host';
import { ImpactView } from './impactView';
import css from './panel.css';
import { receive } from './panelModel';
import { PredictionView } from './predictionView';
import { ProgressView } from './progressView';
import { ReconstructionsView } from './reconstructionsView';
import { ResultsView } from './resultsView';
import { SpectrumView } from './spectrumView';
import type { StudyView } from './studyView';
import { TrainingView } from './trainingView';

const style = new CSSStyleSheet();
style.replaceSync(css);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];

/** What stands over the tabs. */
const head: readonly StudyView[] = [new HeaderView(), new ProgressView()];

/** The tabs; views are made when their tab is first shown. */
const pages: readonly { readonly id: PanelTab; readonly title: string; readonly make: () => readonly StudyView[] }[] = [
  {
    id: 'overview',
    title: t('Overview'),
    make: () => [new HeadlineView(), new BoundView(), new ImpactView(), new TrainingView(), new ResultsView()],
  },
  {
    id: 'representation',
    title: t('Representation'),
    make: () => [new ReconstructionsView(), new SpectrumView(), new CapacityView(), new NormsView()],
  },
  { id: 'predictions', title: t('Predictions'), make: () => [new PredictionView(), new BudgetView()] },
  { id: 'capture', title: t('Feature capture'), make: () => [new CaptureView()] },
];

const contents = new Map(pages.map(({ id }) => [id, element('div', { class: `grid page-${id}` })]));
const made = new Map<string, readonly StudyView[]>();
let shown = pages.find(({ id }) => id === remembered().tab)?.id ?? pages[0]!.id;
let known: PanelSnapshot | undefined;
let painting = 0;

/** The views that can be seen. */
function visible(): readonly StudyView[] {
  const views = made.get(shown) ?? pages.find(({ id }) => id === shown)!.make();
  if (!made.has(shown)) {
    made.set(shown, views);
    contents.get(shown)!.append(...views.map(({ root }) => root));
  }
  return [...head, ...views];
}

/** Draws at most once a frame, however many messages came, and only what can be seen. */
function repaint(): void {
  if (painting !== 0) return;
  painting = requestAnimationFrame(() => {
    painting = 0;
    if (!known) return;
    page.setAttribute('aria-busy', 'false');
    for (const view of visible()) view.update(known);
  });
}

const tabs = new Tabs(
  t('What is shown'),
  pages.map(({ id, title }) => ({ id, title, content: [contents.get(id)!] })),
  shown,
  id => {
    shown = pages.find(page => page.id === id)?.id ?? shown;
    remember({ tab: id });
    repaint();
  },
);
const page = document.getElementById('panel') ?? document.body.appendChild(element('main'));
page.setAttribute('aria-busy', 'true');
page.append(...head.map(({ root }) => root), tabs.root);
reportErrors();
onThemeChange(() => {
  for (const views of made.values()) for (const view of views) view.paint?.();
});
listen(message => {
  if (message.type === 'tab') tabs.show(message.tab);
  known = receive(known, message);
  // Runs are remembered only where somebody chose them: else the host goes on to draw the newest.
  if (known && known.study !== remembered().study) remember({ study: known.study, selected: undefined });
  repaint();
});
const { study, selected } = remembered();
tell({ type: 'ready', study, selected });
