/**
 * What the extension `boundlens.boundlens` exports to other extensions. This file stands alone, so that it can be copied into another project; it changes
 * only by additions while the version stays 1. Described in docs/api.md.
 */
export interface BoundLensExports {
  /** Throws an Error with a sentence for a version that this BoundLens does not have. */
  getApi(version: 1): BoundLensApi;
}

export interface BoundLensApi {
  readonly version: 1;
  /**
   * Reads the model definitions of a source file, unsaved changes included; nothing of it is run. Empty where nothing is defined, where the language is
   * none that BoundLens reads, and where it is switched off. Rejects when the file cannot be opened.
   * @param uri a `vscode.Uri`, or its text
   */
  analyse(uri: { toString(): string }): Promise<readonly ApiDefinition[]>;
  /** The runs of the workspace as they are known at the moment; none in a browser. */
  runs(): readonly ApiRun[];
  /** Calls the listener when a run comes, goes, makes progress or ends. */
  onDidChangeRuns(listener: () => void): { dispose(): void };
}

/** How a number is known: a true upper bound, from a run or checkpoint, plug-in without guarantee, or said by the user. */
export type ApiEvidence = 'certified' | 'measured' | 'estimated' | 'assumed';

/** A model as written in a source file. */
export interface ApiDefinition {
  readonly name: string;
  readonly framework: string;
  /** The line of its header in the analysed text, from 1. */
  readonly line: number;
  /** Learnable scalars; null when one size is not known. */
  readonly parameters: number | null;
  /** Why something is not known, with the line that it depends on, from 1. */
  readonly unknown: readonly { readonly why: string; readonly line: number }[];
  readonly layers: readonly ApiLayer[];
  /** What theory says before any run; null when a size is not known or nothing is learnt. */
  readonly bound: ApiReport | null;
  /** Set when the text cannot be read at the moment and this is its last good result. */
  readonly stale: boolean;
}

/** One layer that holds parameters of its own. */
export interface ApiLayer {
  readonly path: string;
  readonly type: string;
  readonly line: number;
  readonly parameters: number | null;
  /** The spectral norms of its matrices that initialisation is expected to give (`estimated`). */
  readonly initialSpectralNorms: readonly number[];
  /** Its share of the log capacity of the definition, in [0, 1]; null without a bound. */
  readonly capacityShare: number | null;
}

/** One bound with its terms. */
export interface ApiReport {
  /** The theorem's name in docs/theory.md, as `D1`. */
  readonly theorem: string;
  readonly bounds: string;
  readonly total: number;
  readonly evidence: ApiEvidence;
  /** The largest value that the bounded loss can take; a total at or above it is vacuous. */
  readonly range: number;
  readonly vacuous: boolean;
  /** Labelled points n or unlabelled points N that would make a vacuous bound informative. */
  readonly needed: { readonly n?: number; readonly N?: number };
  /** Probability with which the bound may fail. */
  readonly failureProbability: number;
  readonly terms: readonly ApiTerm[];
}

export interface ApiTerm {
  readonly name: string;
  readonly value: number;
  readonly evidence: ApiEvidence;
  readonly formula: string;
  /** The numbers that were put into the formula. */
  readonly inputs: Readonly<Record<string, number | string>>;
  readonly assumptions: readonly string[];
}

export interface ApiRun {
  /** Unique in the workspace: `study/trial`. */
  readonly id: string;
  /** Absolute path of the folder that keeps it. */
  readonly folder: string;
  readonly study: string;
  readonly arm: string;
  readonly seed: number;
  readonly state: 'queued' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';
  /** Share of the run that is done, in [0, 1]. */
  readonly progress: number;
  /** The definition that its study stands for. */
  readonly definition: { readonly file: string; readonly name: string } | null;
  /** Why it failed. */
  readonly fault: string | null;
  readonly results: ApiResults | null;
}

export interface ApiResults {
  /** Accuracy on the test set, in [0, 1], by the mode of fine-tuning: `probe`, `frozen`, `full`. */
  readonly testAccuracy: Readonly<Record<string, number>>;
  /** Set when the features shrank or collapsed. */
  readonly collapse: string | null;
  readonly reports: readonly ApiReport[];
}
