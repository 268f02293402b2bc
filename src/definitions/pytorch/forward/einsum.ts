import { matrixProduct } from './attention';
import { productOf } from './dimension';
import type { TensorCall } from './operation';
import { permute, reshape, transpose } from './shapes';
import type { SymbolicTensor } from './symbolicTensor';

/** Any contraction of two tensors as one product of matrices [shared, …, summed] · [shared, summed, …]. */
function contracted(
  { recorder, line }: Pick<TensorCall, 'recorder' | 'line'>,
  [first, second, result]: readonly [string, string, string],
  [left, right]: readonly [SymbolicTensor, SymbolicTensor],
  [batch, summed]: readonly [string, string],
): SymbolicTensor {
  const ownOf = (labels: string, other: string): string =>
    Array.from(labels)
      .filter(label => !other.includes(label))
      .join('');
  const [rows, columns] = [ownOf(first, second), ownOf(second, first)];
  const sideOf = (label: string) => left.sides![first.indexOf(label)] ?? right.sides![second.indexOf(label)];
  const sidesOf = (labels: string) => Array.from(labels).map(sideOf);
  const matrices = (tensor: SymbolicTensor, labels: string, groups: readonly [string, string]): SymbolicTensor => {
    const order = Array.from(batch + groups.join('')).map(label => labels.indexOf(label));
    const moved = permute(recorder, 'einsum', tensor, order, line);
    return reshape(recorder, 'einsum', moved, [...sidesOf(batch), ...groups.map(group => productOf(sidesOf(group)))], line);
  };
  const product = matrixProduct(
    recorder,
    'einsum',
    matrices(left, first, [rows, summed]),
    matrices(right, second, [summed, columns]),
    line,
  );
  const made = batch + rows + columns;
  const apart = reshape(recorder, 'einsum', product, sidesOf(made), line);
  const order = Array.from(result).map(label => made.indexOf(label));
  return permute(recorder, 'einsum', apart, order, line);
}

/** `torch.einsum` of two tensors. */
export function einsum(
  call: Pick<TensorCall, 'recorder' | 'line'>,
  equation: string,
  left: SymbolicTensor,
  right: SymbolicTensor,
): SymbolicTensor {
  const { recorder, line } = call;
  const [, first, second, result] = /^([a-z]+),([a-z]+)->([a-z]*)$/i.exec(equation.replaceAll(/\s/g, '')) ?? [];
  const unknown = (why: string) => recorder.unknown(`einsum ${equation}`, why, line, [left, right]);
  if (!first || !second || result === undefined || [first, second, result].some(labels => new Set(labels).size < labels.length))
    return unknown('this equation is not followed');
  if ((left.sides && left.sides.length !== first.length) || (right.sides && right.sides.length !== second.length))
    return unknown('its tensors have other sides');
  const batch = Array.from(first)
    .filter(label => second.includes(label) && result.includes(label))
    .join('');
  const summed = Array.from(first)
    .filter(label => second.includes(label) && !result.includes(label))
    .join('');
  // Products of matrices line axes before the last two up from the right.
  const isAligned = batch === '' || first.slice(0, -2) === batch;
  const isMatrix = isAligned && result === first.slice(0, -1) + second.at(-1)! && second.startsWith(batch);
  // …ij,…jk->…ik and …id,…jd->…ij are matrix products; any other contraction is bounded as one.
  if (isMatrix && first.endsWith(summed) && second === batch + summed + second.at(-1)!)
    return matrixProduct(recorder, 'einsum', left, right, line);
  if (isAligned && result === first.slice(0, -1) + second.at(-2)! && second === batch + second.at(-2)! + summed && first.endsWith(summed))
    return matrixProduct(recorder, 'einsum', left, transpose(recorder, 'transpose', right, -2, -1, line), line);
  if (
    !left.sides ||
    !right.sides ||
    Array.from(first + second).some(label => !(first.includes(label) && second.includes(label)) && !result.includes(label))
  )
    return recorder.emit({ kind: 'product', of: 'matrices' }, [left, right], undefined, line);
  return contracted(call, [first, second, result], [left, right], [batch, summed]);
}
