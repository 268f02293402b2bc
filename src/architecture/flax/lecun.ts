import type { Parameter } from '../architecture';
import { initialised } from '../keras/initialisers';

/** A kernel drawn by LeCun's normal law, as Flax draws it unless it is told otherwise. */
export function lecun(name: string, shape: readonly number[], rows: number, columns: number): Parameter {
  return initialised(name, shape, { rows, columns, fanIn: columns, fanOut: rows }, 'lecun_normal');
}
