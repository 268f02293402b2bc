import type { Study } from './study';

/** Rows, columns and channels of what a stage hands on. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

type Convolutional = Extract<Study['encoder'], { kind: 'convolutional' }>;

/** A window of so many pixels in both directions is pooled to one. */
export const POOL = 2;

/** What each stage's convolution makes of an image, and what is left of it after pooling; 0 rows or columns where nothing is left. */
export function convolutionalPlanes(
  image: Plane,
  { channels, stride, pool }: Pick<Convolutional, 'channels' | 'stride' | 'pool'>,
): readonly { readonly convolved: Plane; readonly pooled: Plane }[] {
  const strided = (side: number): number => Math.floor((side - 1) / stride) + 1;
  const pooled = (side: number): number => (pool === 'none' ? side : Math.floor(side / POOL));
  let plane = image;
  return channels.map(outputs => {
    const convolved = { height: strided(plane.height), width: strided(plane.width), channels: outputs };
    plane = { height: pooled(convolved.height), width: pooled(convolved.width), channels: outputs };
    return { convolved, pooled: plane };
  });
}
