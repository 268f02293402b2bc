import { COMPOSITES } from './composites';
import { CONVOLUTIONS } from './convolutions';
import { ELEMENTWISE } from './elementwise';
import { IMAGES } from './images';
import type { Kernel, KernelTable } from './kernel';
import { MATRIX_PRODUCTS } from './matrixProducts';
import { POOLING } from './pooling';
import { REDUCTIONS } from './reductions';
import { SHAPES } from './shapes';

/** Every kernel that can be recorded and compiled, by its tfjs name. */
export const KERNELS: KernelTable = {
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...SHAPES,
  ...MATRIX_PRODUCTS,
  ...CONVOLUTIONS,
  ...POOLING,
  ...IMAGES,
  ...COMPOSITES,
};

/** The row of a kernel that was recorded, and therefore exists. */
export function kernelNamed(name: string): Kernel {
  const row = KERNELS[name];
  if (!row) throw new Error(`There is no kernel ${name}.`);
  return row;
}
