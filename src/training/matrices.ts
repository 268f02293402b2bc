import type { Parameters } from './engine/parameters';

/** A weight of two or more dimensions as a matrix: outputs are rows, everything else (inputs, kernel places) columns. */
export interface WeightMatrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

/** The matrices among the parameters of these names: weights of linear and convolutional layers, no positions, tokens or gains. */
export function weightMatrices(parameters: Parameters, names: readonly string[]): WeightMatrix[] {
  return names.flatMap(name => {
    const [rows, ...others] = parameters.shape(name);
    if (!name.endsWith('weight') || others.length === 0) return [];
    return [{ name, rows: rows!, columns: others.reduce((product, dimension) => product * dimension, 1) }];
  });
}
