import { chainThrough } from '../architecture/chain';
import { tensorKey, type Composition } from '../architecture/composition';
import { changeNorms, type ChangeNorms } from '../checkpoints/changedWeights';
import type { Checkpoint } from '../checkpoints/checkpoint';
import type { WeightMatch } from '../checkpoints/matchWeights';
import type { CheckpointNorms, NormOptions, TensorNorms } from '../checkpoints/norms';
import { openCheckpoint } from '../checkpoints/openCheckpoint';
import { outputsFirst } from '../checkpoints/operatorShape';
import { matrixLayout, weightKind } from '../checkpoints/weightShape';
import { FileFault } from '../common/fault';
import { grouped } from '../common/grouped';
import { measureTerms, type Measure, type MeasuredLayer, type MeasureSettings } from '../theory/weights/networkMeasureTerms';
import type { PathNorms } from '../theory/weights/programPaths';
import { pathNorm, type LayerNorms } from '../theory/weights/totals';
import type { CommandContext } from './command';
import { networkPaths, type NetworkPaths } from './networkPaths';
import { matchedDefinition, matchSummary, type MatchedDefinition, type MatchSummary } from './matchedDefinition';

/** What the measures need beside checkpoint and definition, as the command's options give it. */
export interface MeasureOptions extends Pick<MeasureSettings, 'margin' | 'points' | 'inputNorm' | 'sigma' | 'relativeSigma'> {
  /** The file with the weights before training. */
  readonly initial?: string;
}

/** The measures of some matrices of a network. */
export interface BlockMeasures {
  /** Path of the block within the definition, or the definition's name for all of it. */
  readonly name: string;
  /** Its matrices, by layer and parameter. */
  readonly matrices: readonly string[];
  readonly measures: readonly Measure[];
  /** Why its path norms are left out. */
  readonly withoutPathNorms?: string;
}

/** Measures of a checkpoint by the blocks of its definition, and in total. */
export interface DefinitionMeasures {
  readonly definition: MatchSummary;
  readonly blocks: readonly BlockMeasures[];
  readonly total: BlockMeasures;
}

interface Matrix {
  readonly key: string;
  readonly match: WeightMatch;
  readonly norms: MeasuredLayer;
}

/** A layer's block: its path up to and including the first number, or its first name. `blocks.3.mlp.fc1` is of `blocks.3`, `head` of `head`. */
export function blockOf(layer: string): string {
  const parts = layer.split('.');
  const numbered = parts.findIndex(part => /^\d+$/.test(part));
  return parts.slice(0, numbered < 0 ? 1 : numbered + 1).join('.');
}

/** Measures of the matrices of a checkpoint whose norms are known, as a definition names them. Throws a Fault where the definition does not fit or has no matrix. */
export async function definitionMeasures(
  checkpoint: Checkpoint,
  { tensors }: CheckpointNorms,
  definition: string,
  { initial, ...settings }: MeasureOptions,
  options: NormOptions,
  context: CommandContext,
): Promise<DefinitionMeasures> {
  const found = await matchedDefinition(checkpoint, definition, context);
  const { file, architecture, matching } = found;
  const matches = matching.matches.filter(({ tensor }) => weightKind(tensor) !== undefined);
  if (matches.length === 0)
    throw new FileFault(file, `defines ${architecture.name} with no matrix in ${checkpoint.file}`, 'give another definition');
  const changes =
    initial === undefined ? undefined : await changesFrom(checkpoint, initial, found, matches, options, settings.relativeSigma);
  const byName = new Map(tensors.map(tensor => [tensor.name, tensor]));
  const matrices = matches.map((match): Matrix => {
    const { layer, parameter, tensor } = match;
    const key = tensorKey(layer, parameter.name);
    const { rows, columns, outputs } = matrixLayout(tensor);
    const change = changes?.get(key);
    const own = layerNorms(byName.get(tensor.name)!);
    return {
      key,
      match,
      norms: {
        ...own,
        inputs: outputs === 'rows' ? columns : rows,
        ...(change && { change: { ...layerNorms(change), ...(change.noise && { noise: change.noise }) } }),
      },
    };
  });
  const paths = pathsWithin(found, checkpoint, context);
  const blocks: BlockMeasures[] = [];
  for (const [name, members] of grouped(matrices, ({ match }) => blockOf(match.layer)))
    blocks.push(await blockMeasures(name, members, paths, found, settings));
  return {
    definition: matchSummary(found),
    blocks,
    total: await blockMeasures(architecture.name, matrices, paths, found, settings),
  };
}

const layerNorms = ({ spectral, frobenius, l21, l1Infinity }: TensorNorms): LayerNorms => ({
  spectral: spectral!,
  frobenius,
  l21: l21!,
  l1Infinity: l1Infinity!,
});

async function changesFrom(
  checkpoint: Checkpoint,
  initial: string,
  { architecture }: MatchedDefinition,
  matches: readonly WeightMatch[],
  options: NormOptions,
  relativeSigma?: number,
): Promise<ReadonlyMap<string, ChangeNorms>> {
  const before = await openCheckpoint(initial);
  try {
    return await changeNorms(checkpoint, before, architecture.layers, matches, options, relativeSigma);
  } finally {
    await before.close();
  }
}

async function blockMeasures(
  name: string,
  matrices: readonly Matrix[],
  pathsOf: PathsOf,
  { architecture, matching }: MatchedDefinition,
  settings: Omit<MeasureOptions, 'initial'>,
): Promise<BlockMeasures> {
  const keys = matrices.map(({ key }) => key);
  const paths = await pathsOf(matrices, name === architecture.name);
  const missing = matching.missing.filter(
    ({ layer, parameter }) => parameter.shape.length > 1 && (name === architecture.name || blockOf(layer) === name),
  );
  const kernels = matrices.filter(({ match }) => weightKind(match.tensor) === 'kernel').length;
  const assumptions = [
    ...(kernels > 0 ? ['convolutions count with the norms of their reshaped kernels'] : []),
    ...(missing.length > 0 ? [`${missing.length} tensors of the definition are not in the checkpoint and are left out`] : []),
  ];
  const measures = measureTerms(
    matrices.map(({ norms }) => norms),
    {
      ...settings,
      assumptions,
      evidence: missing.length > 0 ? 'estimated' : 'measured',
      ...(typeof paths === 'object' && { pathNorms: paths }),
    },
  );
  return { name, matrices: keys, measures, ...(typeof paths === 'string' && { withoutPathNorms: paths }) };
}

/** The path norms of some matrices of a definition, or of all of it, with what they assume; or why there are none. */
type PathsOf = (matrices: readonly Matrix[], isWhole: boolean) => Promise<NonNullable<MeasureSettings['pathNorms']> | string>;

const WHOLE = 'paths run through every operation of a forward pass in evaluation mode; a maximum passes its largest sum on';
const PART = 'paths run through the operations between the first and the last of its matrices; a maximum passes its largest sum on';

/** Path norms of chains of fully connected layers from their matrices alone, and of anything else from how its definition is computed, which is read once. */
function pathsWithin(found: MatchedDefinition, checkpoint: Checkpoint, context: CommandContext): PathsOf {
  const { composition } = found.architecture;
  let network: Promise<NetworkPaths> | undefined;
  return async (matrices, isWhole) => {
    if (!composition?.known) return composition ? composition.why : 'how the layers compose is not known';
    const chain = await chainPaths(matrices, composition.value, checkpoint, found.matching.matches);
    if (chain) return chain;
    network ??= networkPaths(found, composition.value, checkpoint, context);
    const norms = await (await network)(isWhole ? undefined : new Set(matrices.map(({ key }) => key)));
    return typeof norms === 'string' ? norms : { ...norms, assumptions: [isWhole ? WHOLE : PART] };
  };
}

/** The path norms of a chain of fully connected layers with its biases, where some matrices are one. */
async function chainPaths(
  matrices: readonly Matrix[],
  composition: Composition,
  checkpoint: Checkpoint,
  matches: readonly WeightMatch[],
): Promise<PathNorms | undefined> {
  if (matrices.some(({ match }) => weightKind(match.tensor) === 'kernel')) return undefined;
  const byKey = new Map(matrices.map(matrix => [matrix.key, matrix]));
  const chain = chainThrough(composition, new Set(byKey.keys()));
  if ('broken' in chain) return undefined;
  const layers = [];
  for (const { path, tensor } of chain.tensors) {
    const { match } = byKey.get(tensorKey(path, tensor))!;
    const { rows, columns, outputs } = matrixLayout(match.tensor);
    const bias = matches.find(({ layer, parameter }) => layer === path && parameter.name === 'bias');
    layers.push({
      weights: outputsFirst(match.tensor, await checkpoint.read(match.tensor.name)),
      outputs: outputs === 'rows' ? rows : columns,
      ...(bias && { bias: await checkpoint.read(bias.tensor.name) }),
    });
  }
  return { one: pathNorm(layers, 1), two: pathNorm(layers, 2) };
}
