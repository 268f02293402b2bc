import type { Layer } from '../../architecture/architecture';
import type { CheckpointStart } from './checkpointValues';
import type { ReadProgram } from './readProgram';
import type { TokenStage } from './tokenStage';

/** What a run says about the definition that it trained. */
export interface DefinitionNotes {
  /** Dropout layers that were left out of training. */
  readonly withoutDropout: readonly string[];
  /** Where a masked autoencoder's masks act: on its tokens, of patches of this side, or on the image that it is given. */
  readonly masking?: { readonly at: 'tokens'; readonly patch: number } | { readonly at: 'input'; readonly why: string };
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

/** What a run says about the masks of a masked autoencoder. */
export function maskingNote(stage: TokenStage | undefined): NonNullable<DefinitionNotes['masking']> {
  if (stage) return { at: 'tokens', patch: stage.patch };
  return { at: 'input', why: 'no step makes one token of each square patch that later steps treat alike, so pixels are masked instead' };
}

/** Layers of Keras that change images or features in training alone. */
const RANDOM = /(^|\.)(Random[A-Z]\w*|GaussianNoise)$/;

/** Layers that would drop or change something in training; Keras calls the share of what is dropped `rate`, attention in Flax `dropout_rate`. */
const dropoutsIn = (layers: readonly Layer[]): string[] =>
  layers.flatMap(({ path, kind, type, arguments: given, children }) => {
    const { p, rate = p, dropout_rate: own, dropout = own, num_layers: depth, units, recurrent_dropout: within } = given;
    // PyTorch drops between its layers, Keras what each takes.
    const drops = [dropout, units && within].some(share => share && !isZero(share));
    const isRecurrent = /(^|\.)(LSTM|GRU|(Simple)?RNN)(Cell)?$/.test(type) && drops && (units || (depth?.known && depth.value !== 1));
    return [
      ...((kind === 'dropout' && !isZero(rate)) ||
      RANDOM.test(type) ||
      isRecurrent ||
      (/(^|\.)(MultiHead(DotProduct)?|Self)?Attention$/.test(type) && dropout && !isZero(dropout))
        ? [path]
        : []),
      ...dropoutsIn(children),
    ];
  });

const isZero = (share: Layer['arguments'][string] | undefined): boolean => share?.known === true && share.value === 0;
