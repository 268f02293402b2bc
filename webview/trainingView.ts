import { t, translated } from '../src/common/translation';
import type { PanelSnapshot, RunSummary } from '../src/reporting/panelMessages';
import { ChartFigure } from './charts/chartFigure';
import { readTheme } from './charts/chartTheme';
import { curveData, curveTable, describeCurves, phasesOf, trainingCurves, type TrainingCurves } from './charts/trainingCurves';
import { trainingHeight, trainingLegend, trainingOption } from './charts/trainingOption';
import { CheckBox, Dropdown, quietToggle } from './controls';
import { element } from './dom';
import { remember, remembered, tell } from './host';
import { runLabel } from './runText';
import type { StudyView } from './studyView';

/** A list of more runs than this is folded at first. */
const FEW_RUNS = 15;

/** The curves of the chosen runs, growing while they run, and the list to choose them from. */
export class TrainingView implements StudyView {
  private readonly figure = new ChartFigure(t('Training'));
  readonly root = this.figure.root;
  private readonly phases = new Dropdown(t('Phase'), phase => this.choosePhase(phase));
  private readonly arms = element('div', { class: 'arms' });
  private readonly counted = element('summary', {}, t('Runs drawn'));
  private readonly choices = element(
    'details',
    { class: 'run-choices' },
    this.counted,
    element('fieldset', { 'aria-label': t('Runs drawn') }, this.arms),
  );
  private readonly toggles: readonly HTMLElement[];
  private boxes = new Map<string, { readonly box: CheckBox; readonly swatch: HTMLElement; readonly label: Text }>();
  private snapshot: PanelSnapshot | undefined;
  private phase: string | undefined;

  constructor() {
    const { smooth, log } = remembered();
    this.toggles = [
      quietToggle(t('Smooth'), t('Smooth'), smooth === true, pressed => this.setView({ smooth: pressed })),
      quietToggle(t('Log scale'), t('Log scale'), log === true, pressed => this.setView({ log: pressed })),
    ];
    this.figure.tools.prepend(this.phases.root, ...this.toggles);
    this.figure.below.append(this.choices);
  }

  update(snapshot: PanelSnapshot): void {
    this.snapshot = snapshot;
    const phases = phasesOf(snapshot);
    if (this.phase === undefined || !phases.includes(this.phase)) this.phase = phases[0];
    this.phases.update(phases.map(translated), this.phase === undefined ? undefined : translated(this.phase));
    this.phases.root.hidden = phases.length < 2;
    this.updateChoices(snapshot);
    this.draw();
  }

  paint(): void {
    this.figure.paint();
    if (this.snapshot) this.updateChoices(this.snapshot);
  }

  private draw(): void {
    if (!this.snapshot) return;
    const curves = trainingCurves(this.snapshot, this.phase ?? 'pre-training');
    for (const toggle of this.toggles) toggle.hidden = curves.curves.length === 0;
    if (curves.curves.length === 0) {
      this.figure.clear(this.snapshot.runs.length === 0 ? t('Curves appear here as soon as a run has started.') : describeCurves(curves));
      return;
    }
    const { smooth = false, log = false } = remembered();
    this.figure.update({
      option: (width, theme) => trainingOption(curves, { smooth, log }, width, theme),
      summary: caption(curves, this.phase ?? 'pre-training'),
      description: describeCurves(curves),
      table: curveTable(curves),
      data: () => curveData(curves),
      height: width => trainingHeight(curves, width),
      legend: theme => trainingLegend(curves, theme),
      markOf: row => firstCurveAt(curves, row),
    });
  }

  private choosePhase(phase: string): void {
    this.phase = this.snapshot && phasesOf(this.snapshot).find(one => translated(one) === phase);
    this.draw();
  }

  private setView(view: { readonly smooth?: boolean; readonly log?: boolean }): void {
    remember(view);
    this.draw();
  }

  private updateChoices({ runs, selected }: PanelSnapshot): void {
    const known = [...this.boxes.keys()].join('\n') === runs.map(run => run.id).join('\n');
    if (!known) {
      this.boxes = new Map(runs.map(run => [run.id, this.makeBox(run, selected.includes(run.id))]));
      this.arms.replaceChildren(...[...new Set(runs.map(run => run.arm))].flatMap(arm => this.armRow(arm, runs)));
    }
    const { series } = readTheme();
    const drawn = runs.filter(run => selected.includes(run.id));
    for (const run of runs) {
      const choice = this.boxes.get(run.id);
      if (!choice) continue;
      const place = drawn.indexOf(run);
      const state = run.state === 'finished' ? '' : ` (${translated(run.state)})`;
      choice.box.set(place >= 0, `${runLabel(run, runs)}${state}`);
      choice.swatch.style.background = place >= 0 ? (series[place % series.length] ?? '') : '';
      choice.label.data = t('seed {0}', run.seed) + state;
    }
    if (!known) this.choices.open = runs.length <= FEW_RUNS;
    this.counted.textContent = t('Runs drawn: {0} of {1}', drawn.length, runs.length);
    this.choices.hidden = runs.length === 0;
  }

  /** An arm's name and its runs beside it. */
  private armRow(arm: string, runs: readonly RunSummary[]): readonly HTMLElement[] {
    const boxes = runs.filter(run => run.arm === arm).flatMap(run => this.boxes.get(run.id)?.box.root ?? []);
    return [element('span', { class: 'arm' }, arm), element('div', { class: 'arm-runs' }, ...boxes)];
  }

  private makeBox(run: RunSummary, checked: boolean) {
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
    const label = document.createTextNode('');
    const box = new CheckBox([swatch, label], checked, chosen => this.choose(run.id, chosen));
    return { box, swatch, label };
  }

  private choose(run: string, chosen: boolean): void {
    if (!this.snapshot?.study) return;
    const { runs, selected, study } = this.snapshot;
    const wanted = runs.map(one => one.id).filter(id => (id === run ? chosen : selected.includes(id)));
    remember({ study, selected: wanted });
    tell({ type: 'selectRuns', study, runs: wanted });
  }
}

/** Where the row of the table lies on the first curve. */
function firstCurveAt(shown: TrainingCurves, row: number): { readonly seriesIndex: number; readonly dataIndex: number } | undefined {
  const [first] = shown.curves;
  const step = Number(curveTable(shown).rows[row]?.[0]?.replaceAll(',', ''));
  return (
    first && {
      seriesIndex: 0,
      dataIndex: Math.max(
        0,
        first.steps.findLastIndex(one => one <= step),
      ),
    }
  );
}

const caption = ({ curves }: TrainingCurves, phase: string): string =>
  curves.some(curve => curve.heldOut)
    ? t('Over the steps of {0}; dashed: validation, on images held out from training.', translated(phase))
    : t('Over the steps of {0}.', translated(phase));
