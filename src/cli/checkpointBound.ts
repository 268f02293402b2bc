import type { Architecture } from '../architecture/architecture';
import { tensorKey } from '../architecture/composition';
import { initialNorms } from '../architecture/initialWeights';
import { elementCount, type Checkpoint, type TensorInfo } from '../checkpoints/checkpoint';
import { measureWeights, peeledWeights } from '../checkpoints/measuredWeights';
import { checkpointNorms, type CheckpointNorms, type NormOptions, type TensorNorms } from '../checkpoints/norms';
import { openCheckpoint } from '../checkpoints/openCheckpoint';
import { matrixLayout } from '../checkpoints/weightShape';
import { FileFault } from '../common/fault';
import { boundOf } from '../definitions/architectureBounds';
import { architectureBound, type ArchitectureBound } from '../theory/architectureBound';
import { peel } from '../theory/peeling';
import type { Report } from '../theory/report';
import { bestProducts } from './bestProducts';
import type { CommandContext } from './command';
import { matchedDefinition, matchSummary, type MatchSummary } from './matchedDefinition';

/** One matrix of a checkpoint with its share of the capacity. */
export interface CheckpointLayer extends Pick<TensorNorms, 'name' | 'spectral' | 'frobenius' | 'l21' | 'stableRank'> {
  /** Share of ln N(ε), in [0, 1]. */
  readonly share: number;
}

/** The bound of a checkpoint: the report of theorem D4 over its measured norms, and what it was made of. */
export interface CheckpointBound extends Report {
  readonly checkpoint: { readonly file: string; readonly format: string };
  /** The definition whose composition was followed; absent where none was given. */
  readonly definition?: MatchSummary;
  /** How the layers compose, or why that is not known. */
  readonly composition: string;
  readonly layers: readonly CheckpointLayer[];
  /** log₁₀ of the Lipschitz constant that the norms give. */
  readonly lipschitzDecades: number;
  /** Sums and products of norms over all matrices of the file, where no definition was given. */
  readonly totals?: CheckpointNorms['totals'];
}

const NO_COMPOSITION = 'not known: a checkpoint names tensors, not how they are composed; give --definition FILE#Class';

/**
 * Measures a checkpoint and bounds the excess pre-training loss at `unlabelled` images: composed as a definition says, or as one chain in the file's order
 * where none is given. Throws a Fault for a file that is no checkpoint, has no matrix, or does not fit the definition.
 */
export async function boundOfCheckpoint(
  file: string,
  definition: string | undefined,
  unlabelled: number,
  context: CommandContext,
): Promise<CheckpointBound> {
  const checkpoint = await openCheckpoint(file);
  try {
    const { terminal, signal } = context;
    const options: NormOptions = { ...(await bestProducts()), signal, progress: (fraction, name) => terminal.progress(fraction, name) };
    return definition === undefined
      ? await boundAsChain(checkpoint, unlabelled, options)
      : await boundAsDefined(checkpoint, definition, unlabelled, options, context);
  } finally {
    context.terminal.progressDone();
    await checkpoint.close();
  }
}

/**
 * An upper bound of the operator behind a tensor. A convolution is its reshaped kernel times the stack of its shifted inputs, one a tap, whose norm is at most
 * √taps times the input's.
 */
function operatorAbove({ spectral }: TensorNorms, { shape, outputAxis }: Pick<TensorInfo, 'shape' | 'outputAxis'>): number {
  const taps = elementCount(outputAxis === 'last' ? shape.slice(0, -2) : shape.slice(2));
  return spectral!.of === 'kernel' ? spectral!.upper * Math.sqrt(taps) : spectral!.upper;
}

async function boundAsChain(checkpoint: Checkpoint, unlabelled: number, options: NormOptions): Promise<CheckpointBound> {
  const { tensors, totals, format } = await checkpointNorms(checkpoint, options);
  const stored = new Map(checkpoint.tensors.map(tensor => [tensor.name, tensor]));
  const matrices = tensors.filter(({ spectral }) => spectral !== undefined && spectral.upper > 0);
  if (matrices.length === 0) throw new FileFault(checkpoint.file, 'holds no weight matrix', 'give the weights of a model');
  const sized = matrices.map(tensor => ({ tensor, stored: stored.get(tensor.name)!, layout: matrixLayout(stored.get(tensor.name)!) }));
  const { rounded, nats } = peel(
    sized.map(({ tensor, stored: info }) => operatorAbove(tensor, info)),
    1 + 1 / matrices.length,
  );
  const bound = architectureBound({
    layers: sized.map(({ tensor, layout }, i) => ({
      inputs: layout.outputs === 'rows' ? layout.columns : layout.rows,
      outputs: layout.outputs === 'rows' ? layout.rows : layout.columns,
      initialSpectralNorm: rounded[i]!,
      kind: tensor.spectral!.of === 'kernel' ? 'convolution' : 'linear',
    })),
    unlabelled,
    assumptions: ['composition not known: the matrices are taken as one chain in the file’s order', 'inputs of norm at most 1'],
    measured: { evidence: 'assumed', peelingNats: nats },
  });
  return {
    ...bound.report,
    checkpoint: { file: checkpoint.file, format },
    composition: NO_COMPOSITION,
    layers: matrices.map((tensor, i) => layerOf(tensor, bound.layers[i]!.share)),
    lipschitzDecades: bound.lipschitzDecades,
    totals,
  };
}

const layerOf = ({ name, spectral, frobenius, l21, stableRank }: TensorNorms, share: number): CheckpointLayer => ({
  name,
  spectral,
  frobenius,
  l21,
  stableRank,
  share,
});

async function boundAsDefined(
  checkpoint: Checkpoint,
  definition: string,
  unlabelled: number,
  options: NormOptions,
  context: CommandContext,
): Promise<CheckpointBound> {
  const matched = await matchedDefinition(checkpoint, definition, context);
  const { architecture, matching } = matched;
  const measured = await measureWeights(checkpoint, matching, options);
  const { norms, nats } = peeledWeights(measured, initialNorms(architecture));
  const isWhole = matching.missing.length === 0;
  const { bound, boundLayers } = boundOf(architecture, unlabelled, {
    norms,
    evidence: isWhole ? 'measured' : 'estimated',
    peelingNats: nats,
  });
  if (!bound)
    throw new FileFault(
      matched.file,
      `defines ${architecture.name} with ${architecture.parameterCount.known ? 'no learnable matrix' : `a size that is not known: ${architecture.parameterCount.why}`}`,
      'give another definition, or its arguments in a comment over the class',
    );
  const byKey = new Map(measured.map(one => [tensorKey(one.layer, one.parameter), one.norms]));
  const report = isWhole ? bound.report : withAssumption(bound.report, matching.missing.length);
  return {
    ...report,
    checkpoint: { file: checkpoint.file, format: checkpoint.format },
    definition: matchSummary(matched),
    composition: compositionOf(bound, architecture),
    layers: boundLayers.flatMap(({ path: layer, tensor }, i) => {
      const found = byKey.get(tensorKey(layer, tensor));
      return found ? [layerOf(found, bound.layers[i]!.share)] : [];
    }),
    lipschitzDecades: bound.lipschitzDecades,
  };
}

const withAssumption = (report: Report, missing: number): Report => ({
  ...report,
  terms: report.terms.map((term, i) =>
    i === 0
      ? {
          ...term,
          assumptions: [...term.assumptions, `${missing} tensors of the definition are not in the checkpoint: expected at initialisation`],
        }
      : term,
  ),
});

const compositionOf = ({ report }: ArchitectureBound, { composition }: Architecture): string => {
  const lost = report.terms[0]!.assumptions.find(line => line.startsWith('no bound along') || line.startsWith('how the layers compose'));
  if (lost !== undefined) return `one chain: ${lost}`;
  return composition?.known ? 'as `forward` says' : 'one chain: no reader looks at how this framework composes layers';
};
