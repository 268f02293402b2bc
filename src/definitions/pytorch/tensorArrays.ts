import { known } from '../../architecture/architecture';
import type { StartLaw } from '../../architecture/computation';
import { viewAt } from '../python/arrayIndex';
import type { Index } from '../python/context';
import { NumberArray, numbersAt, overwritten } from '../python/numberArray';
import { arrayOf } from '../python/arrayValue';
import type { Value } from '../python/values';
import { ParameterValue, TensorValue, type Numbers } from './tensors';

/** Numbers of an array in single precision, as PyTorch keeps them unless they are whole. */
class LazyNumbers implements Numbers {
  private kept: readonly number[] | undefined;

  constructor(private readonly array: NumberArray) {}

  get whole(): boolean {
    return this.array.whole;
  }

  get values(): readonly number[] {
    return (this.kept ??= Array.from(this.array.values, value => (this.whole ? value : Math.fround(value))));
  }
}

/** The tensor of an array's numbers. */
export const tensorFrom = (array: NumberArray): TensorValue => new TensorValue(known([...array.shape]), undefined, new LazyNumbers(array));

/** The numbers of a tensor as an array, where they are known; undefined for what is drawn, too. */
export function arrayFrom({ shape, numbers, start }: TensorValue): NumberArray | undefined {
  if (!shape.known) return undefined;
  if (numbers) return new NumberArray(shape.value, numbers.whole, () => Float64Array.from(numbers.values));
  return start?.kind === 'constant' ? numbersAt(shape.value, false, () => start.value) : undefined;
}

/** How a tensor begins that is these numbers. */
export const numbersLaw = (numbers: Numbers): StartLaw => ({
  kind: 'numbers',
  get values() {
    return numbers.values;
  },
});

/** Carries out `tensor[a, b:c] = value`: its numbers are others then, or not known. A parameter's part makes its start so. */
export function assignPart(tensor: TensorValue, indices: readonly Index[], value: Value): void {
  const [array, view] = [arrayFrom(tensor), tensor.shape.known ? viewAt(tensor.shape.value, indices) : undefined];
  const by = value instanceof TensorValue ? arrayFrom(value) : value instanceof ParameterValue ? undefined : arrayOf(value);
  const made = array && view && by && overwritten(array, view, by);
  tensor.numbers = made && new LazyNumbers(made);
  tensor.start = made ? undefined : { kind: 'not known', why: 'what a part of it is set to is not followed' };
  tensor.deviation = undefined;
  if (tensor.parameter) tensor.parameter.start = { kind: 'not known', why: 'a part of it is set' };
}
