import type { Computation } from '../../../architecture/computation';
import { viewAt } from '../../python/arrayIndex';
import type { Index } from '../../python/context';
import { combined, mapped, numbersAt, overwritten, scalarArray, stridesOf } from '../../python/numberArray';
import type { Value } from '../../python/values';
import { ISOMETRY } from '../../../architecture/composition';
import { dimension, numberOf } from './dimension';
import { add, multiply } from './joins';
import { COMPARISONS, emitNumbers, numbersBehind } from './fixedNumbers';
import type { Recorder } from './recorder';
import { broadcast, reshape } from './shapes';
import { SymbolicTensor, type Sides } from './symbolicTensor';

/** Stands for an infinite number that is multiplied by 0 or 1. */
const FAR = 1e30;

/** A number of Python as a tensor without sides; undefined for any other value. */
export function numberTensor(recorder: Recorder, value: Value, line: number): SymbolicTensor | undefined {
  const number =
    value.kind === 'integer' || value.kind === 'float' ? value.value : value.kind === 'boolean' ? Number(value.value) : undefined;
  return number === undefined
    ? undefined
    : recorder.emit(
        {
          kind: 'constant',
          entry: Math.abs(number),
          run: { op: 'fill', number: Number.isFinite(number) ? number : Math.sign(number) * FAR },
        },
        [],
        [],
        line,
      );
}

/** 1 where a comparison holds of tensors that no input changes, else 0: by its numbers where they are known. */
export function compared(
  recorder: Recorder,
  relation: string,
  tensors: readonly SymbolicTensor[],
  sides: Sides,
  line: number,
): SymbolicTensor {
  const [a, b] = tensors.map(tensor => numbersBehind(recorder, tensor));
  const holds = COMPARISONS[relation];
  const made = a && b && holds && combined(a, b, (one, other) => Number(holds(one, other)), true);
  if (made) return emitNumbers(recorder, made, sides, line);
  const run: Computation | undefined = tensors.length === 2 && holds ? { op: 'compare', relation } : undefined;
  return recorder.emit({ kind: 'constant', entry: 1, run, taking: tensors }, [], sides, line);
}

/** `~mask`. */
export function inverted(recorder: Recorder, mask: SymbolicTensor, line: number): SymbolicTensor | undefined {
  const numbers = numbersBehind(recorder, mask);
  if (!numbers) return recorder.unknown('~', 'what it inverts is not known', line, [mask], mask.sides);
  const made = emitNumbers(
    recorder,
    mapped(numbers, value => Number(value === 0), true),
    mask.sides,
    line,
  );
  recorder.truths.add(made.node);
  return made;
}

/** `torch.where(mask, one, other)`. */
export function chosen(recorder: Recorder, mask: SymbolicTensor, one: SymbolicTensor, other: SymbolicTensor, line: number): SymbolicTensor {
  const all = [mask, one, other];
  const sides = broadcast(broadcast(one.sides, other.sides), mask.sides);
  if (recorder.dependsOnInput(mask)) return recorder.unknown('where', 'which entries it takes depends on the input', line, all, sides);
  return recorder.unknown('where', '`where` is not bounded', line, all, sides, { op: 'choose' });
}

/** A tensor whose entries in one box are those of another: it times zeros there, and the other with zeros around. */
function pasted(
  recorder: Recorder,
  tensor: SymbolicTensor,
  shape: readonly (number | undefined)[],
  indices: readonly Index[],
  part: SymbolicTensor,
  line: number,
): SymbolicTensor | undefined {
  const known = shape.map(side => side ?? 1);
  const view = viewAt(known, indices);
  const strides = stridesOf(known);
  if (!view || !tensor.sides || shape.slice(1).includes(undefined)) return undefined;
  // Axes of the box that single places took, and the batch, which must be whole.
  const cut = known.map((_, axis) => Math.floor(view.offset / strides[axis]!) % known[axis]!);
  const kept = view.strides.map(stride => strides.indexOf(stride));
  const isBox = kept.every((axis, place) => axis >= 0 && view.strides[place] === strides[axis]) && new Set(kept).size === kept.length;
  const lengths = known.map((_, axis) => (kept.includes(axis) ? view.shape[kept.indexOf(axis)]! : 1));
  const isWhole = shape[0] !== undefined || (kept[0] === 0 && cut[0] === 0);
  if (!isBox || !isWhole || strides.slice(0, -1).some((stride, axis) => stride === strides[axis + 1])) return undefined;
  const boxSides = tensor.sides.map((side, axis) => (axis === 0 && shape[0] === undefined ? side : dimension(lengths[axis]!)));
  const spread = recorder.expand(
    part,
    kept.map(axis => boxSides[axis]),
    line,
  );
  const box = reshape(recorder, 'reshape', spread, boxSides, line);
  const padding = known.map((side, axis): [number, number] => [cut[axis]!, side - cut[axis]! - lengths[axis]!]);
  const run: Computation = { op: 'pad', padding, value: 0 };
  const around = recorder.emit({ kind: 'padding', name: 'assignment', gain: ISOMETRY, run }, [box], tensor.sides, line, tensor.features);
  const inside = (place: number): boolean =>
    known.every((side, axis) => {
      const at = Math.floor(place / strides[axis]!) % side;
      return at >= cut[axis]! && at < cut[axis]! + lengths[axis]!;
    });
  const outside = numbersAt(known, true, place => Number(!inside(place)));
  return add(
    recorder,
    '+',
    multiply(
      recorder,
      '*',
      tensor,
      emitNumbers(
        recorder,
        outside,
        known.map(side => dimension(side)),
        line,
      ),
      line,
    ),
    around,
    line,
  );
}

/** A tensor after some of its entries were set, where they are no part of another tensor's and the places are known; undefined else. */
export function withPart(
  recorder: Recorder,
  tensor: SymbolicTensor,
  indices: readonly Index[],
  assigned: Value | undefined,
  line: number,
): SymbolicTensor | undefined {
  const shape = tensor.sides?.map(numberOf);
  if (!assigned || !shape || recorder.isView(tensor.node)) return undefined;
  recorder.forgetViews(tensor.node);
  const number = assigned.kind === 'integer' || assigned.kind === 'float' ? assigned.value : undefined;
  const by =
    assigned instanceof SymbolicTensor ? numbersBehind(recorder, assigned) : number === undefined ? undefined : scalarArray(number);
  const array = by && !shape.includes(undefined) ? numbersBehind(recorder, tensor) : undefined;
  const view = array && viewAt(array.shape, indices);
  const made = view && by && overwritten(array, view, by);
  if (made) return emitNumbers(recorder, made, tensor.sides, line);
  const filled = assigned instanceof SymbolicTensor ? assigned : numberTensor(recorder, assigned, line);
  return filled && pasted(recorder, tensor, shape, indices, filled, line);
}
