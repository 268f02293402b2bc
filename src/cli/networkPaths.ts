import { tensorKey, type Composition } from '../architecture/composition';
import type { Program, StateTensor } from '../architecture/computation';
import { shapeAt, product } from '../architecture/sides';
import type { Checkpoint } from '../checkpoints/checkpoint';
import type { WeightMatch } from '../checkpoints/matchWeights';
import { gatherStrided } from '../checkpoints/strided';
import { partThrough, programPathNorms, tensorsRead, withoutPaths, type PathNorms } from '../theory/weights/programPaths';
import type { CommandContext } from './command';
import type { MatchedDefinition } from './matchedDefinition';
import { readDefinitions } from './readDefinitions';

/** Path norms of a definition's forward pass with a checkpoint's weights, of all of it or of the part through some matrices; or why there are none, as one clause. */
export type NetworkPaths = (keys?: ReadonlySet<string>) => Promise<PathNorms | string>;

/** Reads how a definition computes its result, operation by operation, for path norms that convolutions, pooling, batch normalisations and skip connections have too. */
export async function networkPaths(
  { file, architecture, matching }: MatchedDefinition,
  composition: Composition,
  checkpoint: Checkpoint,
  context: CommandContext,
): Promise<NetworkPaths> {
  const program = await programOf(file, architecture.name, composition, context);
  if (typeof program === 'string') return () => Promise.resolve(program);
  const byKey = new Map(matching.matches.map(match => [tensorKey(match.layer, match.parameter.name), match]));
  const matchOf = ({ key, name }: StateTensor) => byKey.get(key ?? name);
  const byName = new Map(program.state.map(tensor => [tensor.name, tensor]));
  const stateOf = (name: string) => byName.get(program.aliases[name] ?? name);
  const read = async (name: string): Promise<ArrayLike<number>> => {
    const tensor = stateOf(name)!;
    return asSeen(tensor, matchOf(tensor)!, checkpoint);
  };
  return async keys => {
    const names = keys && new Set(program.state.flatMap(tensor => (keys.has(tensor.key ?? tensor.name) ? [tensor.name] : [])));
    const part = names ? partThrough(program, names) : program;
    if (!part) return 'its matrices are not used one after the other';
    const obstacle = withoutPaths(part);
    if (obstacle !== undefined) return obstacle;
    const lacking = tensorsRead(part).find(name => !stateOf(name) || !matchOf(stateOf(name)!));
    if (lacking !== undefined) return `the checkpoint has no ${lacking}`;
    const norms = await programPathNorms(part, read);
    return Number.isFinite(norms.two) && Number.isFinite(norms.one) ? norms : 'its paths leave the range of numbers';
  };
}

/** The program of a definition on the input that its composition was read for, or why it has none. */
async function programOf(file: string, name: string, { nodes }: Composition, context: CommandContext): Promise<Program | string> {
  const input = nodes.find(({ kind }) => kind === 'input');
  const sides = shapeAt(input?.shape ?? null, 1).slice(1);
  if (sides.length === 0 || sides.some(Number.isNaN))
    return `the shape of its input is not known: write \`# boundlens: ${name}() on (…)\` over it`;
  // Programs are asked for with channels before positions, which compositions of Keras have behind them.
  const inputs = [sides, [sides.at(-1)!, ...sides.slice(0, -1)]];
  const [analysis] = await readDefinitions([file], () => ({ unlabelled: 1, program: { name, inputs } }), context);
  const program = analysis!.definitions.find(({ architecture }) => architecture.name === name)?.architecture.program;
  return program?.known ? program.value : (program?.why ?? 'how it is computed is not known');
}

/** The values of a tensor in the order in which the steps of a program see it. */
async function asSeen({ shape, seen }: StateTensor, { tensor }: WeightMatch, checkpoint: Checkpoint): Promise<ArrayLike<number>> {
  const values = await checkpoint.read(tensor.name);
  if (!seen) return values;
  const strides = seen.order.map(axis => product(shape.slice(axis + 1)));
  const sides = seen.order.map(axis => shape[axis]!);
  const ordered = gatherStrided(values.slice(), values, sides, strides);
  const size = product(seen.shape.slice(2));
  if (seen.isTurned) for (let at = 0; at < ordered.length; at += size) ordered.subarray(at, at + size).reverse();
  return ordered;
}
