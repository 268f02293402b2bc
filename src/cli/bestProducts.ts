import os from 'node:os';
import type { Products } from '../theory/weights/bracketAccumulator';
import { plainProduct } from '../theory/weights/products';
import { nativeProduct } from '../training/engine/nativeProduct';
import { nativeSingle } from '../training/engine/nativeSingle';

/** The native engine's products where it loads, typed arrays elsewhere: slower, the same certificates. */
export async function bestProducts(): Promise<Products> {
  const threads = os.availableParallelism();
  try {
    return { product: await nativeProduct(threads), single: await nativeSingle(threads) };
  } catch {
    return { product: plainProduct };
  }
}
