import type { AttentionNode, CompositionNode } from '../../../architecture/composition';
import { matrixShape } from './joins';
import type { Recorder, Written } from './recorder';
import type { SymbolicTensor } from './symbolicTensor';

/** The product of two tensors as matrices; softmax(scale·QKᵀ + constant)V becomes one attention step. */
export function matrixProduct(recorder: Recorder, name: string, left: SymbolicTensor, right: SymbolicTensor, line: number): SymbolicTensor {
  const shape = matrixShape(left.sides, right.sides);
  const applied = appliedMatrix(recorder, left, right, line);
  if (applied) return applied;
  if (!shape) return recorder.unknown(name, 'the inner sides of this product do not fit', line, [left, right]);
  const attention = attended(recorder, left, right, line);
  if (attention) return attention;
  return recorder.emit({ kind: 'product', of: 'matrices', run: { op: 'matrix product' } }, [left, right], shape.sides, line);
}

/** A tensor times a learnable matrix of two sides, however that was transposed: its spectral norm is the same. */
function appliedMatrix(recorder: Recorder, left: SymbolicTensor, right: SymbolicTensor, line: number): SymbolicTensor | undefined {
  const path = matrixBehind(recorder.nodes, right.node);
  const sides = matrixShape(left.sides, right.sides)?.sides;
  if (path === undefined || !sides || recorder.nodes[left.node]!.kind === 'parameter') return undefined;
  const aligned = recorder.along(left, left.sides!.length - 1, line);
  const run = { run: { op: 'matrix product' }, taking: [left, right] } as const;
  return recorder.emit({ kind: 'layer', path, tensor: '', gain: { euclidean: 1, rows: 1 }, ...run }, [aligned], sides, line);
}

function matrixBehind(nodes: readonly CompositionNode[], place: number): string | undefined {
  const node = nodes[place]!;
  if (node.shape?.length !== 2) return undefined;
  if (node.kind === 'parameter') return node.path;
  return node.kind === 'reshape' && ['t', 'transpose', 'permute', 'rows'].includes(node.name)
    ? matrixBehind(nodes, node.inputs[0]!)
    : undefined;
}

/** `softmax(scores) @ values`, seen from the steps that made the scores. */
function attended(recorder: Recorder, weights: SymbolicTensor, values: SymbolicTensor, line: number): SymbolicTensor | undefined {
  const softmax = throughDropout(recorder, weights.node);
  const node = recorder.nodes[softmax]!;
  if (node.kind !== 'activation' || node.name !== 'softmax over the last axis') return undefined;
  const scores = scoresBehind(recorder, node.inputs[0]!);
  if (!scores) return undefined;
  const sides = matrixShape(weights.sides, values.sides)?.sides;
  return attention(recorder, { ...scores, values, sides, line, run: { op: 'matrix product' }, taking: [weights, values] });
}

const throughDropout = (recorder: Recorder, place: number): number => {
  const node = recorder.nodes[place]!;
  return node.kind === 'dropout' ? throughDropout(recorder, node.inputs[0]!) : place;
};

interface Scores {
  readonly queries: SymbolicTensor;
  /** As they stand in the product: transposed. */
  readonly keys: SymbolicTensor;
  readonly scale: number;
}

/** Q, Kᵀ and the scale behind some scores; what is added must not depend on the input, and masking leaves differences alone. */
function scoresBehind(recorder: Recorder, place: number, scale = 1): Scores | undefined {
  const node = recorder.nodes[place]!;
  const [first, second] = node.inputs;
  switch (node.kind) {
    case 'product': {
      if (node.of !== 'matrices') return undefined;
      const [queries, keys] = [recorder.madeBy(first!), recorder.madeBy(second!)];
      return queries && keys && { queries, keys, scale };
    }
    case 'scale':
      return node.gain.euclidean === null ? undefined : scoresBehind(recorder, first!, scale * node.gain.euclidean);
    case 'masking':
    case 'dropout':
      return scoresBehind(recorder, first!, scale);
    case 'reshape':
      return keepsLastSide(recorder, first!, place) ? scoresBehind(recorder, first!, scale) : undefined;
    case 'sum': {
      const isConstant = (input: number) => !recorder.dependsOnInput(recorder.madeBy(input)!);
      if (node.inputs.length !== 2) return undefined;
      if (isConstant(second!)) return scoresBehind(recorder, first!, scale);
      return isConstant(first!) ? scoresBehind(recorder, second!, scale) : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether a reshape only regroups axes before the last two. */
function keepsLastSide(recorder: Recorder, from: number, to: number): boolean {
  const node = recorder.nodes[to]!;
  const name = node.kind === 'reshape' ? node.name : '';
  const [before, after] = [from, to].map(place => recorder.nodes[place]!.shape?.slice(-2));
  return ['view', 'reshape', 'unsqueeze', 'squeeze'].includes(name) && before !== undefined && String(before) === String(after);
}

interface Attended extends Scores, Pick<Written, 'run' | 'taking'> {
  readonly values: SymbolicTensor;
  readonly sides: SymbolicTensor['sides'];
  readonly line: number;
}

/** Writes down one attention step. `keys` have their rows along the last axis but one when they are transposed. */
export function attention(recorder: Recorder, { queries, keys, values, scale, sides, line, run, taking }: Attended): SymbolicTensor {
  const last = (tensor: SymbolicTensor) => (tensor.sides?.length ?? 1) - 1;
  const inputs = [
    recorder.along(queries, last(queries), line),
    recorder.along(keys, last(keys) - 1, line),
    recorder.along(values, last(values), line),
  ];
  const [query, key, value] = inputs.map(input => projectionBehind(recorder.nodes, input.node));
  const operation: AttentionNode & Pick<Written, 'run' | 'taking'> = {
    kind: 'attention',
    scale,
    run,
    ...(taking && { taking }),
    projections: { query: query ?? null, key: key ?? null, value: value ?? null },
  };
  return recorder.emit(operation, inputs, sides, line);
}

/** The layer whose result, moved about, a step is. */
function projectionBehind(nodes: readonly CompositionNode[], place: number): string | undefined {
  const node = nodes[place]!;
  if (node.kind === 'layer') return node.path;
  const passes = ['reshape', 'selection', 'scale', 'dropout', 'normalisation', 'resampling'].includes(node.kind);
  return passes && node.inputs.length === 1 ? projectionBehind(nodes, node.inputs[0]!) : undefined;
}
