import type { Architecture } from '../architecture/architecture';
import type { ArchitectureBound } from '../theory/architectureBound';
import type { ProgramRequest, TrainedPart } from './definitionReader';

/** A source file as the editor holds it, saved or not. */
export interface SourceDocument {
  readonly uri: string;
  /** The editor's version number: an answer carries the version that it was made from. */
  readonly version: number;
  readonly text: string;
}

export interface AnalysisSettings {
  /** Number N of unlabelled images that the bound before any run assumes. */
  readonly unlabelled: number;
  /** Folders in which absolute imports are looked for after the source's own: workspace folders, an environment's packages. */
  readonly folders?: readonly string[];
  /** How studies construct definitions of the document, by their names: `Net(width=64)`. A comment over a definition comes before it. */
  readonly studied?: Readonly<Record<string, string>>;
  /** What studies train of them, by the definitions' names: whether they can be trained is judged by that. */
  readonly trained?: Readonly<Record<string, TrainedPart>>;
  /** Whether the steps of forward passes are left out of the answer; they make up much of it, and an editor shows none. */
  readonly isBrief?: boolean;
  /** Whether the text is being typed: definitions then keep their last good results, as in a text that does not parse. */
  readonly isTyping?: boolean;
  /** An expression to evaluate in the source's scope in place of its classes, as `vit_b_16(num_classes=10)`. */
  readonly call?: string;
  /** Asks for the program of one definition. */
  readonly program?: ProgramRequest;
}

/** A definition with what theory says about it before any run. */
export interface AnalysedDefinition {
  readonly architecture: Architecture;
  /** Absent when a layer's size is not known or the definition has no learnable matrix. */
  readonly bound?: ArchitectureBound;
  /** For each entry of `bound.layers` the path of its layer and the name of its tensor. */
  readonly boundLayers: readonly { readonly path: string; readonly tensor: string }[];
  /** The definition can not be read at the moment: this is its last good result, moved to where its header stands now. */
  readonly stale: boolean;
}

export interface Analysis {
  readonly uri: string;
  readonly version: number;
  readonly definitions: readonly AnalysedDefinition[];
  /** Why nothing was read although there may be something, as "the file is larger than 1 MB". */
  readonly skipped?: string;
}

/** An analysis on its way: a definition that is as it was in the answer before to the same document is its place there. */
export interface SentAnalysis extends Omit<Analysis, 'definitions'> {
  readonly definitions: readonly (AnalysedDefinition | number)[];
}

/** What the client asks of the worker. */
export type AnalysisRequest =
  | { readonly kind: 'analyse'; readonly id: number; readonly document: SourceDocument; readonly settings: AnalysisSettings }
  | { readonly kind: 'forget'; readonly uri: string };

/** What the worker tells the client. */
export type AnalysisReply =
  | { readonly kind: 'analysed'; readonly id: number; readonly analysis: SentAnalysis }
  | { readonly kind: 'failed'; readonly id: number; readonly sentence: string }
  | { readonly kind: 'log'; readonly text: string };

/** What a worker in a browser asks for, which cannot read the extension's files: one of them, by its name below `dist`. */
export interface AssetRequest {
  readonly kind: 'asset';
  readonly name: string;
}

/** The file that was asked for, or why it is not there. */
export interface AssetReply extends AssetRequest {
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly fault?: string;
}

/** What a worker thread is started with. */
export interface AnalysisWorkerData {
  /** Folder that holds `tree-sitter.wasm` and `tree-sitter-python.wasm`. */
  readonly assets: string;
}
