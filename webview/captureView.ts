import { t, toTranslate, translated } from '../src/common/translation';
import type { CaptureRecord } from '../src/reporting/captureRecord';
import type { CaptureFrame } from '../src/training/multiView/frames';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import { captureOption, describeFrame, frameData, frameTable, mapHeight, strongestKernels } from './charts/captureMap';
import { ChartFigure } from './charts/chartFigure';
import { readTheme } from './charts/chartTheme';
import { Dropdown, quietButton } from './controls';
import { element } from './dom';
import { changeDetector, type StudyView } from './studyView';

/** Between two frames that are played. */
const FRAME_MS = 160;

const NAMES: Readonly<Record<string, string>> = {
  teacher: toTranslate('teacher and student'),
  mae: toTranslate('masked autoencoder'),
  supervised: toTranslate('from scratch'),
  refitted: toTranslate('from scratch, head fitted'),
  random: toTranslate('random encoder'),
};

/** Which kernels capture which features, frame by frame, as an experiment of the multi-view laboratory goes on. */
export class CaptureView implements StudyView {
  private readonly figure = new ChartFigure(t('Feature capture'));
  private readonly findings = element('ul', { class: 'findings', 'aria-label': t('What the experiment says') });
  readonly root = element('div', { class: 'capture' }, this.figure.root, this.findings);
  private readonly arms = new Dropdown(t('Arm'), name => this.choose(() => (this.arm = this.armOf(name))));
  private readonly seeds = new Dropdown(t('Seed'), name => this.choose(() => (this.seed = Number(name.replace(/\D/g, '')))));
  private readonly slider = element('input', { type: 'range', min: '0', step: '1', 'aria-label': t('Frame') });
  private readonly play = quietButton(t('Play'), t('Play the frames'), () => this.toggle());
  private readonly place = element('div', { class: 'frames' }, this.play, this.slider);
  private readonly changed = changeDetector();
  private record: CaptureRecord | undefined;
  private arm: string | undefined;
  private seed: number | undefined;
  /** Whether the newest frame is shown as frames arrive. */
  private follows = true;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.figure.tools.prepend(this.arms.root, this.seeds.root);
    this.figure.below.append(this.place);
    this.slider.addEventListener('input', () => {
      this.follows = this.slider.value === this.slider.max;
      this.draw();
    });
  }

  update({ capture }: PanelSnapshot): void {
    if (!this.changed(capture)) return;
    this.record = capture;
    const frames = capture?.frames ?? [];
    for (const control of [this.arms.root, this.seeds.root, this.place]) control.hidden = frames.length === 0;
    this.findings.replaceChildren(
      ...[...(capture?.fault ? [capture.fault] : []), ...(capture?.findings ?? [])].map(text => element('li', {}, text)),
    );
    if (frames.length === 0) {
      this.figure.clear(
        t(
          'Multi-view data have features that are known, so that one can see which of them an encoder captures. Run the command “BoundLens: Explore Feature Capture”, or “boundlens multiview SPEC.json --out .boundlens/multiview/NAME”: the frames appear here while it runs.',
        ),
      );
      return;
    }
    const arms = [...new Set(frames.map(({ arm }) => arm))];
    if (!arms.some(arm => arm === this.arm)) this.arm = arms[0];
    const seeds = [...new Set(frames.filter(({ arm }) => arm === this.arm).map(({ seed }) => seed))];
    if (this.seed === undefined || !seeds.includes(this.seed)) this.seed = seeds[0];
    this.arms.update(arms.map(titleOf), titleOf(this.arm!));
    this.seeds.update(
      seeds.map(seed => t('seed {0}', seed)),
      t('seed {0}', this.seed!),
    );
    const last = this.frames().length - 1;
    this.slider.max = `${last}`;
    if (this.follows) this.slider.value = `${last}`;
    this.draw();
  }

  paint(): void {
    this.figure.paint();
  }

  private frames(): readonly CaptureFrame[] {
    return this.record?.frames.filter(({ arm, seed }) => arm === this.arm && seed === this.seed) ?? [];
  }

  private armOf(title: string): string | undefined {
    return this.record?.frames.find(({ arm }) => titleOf(arm) === title)?.arm;
  }

  private choose(change: () => void): void {
    change();
    const { record } = this;
    if (!record) return;
    this.follows = true;
    this.changed(undefined);
    this.update({ capture: record } as PanelSnapshot);
  }

  private draw(): void {
    const frames = this.frames();
    const frame = frames[Number(this.slider.value)] ?? frames.at(-1);
    if (!frame) return;
    // Correlations grow in training; one scale for all frames lets them be seen to grow.
    const largest = Math.max(...frames.flatMap(one => strongestKernels(one).map(({ value }) => value)), 1e-6);
    const summary = `${this.record?.name ?? ''}, ${titleOf(frame.arm)}, ${t('seed {0}', frame.seed)}. ${describeFrame(frame)}`;
    this.slider.setAttribute('aria-valuetext', describeFrame(frame));
    this.figure.update({
      option: (_, theme) => captureOption(frame, largest, theme),
      height: () => mapHeight(frame),
      summary,
      description: summary,
      table: frameTable(frame),
      data: () => frameData(frame),
      markOf: row => ({ seriesIndex: 0, dataIndex: strongestKernels(frame)[row]!.kernel * frame.features + row }),
    });
  }

  /** Plays from the start, or stops. Who wants no motion gets the last frame at once. */
  private toggle(): void {
    const playing = this.timer !== undefined;
    clearInterval(this.timer);
    this.timer = undefined;
    if (!playing && !readTheme().reducedMotion) {
      this.slider.value = '0';
      this.timer = setInterval(() => this.next(), FRAME_MS);
    } else if (!playing) this.slider.value = this.slider.max;
    this.name();
    this.draw();
  }

  private next(): void {
    if (this.slider.value === this.slider.max || this.root.clientWidth === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
      this.name();
      return;
    }
    this.slider.value = `${Number(this.slider.value) + 1}`;
    this.draw();
  }

  private name(): void {
    const isPlaying = this.timer !== undefined;
    const name = isPlaying ? t('Stop playing') : t('Play the frames');
    this.play.textContent = isPlaying ? t('Stop') : t('Play');
    this.play.setAttribute('aria-label', name);
    this.play.title = name;
  }
}

const titleOf = (arm: string): string => translated(NAMES[arm] ?? arm);
