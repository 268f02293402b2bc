import os from 'node:os';
import { plainProduct, type TransposedProduct } from '../theory/weights/products';
import { nativeProduct } from '../training/engine/nativeProduct';

/** The native engine's product where it loads, typed arrays elsewhere: slower, the same certificates. */
export async function bestProduct(): Promise<TransposedProduct> {
  try {
    return await nativeProduct(os.availableParallelism());
  } catch {
    return plainProduct;
  }
}
