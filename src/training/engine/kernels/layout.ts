import type { Emitter, Name } from '../emitter';
import { TraceFault } from '../traceFault';

/** tfjs keeps images as NHWC and filters as HWIO; ONNX wants NCHW and OIHW. The emitter lets these transpositions meet and cancel. */
export const TO_NCHW = [0, 3, 1, 2];
export const TO_NHWC = [0, 2, 3, 1];
export const TO_OIHW = [3, 2, 0, 1];
/** Exchanges images and channels: NHWC to CNHW. */
export const TO_CNHW = [3, 0, 1, 2];

export type Shape4 = [number, number, number, number];

export function shape4(shape: readonly number[]): Shape4 {
  if (shape.length !== 4) throw new TraceFault(`A traced image operation got a tensor of shape [${shape.join(', ')}]`, 'give it four axes');
  return shape as unknown as Shape4;
}

/** Where a window slides: what tfjs computes for convolutions and pools alike. */
export interface Window {
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number };
}

/** Strides and pads as ONNX attributes. */
export const sliding = ({
  strideHeight,
  strideWidth,
  padInfo: { top, left, bottom, right },
}: Window): { strides: number[]; pads: number[] } => ({
  strides: [strideHeight, strideWidth],
  pads: [top, left, bottom, right],
});

/**
 * What a transposed convolution must add at the end of each axis so that its output is as large as the image:
 * rows and columns that the sliding window never reached.
 */
export function unreached(image: Shape4, windows: Shape4, window: Window): number[] {
  const { top, left, bottom, right } = window.padInfo;
  return [
    image[1] - ((windows[1] - 1) * window.strideHeight + window.filterHeight - top - bottom),
    image[2] - ((windows[2] - 1) * window.strideWidth + window.filterWidth - left - right),
  ];
}

/** Runs an ONNX operator that wants NCHW on an NHWC image, back in NHWC. */
export const inNchw = (e: Emitter, x: Name, operator: (x: Name) => Name): Name => e.transpose(operator(e.transpose(x, TO_NCHW)), TO_NHWC);
