import type { RunProgress, RunState } from '../runs/record';
import type { CaptureRecord } from './captureRecord';
import type { StudySummary } from '../runs/summary/studySummary';
import type { Report } from '../theory/report';
import type { Reconstructions } from '../training/reconstructions';
import type { TrialResults } from '../training/results';

/**
 * What the extension host and the panel's page say to each other: plain data that survives `postMessage`, one union per direction.
 * The page says `ready`, the host answers with one `snapshot`; deltas (`runs`, `metrics`, at most 10 a second) follow until the page is hidden.
 * After it was hidden the next thing a page gets is a snapshot again.
 */

/** One run as the panel shows it. `id` is unique in the runs folder: `<study>/<trial>`. */
export interface RunSummary {
  readonly id: string;
  readonly study: string;
  /** Trials that differ only in their seed share an arm. */
  readonly arm: string;
  readonly seed: number;
  /** Kinds of several regularisers are joined by ` + `; then there is no single λ. */
  readonly regulariser: { readonly kind: string; readonly lambda?: number };
  /** The same for runs that differ in regulariser and seed alone; up to the slash also for those that are pre-trained in another way or not at all. */
  readonly setting: string;
  /** False for the baseline that is fine-tuned from a random encoder. */
  readonly pretrained: boolean;
  /** Number of labelled points used in fine-tuning. */
  readonly labels: number;
  readonly state: RunState;
  /** ISO 8601 instants. */
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly progress?: RunProgress;
  /** As "native, 1 thread". */
  readonly engine?: string;
  /** What a finished run left, its reports included. */
  readonly results?: TrialResults;
  /** Why it failed: one sentence with the mend. */
  readonly fault?: string;
}

/** One curve of one run, by column. In a `metrics` message: the points to append. */
export interface Series {
  /** Scalar name of `MetricLine.values`, as `loss`, `regulariser`, `heldOutRegulariser`, `featureNorm`, `holdOutLoss`. */
  readonly name: string;
  /** `pre-training` or `fine-tuning`; steps count from 0 within a phase. */
  readonly phase: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Curves by `RunSummary.id`. */
export type SeriesByRun = Readonly<Record<string, readonly Series[]>>;

/** What one tensor of a definition adds to its capacity, as the architecture alone gives it. */
export interface LayerShare {
  /** Path of the layer, as `blocks.0.mlp.fc1`. */
  readonly path: string;
  readonly tensor: string;
  /** Zero-based line that constructs the layer. */
  readonly line: number;
  /** Its share of the log covering number, in [0, 1]. */
  readonly share: number;
  /** Spectral norm as expected at initialisation. */
  readonly norm: number;
}

/** The definition that the selected study stands for, as far as the editor knows it. */
export interface PanelDefinition {
  readonly name: string;
  /** Absolute path, to be handed back in `openSource`. */
  readonly file: string;
  /** Path as shown: relative to its workspace folder. */
  readonly label: string;
  /** Zero-based. */
  readonly line: number;
  /** The bound as the architecture alone gives it; stands in the headline until a run has finished. */
  readonly estimate?: Report;
  /** In the order of the source; absent where the architecture is not fully known. */
  readonly layers?: readonly LayerShare[];
}

/** Everything a page needs to draw itself from nothing. */
export interface PanelSnapshot {
  /** Names of all studies that have runs, most recent first. */
  readonly studies: readonly string[];
  /** The study that is shown; absent when there are no runs. */
  readonly study?: string;
  /** The runs of that study, in the order of its sweep. */
  readonly runs: readonly RunSummary[];
  /** Means over seeds, comparisons and findings of that study (`summarise`, src/runs/summary); absent until a run has finished. */
  readonly summary?: StudySummary;
  /** Ids of the runs whose curves are drawn. */
  readonly selected: readonly string[];
  /** Curves of the selected runs. */
  readonly series: SeriesByRun;
  /** Pictures that selected runs left, by `RunSummary.id`. */
  readonly reconstructions?: Readonly<Record<string, Reconstructions>>;
  readonly definition?: PanelDefinition;
  /** The latest experiment of the multi-view laboratory. */
  readonly capture?: CaptureRecord;
  /** False in a workspace that is not trusted: nothing can be started. */
  readonly trusted: boolean;
}

/** Ids of the page's tabs. */
export type PanelTab = 'overview' | 'representation' | 'predictions' | 'capture';

/** What the page may ask the host to do on behalf of a click. */
export type PanelCommand = 'preTrain' | 'stop' | 'resume' | 'openReport' | 'openPanel' | 'showLog';

/** What a chart or its data can be written as. */
export type ExportFormat = 'svg' | 'png' | 'csv' | 'json';

/** A file for the host to save where the user says. */
export interface ExportedFile {
  readonly format: ExportFormat;
  /** Suggested, without folder, as `fashion-training.svg`. */
  readonly name: string;
  /** Text; for PNG the bytes as base64. */
  readonly content: string;
}

export type HostMessage =
  | { readonly type: 'snapshot'; readonly snapshot: PanelSnapshot }
  /** Brings a tab to the front. */
  | { readonly type: 'tab'; readonly tab: PanelTab }
  /** Points to append to the curves of selected runs. */
  | { readonly type: 'metrics'; readonly series: SeriesByRun }
  /** What is new of the latest experiment of the multi-view laboratory; all of it where another one was begun. */
  | { readonly type: 'capture'; readonly added: CaptureRecord; readonly restarted: boolean }
  /** Summaries that changed or are new (whole, by id), and ids that are gone; runs of the shown study only. */
  | {
      readonly type: 'runs';
      readonly changed: readonly RunSummary[];
      readonly removed: readonly string[];
      readonly summary?: StudySummary;
    };

export type PageMessage =
  /** Sent once when the page can receive; carries what it remembers from before a reload. */
  | { readonly type: 'ready'; readonly study?: string; readonly selected?: readonly string[] }
  /** Answered with a snapshot. Without `runs` the host chooses. */
  | { readonly type: 'selectRuns'; readonly study: string; readonly runs?: readonly string[] }
  | { readonly type: 'openSource'; readonly file: string; readonly line?: number }
  | { readonly type: 'command'; readonly command: PanelCommand; readonly run?: string }
  | { readonly type: 'export'; readonly file: ExportedFile }
  /** Asks for the page itself, with its data, as one HTML file. */
  | { readonly type: 'exportReport' }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string };

/** What the page keeps through `setState` and the serializer hands back after a reload. */
export interface PanelState {
  readonly study?: string;
  readonly selected?: readonly string[];
}
