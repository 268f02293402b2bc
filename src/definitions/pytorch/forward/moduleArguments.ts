import type { Value } from '../../python/values';
import type { ModuleValue } from '../moduleValue';
import { ParameterValue } from '../tensors';

const plain = (value: Value | undefined): number | undefined => {
  if (value?.kind === 'integer' || value?.kind === 'float') return value.value;
  return value?.kind === 'boolean' ? Number(value.value) : undefined;
};

/** A number among what a module was constructed with; `otherwise` where it was not given, undefined where it is not known. */
export function numberArgument(module: ModuleValue, name: string, otherwise?: number): number | undefined {
  const value = module.attributes.get(name);
  if (value) return plain(value);
  const shown = module.arguments[name];
  if (shown) return shown.known && typeof shown.value === 'number' ? shown.value : undefined;
  return otherwise;
}

/** A word or switch among what a module was constructed with. */
export function argumentValue(module: ModuleValue, name: string): Value | undefined {
  return module.attributes.get(name);
}

/** One number for each axis: given once for all, or as a tuple. */
export function axisArgument(value: Value | undefined, axes: number, otherwise: number | undefined): readonly number[] | undefined {
  if (!value || value.kind === 'none') return otherwise === undefined ? undefined : Array<number>(axes).fill(otherwise);
  if (value.kind === 'integer') return Array<number>(axes).fill(value.value);
  if (value.kind !== 'sequence' || value.doubt) return undefined;
  const numbers = value.items.map(item => (item.kind === 'integer' ? item.value : NaN));
  if (numbers.some(Number.isNaN)) return undefined;
  return numbers.length === 1 ? Array<number>(axes).fill(numbers[0]!) : numbers.length === axes ? numbers : undefined;
}

/** Shape of the tensor `weight` of a layer, where it has one that is known. */
export function weightShape(module: ModuleValue): readonly number[] | undefined {
  const weight = module.attributes.get('weight');
  return weight instanceof ParameterValue && weight.shape.known ? weight.shape.value : undefined;
}
