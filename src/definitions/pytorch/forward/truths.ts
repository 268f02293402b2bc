import type { Computation } from '../../../architecture/computation';
import { viewAt } from '../../python/arrayIndex';
import type { Index } from '../../python/context';
import { combined, mapped, overwritten, scalarArray } from '../../python/numberArray';
import type { Value } from '../../python/values';
import { numberOf } from './dimension';
import { COMPARISONS, emitNumbers, numbersBehind } from './fixedNumbers';
import type { Recorder } from './recorder';
import { broadcast } from './shapes';
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

/** Whether another step may show the same entries, so that none may change in place. */
function isShared({ nodes, runs }: Recorder, place: number): boolean {
  const isView = (each: number) => ['reshape', 'selection'].includes(nodes[each]!.kind);
  return isView(place) || runs.some(({ inputs }, each) => inputs.includes(place) && isView(each));
}

/** A tensor after some of its entries were set, where all numbers are known and no other tensor shows them; undefined else. */
export function withPart(
  recorder: Recorder,
  tensor: SymbolicTensor,
  indices: readonly Index[],
  assigned: Value | undefined,
  line: number,
): SymbolicTensor | undefined {
  const shape = tensor.sides?.map(numberOf);
  if (!assigned || !shape || shape.includes(undefined) || isShared(recorder, tensor.node)) return undefined;
  const number = assigned.kind === 'integer' || assigned.kind === 'float' ? assigned.value : undefined;
  const by =
    assigned instanceof SymbolicTensor ? numbersBehind(recorder, assigned) : number === undefined ? undefined : scalarArray(number);
  const array = by && numbersBehind(recorder, tensor);
  const view = array && viewAt(array.shape, indices);
  const made = view && overwritten(array, view, by);
  return made && emitNumbers(recorder, made, tensor.sides, line);
}
