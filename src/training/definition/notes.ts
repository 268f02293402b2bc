import type { Layer } from '../../architecture/architecture';
import type { CheckpointStart } from './checkpointValues';
import type { ReadProgram } from './readProgram';

/** What a run says about the definition that it trained. */
export interface DefinitionNotes {
  /** Dropout layers that were left out of training. */
  readonly withoutDropout: readonly string[];
  /** What a checkpoint gave values to, and what it did not. */
  readonly checkpoint?: {
    readonly started: number;
    readonly missing: readonly { readonly name: string; readonly why: string }[];
    readonly unused: readonly string[];
  };
}

export function notesOn({ architecture }: ReadProgram, start: CheckpointStart | undefined): DefinitionNotes {
  return {
    withoutDropout: dropoutsIn(architecture.layers),
    ...(start && { checkpoint: { started: start.values.size, missing: start.missing, unused: start.unused } }),
  };
}

/** Layers that would drop something in training. */
const dropoutsIn = (layers: readonly Layer[]): string[] =>
  layers.flatMap(({ path, kind, arguments: { p }, children }) => [
    ...(kind === 'dropout' && !(p?.known && p.value === 0) ? [path] : []),
    ...dropoutsIn(children),
  ]);
