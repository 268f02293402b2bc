import { ISOMETRY } from '../../../architecture/composition';
import type { Computation } from '../../../architecture/computation';
import { activationBounds } from '../../../architecture/lipschitzActivations';
import type { Value } from '../../python/values';
import { numberOf } from './dimension';
import { multiply } from './joins';
import { perSample, type Recorder } from './recorder';
import { sliced } from './slices';
import { axisOf, type SymbolicTensor } from './symbolicTensor';

/** An activation that works on every entry by itself; undefined when the name is none. */
export function activate(
  recorder: Recorder,
  name: string,
  tensor: SymbolicTensor,
  argument: (name: string, otherwise: number) => number | undefined,
  line: number,
): SymbolicTensor | undefined {
  const numbers: Record<string, number> = {};
  const bounds = activationBounds(name, (read, otherwise) => {
    const value = argument(read, otherwise);
    if (value !== undefined) numbers[read] = value;
    return value;
  });
  if (!bounds) return undefined;
  const { lipschitz, offset, entry } = bounds;
  return recorder.emit(
    {
      kind: 'activation',
      name,
      gain: { euclidean: lipschitz, rows: lipschitz },
      ...(offset === undefined ? {} : { offset }),
      ...(entry === undefined ? {} : { entry }),
      run: { op: 'activation', name: name.toLowerCase().replaceAll('_', ''), numbers },
    },
    [tensor],
    tensor.sides,
    line,
    tensor.features,
  );
}

/** Whether GELU is asked for in its form with tanh, as a number: 1 or 0. */
export const tanhForm = (approximate: Value | undefined): number => Number(approximate?.kind === 'string' && approximate.value === 'tanh');

/** A step that keeps the shape and cannot stretch a difference: dropout in evaluation, a mask, a clamp. */
export const contraction = (
  recorder: Recorder,
  kind: 'dropout' | 'masking' | 'gather' | 'reshape',
  name: string,
  tensor: SymbolicTensor,
  line: number,
  run?: Computation,
): SymbolicTensor => recorder.emit({ kind, name, gain: ISOMETRY, run }, [tensor], tensor.sides, line, tensor.features);

/** A layer that passes everything on in evaluation. */
export const dropout = (recorder: Recorder, name: string, tensor: SymbolicTensor, line: number): SymbolicTensor =>
  contraction(recorder, 'dropout', name, tensor, line, { op: 'same' });

/** Every entry times a number. */
export function scale(recorder: Recorder, tensor: SymbolicTensor, factor: number, line: number): SymbolicTensor {
  const run: Computation = { op: 'times', number: factor };
  if (Math.abs(factor) === 1) return contraction(recorder, 'reshape', 'sign', tensor, line, run);
  const gain = { euclidean: Math.abs(factor), rows: Math.abs(factor) };
  return recorder.emit({ kind: 'scale', name: 'times a number', gain, run }, [tensor], tensor.sides, line, tensor.features);
}

/** Every entry plus a number. */
export const shift = (recorder: Recorder, tensor: SymbolicTensor, by: number, line: number): SymbolicTensor =>
  recorder.emit(
    { kind: 'scale', name: 'plus a number', gain: ISOMETRY, offset: Math.abs(by), run: { op: 'plus', number: by } },
    [tensor],
    tensor.sides,
    line,
    tensor.features,
  );

/** softmax (½-Lipschitz in the Euclidean norm, rows of length ≤ 1) and log-softmax along one axis. */
export function softmax(recorder: Recorder, name: string, tensor: SymbolicTensor, axis: number | undefined, line: number): SymbolicTensor {
  const rank = tensor.sides?.length ?? 0;
  const place = axis === undefined ? undefined : axisOf(axis, rank);
  const isLast = axis === -1 || (tensor.sides !== undefined && place === rank - 1);
  const isLogarithm = name.toLowerCase().replaceAll('_', '') === 'logsoftmax';
  const width = place === undefined ? undefined : perSample(tensor.sides?.[place]);
  const factor = isLogarithm ? (width === undefined ? null : Math.sqrt(Math.max(2, width))) : 0.5;
  const isAlong = place === tensor.features;
  const gain = { euclidean: factor, rows: isAlong ? factor : null };
  const entry = isLogarithm ? {} : { offset: 1, entry: 1 };
  const label = isLogarithm ? name : isLast ? 'softmax over the last axis' : 'softmax';
  const isFollowed = place !== undefined && name !== 'softmin';
  const run: Computation | undefined = !isFollowed ? undefined : { op: 'softmax', axis: place, logarithm: isLogarithm };
  return recorder.emit({ kind: 'activation', name: label, gain, ...entry, run }, [tensor], tensor.sides, line, tensor.features);
}

/** One half of the features times a function of the other: `GLU`. */
export function gatedLinearUnit(recorder: Recorder, tensor: SymbolicTensor, axis: number, line: number): SymbolicTensor {
  const { sides } = tensor;
  const place = sides && axisOf(axis, sides.length);
  const side = place === undefined ? undefined : sides?.[place];
  if (!sides || place === undefined || !side || side.factor % 2 !== 0)
    return recorder.unknown('glu', 'the shape of what is gated is not known', line, [tensor]);
  const half = (start: number) =>
    recorder.emit(
      {
        kind: 'selection',
        name: 'half',
        gain: ISOMETRY,
        run: numberOf(side) === undefined ? undefined : sliced(place, start, start + side.factor / 2),
      },
      [tensor],
      sides.with(place, { ...side, factor: side.factor / 2 }),
      line,
      tensor.features,
    );
  const [value, gate] = [half(0), half(side.factor / 2)];
  return multiply(recorder, 'glu', value, activate(recorder, 'sigmoid', gate, (_, otherwise) => otherwise, line) ?? gate, line);
}
