import type { Known } from '../../architecture/architecture';
import { productOf, type Shape } from '../../architecture/keras/shape';
import { WeightValue, type KerasTensor } from './kerasValues';
import { isProduct } from './einsum';
import { activation, gainOf } from './layerSteps';
import type { LayerRecorder } from './layerRecorder';

/** Operations that move values about and change none. */
const MOVES = ['reshape', 'transpose', 'swapaxes', 'expand_dims', 'squeeze', 'flatten'];

/** Whether samples stay apart: the batch stays first, no other side can be taken for it, and each sample keeps its number of values. */
function keepsBatch(from: Shape | undefined, to: Known<Shape>): boolean {
  if (!from || !to.known || from.length === 0 || from[0] !== to.value[0]) return false;
  const [before, after] = [productOf(from.slice(1)), productOf(to.value.slice(1))];
  return before !== null && before === after && (from[0] === 1 || !from.slice(1).includes(from[0]!));
}

/**
 * How much longer a row may become: rows that are cut up become no longer, rows that are joined do by the root of their number, and an order of axes
 * that leaves the last one where it is leaves them alone. Null where rows are mixed.
 */
function rowGain(from: Shape | undefined, to: Known<Shape>, axes: readonly number[] | undefined): number | null {
  if (axes) return axes.at(-1) === axes.length - 1 ? 1 : null;
  const [before, after] = [from?.at(-1), to.known ? to.value.at(-1) : undefined];
  if (!from || from.length < 2 || !to.known || to.value.length < 2 || !before || !after) return null;
  if (before % after === 0) return 1;
  return after % before === 0 ? Math.sqrt(after / before) : null;
}

/** Writes down what a plain operation makes of some results; one that is not known is named, with its line. */
export function operated({ shape, history }: KerasTensor, inputs: readonly number[], line: number, recorder: LayerRecorder): number {
  const { operation: written, step, isPlain = false, line: at = line, inputs: before = [] } = history ?? {};
  const unlike = () =>
    recorder.unknown(written ?? 'value', `what \`${written ?? 'this value'}\` computes is not followed`, inputs, shape, at);
  const name = history?.function ?? written;
  if (step) return recorder.emit(step, inputs, shape, at);
  if (name === undefined || inputs.length === 0 || inputs.length !== before.length || before.some(each => each instanceof WeightValue))
    return unlike();
  const [first] = inputs;
  const isPair = inputs.length === 2 && recorder.fits(inputs, shape);
  if (isPair && ['+', '-', 'add', 'subtract'].includes(name)) return recorder.emit({ kind: 'sum' }, inputs, shape, at);
  if (isPair && ['*', 'multiply'].includes(name)) return recorder.emit({ kind: 'product', of: 'entries' }, inputs, shape, at);
  const equation = history?.manner?.equation;
  if (inputs.length === 2 && (['@', 'matmul'].includes(name) || (equation && isProduct(equation))))
    return recorder.emit({ kind: 'product', of: 'matrices' }, inputs, shape, at);
  if (inputs.length > 1 || first === undefined) return unlike();
  if (MOVES.includes(name) && !keepsBatch(recorder.sidesOf(first), shape)) return unlike();
  if (MOVES.includes(name)) {
    const isTurned = name === 'transpose' || name === 'swapaxes';
    const rows = isTurned && !history?.manner?.axes ? null : rowGain(recorder.sidesOf(first), shape, history?.manner?.axes);
    return recorder.emit({ kind: 'reshape', name, gain: gainOf(1, rows) }, inputs, shape, at);
  }
  if (name === 'mean' || name === 'reduce_mean') {
    const [from, to] = [recorder.sidesOf(first), shape.known ? shape.value : undefined];
    // A mean over the batch would mix samples: only where the batch is left as it is.
    if (!from || !to || to.length === 0 || from[0] !== to[0] || from[1] === null) return unlike();
    const [many, few] = [productOf(from.slice(1)), productOf(to.slice(1))];
    const isOfRows = from.at(-1) === to.at(-1) && from.length > 2;
    const euclidean = many === null || few === null ? 1 : Math.sqrt(few / many);
    return recorder.emit({ kind: 'pooling', name, gain: gainOf(euclidean, isOfRows ? 1 : null) }, inputs, shape, at);
  }
  const steps = isPlain ? activation(name) : undefined;
  const [only] = steps ?? [];
  return only ? recorder.emit(only.operation, inputs, shape, at) : unlike();
}
