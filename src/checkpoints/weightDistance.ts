import { FileFault, Stopped } from '../common/fault';
import type { Checkpoint, TensorInfo } from './checkpoint';
import { elementCount } from './checkpoint';
import { differences } from './differences';
import { squaredNorm } from '../theory/weights/squaredNorm';

const isFloat = ({ dtype }: TensorInfo): boolean => dtype.startsWith('float') || dtype.startsWith('bfloat');

/**
 * ‖W − W₀‖ over all tensors of floating-point numbers, read in chunks, W₀ = 0 where no other checkpoint is given. Throws a FileFault when the two hold other tensors, or
 * values that are not finite.
 */
export async function weightDistance(checkpoint: Checkpoint, from?: Checkpoint, signal?: AbortSignal): Promise<number> {
  const others = new Map(from?.tensors.map(tensor => [tensor.name, tensor]));
  let square = 0;
  for (const tensor of checkpoint.tensors.filter(isFloat)) {
    if (signal?.aborted) throw new Stopped();
    const other = others.get(tensor.name);
    if (from && (!other || elementCount(other.shape) !== elementCount(tensor.shape)))
      throw new FileFault(
        from.file,
        `has no ${tensor.name} of shape [${tensor.shape.join(', ')}]`,
        'give the weights before training of the same network',
      );
    const values = checkpoint.chunks(tensor.name, signal);
    for await (const part of from ? differences(values, from.chunks(tensor.name, signal)) : values) square += squaredNorm(part);
  }
  if (!Number.isFinite(square))
    throw new FileFault(checkpoint.file, 'holds values that are not finite', 'give a checkpoint before the loss diverged');
  return Math.sqrt(square);
}
