import type { Tensor } from '@tensorflow/tfjs-core';
import type { Declares } from '../engine/declares';
import type { ImageLayout } from '../imageLayout';
import type { Encoder, NormFreedom } from './encoder';
import { unitRows, type Layer } from './layers';
import { perceptron, perceptronCost, type PerceptronSettings } from './perceptron';

export interface DeepNetSettings extends PerceptronSettings {
  /** Whether features are divided by their Euclidean norm. */
  readonly unitFeatures?: boolean | undefined;
}

/**
 * A deep network h(x) = σ(W_L σ(W_{L−1} ⋯ σ(W_1 x))) on whole images, with or without biases: the encoder that theorems D3 and D4
 * speak of.
 */
export class DeepNet implements Encoder {
  readonly width: number;
  readonly norm: NormFreedom;
  readonly cost: number;
  private readonly layers: Layer;
  private readonly outermost: Layer;

  /** Declares the encoder's parameters: `layers.0.weight`, `layers.0.bias` … */
  constructor(
    parameters: Declares,
    readonly layout: ImageLayout,
    settings: DeepNetSettings,
  ) {
    const { widths, unitFeatures = false } = settings;
    this.width = widths.at(-1)!;
    this.layers = perceptron(parameters, 'layers.', layout.size, settings);
    this.outermost = unitFeatures ? unitRows : x => x;
    this.norm = unitFeatures ? 'fixed' : 'free';
    this.cost = perceptronCost(layout.size, widths);
  }

  features(images: Tensor): Tensor {
    return this.outermost(this.layers(images));
  }
}
