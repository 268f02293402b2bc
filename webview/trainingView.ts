import type { PanelSnapshot, RunSummary } from '../src/editor/panelMessages';
import { ChartFigure } from './charts/chartFigure';
import { readTheme } from './charts/chartTheme';
import { curveTable, describeCurves, phasesOf, runLabel, trainingCurves } from './charts/trainingCurves';
import { trainingHeight, trainingOption } from './charts/trainingOption';
import { CheckBox, Dropdown, toggle } from './controls';
import { element } from './dom';
import { remember, remembered, tell } from './host';

/** The curves of the chosen runs, growing while they run, and the list to choose them from. */
export class TrainingView {
  private readonly figure = new ChartFigure('Training');
  readonly root = this.figure.root;
  private readonly phases = new Dropdown('Phase', phase => this.choosePhase(phase));
  private readonly choices = element('fieldset', { class: 'run-choices' }, element('legend', {}, 'Runs drawn (dashed: held-out images)'));
  private boxes = new Map<string, { readonly box: CheckBox; readonly swatch: HTMLElement; readonly label: Text }>();
  private snapshot: PanelSnapshot | undefined;
  private phase: string | undefined;

  constructor() {
    const { smooth, log } = remembered();
    this.figure.tools.prepend(
      this.phases.root,
      toggle('Smooth', smooth === true, pressed => this.setView({ smooth: pressed })),
      toggle('Log scale', log === true, pressed => this.setView({ log: pressed })),
    );
    this.figure.legend.append(this.choices);
  }

  update(snapshot: PanelSnapshot): void {
    this.snapshot = snapshot;
    const phases = phasesOf(snapshot);
    if (this.phase === undefined || !phases.includes(this.phase)) this.phase = phases[0];
    this.phases.update(phases, this.phase);
    this.phases.root.hidden = phases.length < 2;
    this.updateChoices(snapshot);
    this.draw();
  }

  /** Draws again with the colours that are in force now. */
  draw(): void {
    if (!this.snapshot) return;
    const curves = trainingCurves(this.snapshot, this.phase ?? 'pre-training');
    if (curves.curves.length === 0) {
      this.figure.clear(this.snapshot.runs.length === 0 ? 'Curves appear here as soon as a run has started.' : describeCurves(curves));
      return;
    }
    const { smooth = false, log = false } = remembered();
    this.figure.update({
      option: trainingOption(curves, { smooth, log }, readTheme()),
      summary: describeCurves(curves),
      table: curveTable(curves),
      height: trainingHeight(curves),
    });
  }

  private choosePhase(phase: string): void {
    this.phase = phase;
    this.draw();
  }

  private setView(view: { readonly smooth?: boolean; readonly log?: boolean }): void {
    remember(view);
    this.draw();
  }

  private updateChoices({ runs, selected }: PanelSnapshot): void {
    const known = [...this.boxes.keys()].join('\n') === runs.map(run => run.id).join('\n');
    if (!known) {
      for (const { box } of this.boxes.values()) box.root.remove();
      this.boxes = new Map(runs.map(run => [run.id, this.makeBox(run, selected.includes(run.id))]));
      this.choices.append(...[...this.boxes.values()].map(({ box }) => box.root));
    }
    const { series } = readTheme();
    const drawn = runs.filter(run => selected.includes(run.id));
    for (const run of runs) {
      const choice = this.boxes.get(run.id);
      if (!choice) continue;
      const place = drawn.indexOf(run);
      choice.box.set(place >= 0);
      choice.swatch.style.background = place >= 0 ? (series[place % series.length] ?? '') : '';
      choice.label.data = `${runLabel(run, runs)}${run.state === 'finished' ? '' : ` (${run.state})`}`;
    }
    this.choices.hidden = runs.length === 0;
  }

  private makeBox(run: RunSummary, checked: boolean) {
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
    const label = document.createTextNode(run.arm);
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
