import type { Declares } from '../engine/declares';
import { ACTIVATIONS, type ActivationName } from './activation';
import { linear, type Layer } from './layers';

export interface PerceptronSettings {
  /** Outputs of each layer, in order. */
  readonly widths: readonly number[];
  readonly activation: ActivationName;
  readonly bias: boolean;
}

/** Linear layers `prefix0`, `prefix1` …, each followed by the activation. */
export function perceptron(parameters: Declares, prefix: string, inputs: number, { widths, activation, bias }: PerceptronSettings): Layer {
  const act = ACTIVATIONS[activation];
  const layers = widths.map((width, i) => linear(parameters, `${prefix}${i}`, widths[i - 1] ?? inputs, width, 'uniform', bias));
  return x => layers.reduce((z, layer) => act(layer(z)), x);
}

/** Multiplications for one row, in millions. */
export const perceptronCost = (inputs: number, widths: readonly number[]): number =>
  widths.reduce((sum, width, i) => sum + (widths[i - 1] ?? inputs) * width, 0) / 1e6;
