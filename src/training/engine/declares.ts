import type { Variable } from '@tensorflow/tfjs-core';
import type { Initialiser } from './parameters';

/** Where a network declares its parameters by name: `Parameters`, or a part of them under a prefix. */
export interface Declares {
  declare(name: string, shape: readonly number[], initialiser: Initialiser): Variable;
}

/** Declares everything with `prefix` before its name. */
export const under = (prefix: string, parameters: Declares): Declares => ({
  declare: (name, shape, initialiser) => parameters.declare(prefix + name, shape, initialiser),
});
