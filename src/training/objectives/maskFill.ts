import { add, mul, reshape, sub, tile, type Tensor } from '@tensorflow/tfjs-core';
import type { Declares } from '../engine/declares';
import type { ImageLayout } from '../imageLayout';

/** Puts what stands for masked values into images: `masked` has their shape and is 1 where a value is masked, else 0. */
export type MaskFill = (images: Tensor, masked: Tensor) => Tensor;

/**
 * Fills masked values with 0, or with what is learned: one patch `mask_token` where images are cut into patches, one value for each
 * channel where they stay whole.
 */
export function maskFill(parameters: Declares, layout: ImageLayout, fill: 'zero' | 'learned'): MaskFill {
  const seen: MaskFill = (images, masked) => mul(images, sub(1, masked));
  if (fill === 'zero') return seen;
  const size = layout.tokens > 1 ? layout.patchSize : layout.image.channels;
  const token = parameters.declare('mask_token', [1, size], { kind: 'zeros' });
  return (images, masked) =>
    add(seen(images, masked), mul(masked, reshape(tile(token, [1, layout.patchSize / size]), [1, layout.patchSize])));
}
