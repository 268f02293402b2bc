import { sentenceOf, Stopped } from '../../common/fault';
import type { StateKeeping, TrainingState } from '../../training/trainingState';
import type { RunFolder } from '../runFolder';
import type { RunJournal } from './runJournal';
import type { StateKey } from './trainingStateFile';

/** Seconds between two states, unless the run says otherwise. */
export const STATE_SECONDS = 30;
/** Saving may take this share of the time, so that large models are saved less often. */
const SHARE = 1 / 20;
/** The last state of pre-training is kept when the one before is older than this, in seconds. */
const LAST_AFTER = 2;

/** Raised by a `StateKeeper` to end a trainer at the step after which its run waits to be compared with others. */
export class Paused extends Stopped {}

/** Keeps the state of a run's pre-training on disk, and finds the one that an earlier trainer of the run left. */
export class StateKeeper implements StateKeeping {
  private saved = performance.now();
  private cost = 0;
  private troubled = false;

  private constructor(
    private readonly folder: RunFolder,
    private readonly journal: RunJournal,
    private readonly key: StateKey,
    private readonly seconds: number,
    private readonly log: (line: string) => void,
    readonly resume?: TrainingState,
  ) {}

  /**
   * Looks for a state to go on from and brings the metrics back to where they were then; without one the metrics begin anew.
   *
   * @throws FileFault when the folder cannot be read or written, `Paused` when the state is where the run shall wait
   */
  static async open(
    folder: RunFolder,
    journal: RunJournal,
    key: StateKey,
    log: (line: string) => void,
    seconds = STATE_SECONDS,
  ): Promise<StateKeeper> {
    const found = await folder.trainingState(key);
    const isWhole = found.state && (await folder.hasMetrics(found.metrics));
    const why = found.state && !isWhole ? 'its metrics are damaged' : found.why;
    if (why !== undefined) log(`The run begins anew because ${why}.`);
    await folder.cutMetrics(found.state && isWhole ? found.metrics.bytes : 0);
    const resume = isWhole ? found.state : undefined;
    if (resume) log(`Pre-training goes on after step ${resume.steps.step}.`);
    const { pauseAfter = Infinity } = journal.record;
    if (resume && resume.steps.step >= pauseAfter) throw new Paused();
    return new StateKeeper(folder, journal, key, seconds, log, resume);
  }

  /** Saves a state when it is time. A disk that refuses is no reason to stop training. Throws `Paused` after the step where the run shall wait. */
  async offer(capture: () => Promise<TrainingState>, isLast: boolean, step: number): Promise<void> {
    const started = performance.now();
    const pauses = step === this.journal.record.pauseAfter;
    if (pauses) await this.save(capture);
    if (pauses) throw new Paused();
    const interval = Math.max(this.seconds, this.cost / SHARE);
    if (started - this.saved < 1000 * (isLast ? Math.min(interval, LAST_AFTER) : interval)) return;
    await this.save(capture);
    this.saved = performance.now();
    this.cost = (this.saved - started) / 1000;
  }

  private async save(capture: () => Promise<TrainingState>): Promise<void> {
    try {
      const metrics = await this.journal.settleMetrics();
      await this.folder.keepTrainingState(await capture(), this.key, metrics);
    } catch (error) {
      if (!this.troubled) this.log(`${sentenceOf(error)} Training goes on without saving its state.`);
      this.troubled = true;
    }
  }
}
