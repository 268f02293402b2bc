import { add, avgPool, conv2d, maxPool, mean, reshape, transpose, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { convolutionalPlanes, POOL, type Plane } from '../../studies/convolutionalPlanes';
import type { Declares } from '../engine/declares';
import type { ImageLayout } from '../imageLayout';
import { ACTIVATIONS, type ActivationName } from './activation';
import type { Encoder, NormFreedom } from './encoder';
import { linear, normalisation, unitRows, type Layer } from './layers';

export interface ConvolutionalSettings {
  /** Output channels of each stage. */
  readonly channels: number[];
  /** Side of the kernels, odd; the padding keeps the size at stride 1. */
  readonly kernel: number;
  readonly stride: number;
  /** A window of 2 × 2 after each activation, or none. */
  readonly pool: 'none' | 'max' | 'average';
  /** `layer`: a layer normalisation over the channels at every position, before the activation. */
  readonly norm: 'none' | 'layer';
  readonly activation: ActivationName;
  /** Outputs of a linear layer on all positions; without it the features are the mean over positions. */
  readonly width?: number | undefined;
  readonly unitFeatures?: boolean | undefined;
}

/** Multiplications of all stages for one image, in millions. */
function stagesCost(image: Plane, settings: ConvolutionalSettings): number {
  const planes = convolutionalPlanes(image, settings);
  return planes.reduce((sum, { convolved }, i) => {
    const inputs = (planes[i - 1]?.pooled ?? image).channels;
    return sum + (convolved.height * convolved.width * convolved.channels * inputs * settings.kernel ** 2) / 1e6;
  }, 0);
}

/** Stages of convolution, normalisation, activation and pooling on whole images. */
export class ConvolutionalEncoder implements Encoder {
  readonly width: number;
  readonly norm: NormFreedom;
  readonly cost: number;
  private readonly stages: readonly Layer[];
  private readonly pooled: Layer;
  private readonly outermost: Layer;

  /**
   * Declares the encoder's parameters: `stages.0.conv.weight` [outputs, inputs, kernel, kernel] and `.bias`, `stages.0.norm`, …, `fc`;
   * laid out and started as PyTorch's `nn.Conv2d`.
   */
  constructor(
    parameters: Declares,
    readonly layout: ImageLayout,
    settings: ConvolutionalSettings,
  ) {
    const { channels, width, unitFeatures = false } = settings;
    const last = convolutionalPlanes(layout.image, settings).at(-1)!.pooled;
    this.stages = channels.map((outputs, i) =>
      stage(parameters, `stages.${i}`, channels[i - 1] ?? layout.image.channels, outputs, settings),
    );
    const flat = last.height * last.width * last.channels;
    this.width = width ?? last.channels;
    const outer = width === undefined ? undefined : linear(parameters, 'fc', flat, width);
    this.pooled = outer ? x => outer(reshape(transpose(x, [0, 3, 1, 2]), [x.shape[0], flat])) : x => mean(x, [1, 2]);
    this.outermost = unitFeatures ? unitRows : x => x;
    this.norm = unitFeatures ? 'fixed' : 'free';
    this.cost = stagesCost(layout.image, settings) + (width === undefined ? 0 : (flat * width) / 1e6);
  }

  features(images: Tensor): Tensor {
    const { height, width, channels } = this.layout.image;
    const planes: Tensor = reshape(images, [images.shape[0], height, width, channels]);
    return this.outermost(this.pooled(this.stages.reduce((x, stage) => stage(x), planes)));
  }
}

function stage(parameters: Declares, name: string, inputs: number, outputs: number, settings: ConvolutionalSettings): Layer {
  const { kernel, stride, pool, norm, activation } = settings;
  const start = { kind: 'uniform', bound: 1 / Math.sqrt(inputs * kernel ** 2) } as const;
  const weight = parameters.declare(`${name}.conv.weight`, [outputs, inputs, kernel, kernel], start);
  const bias = parameters.declare(`${name}.conv.bias`, [outputs], start);
  const normalise: Layer = norm === 'layer' ? normalisation(parameters, `${name}.norm`, outputs) : x => x;
  const act = ACTIVATIONS[activation];
  const reduce: Layer = pool === 'none' ? x => x : x => (pool === 'max' ? maxPool : avgPool)(x as Tensor4D, POOL, POOL, 'valid');
  return x => {
    const filter: Tensor4D = transpose(weight as unknown as Tensor4D, [2, 3, 1, 0]);
    return reduce(act(normalise(add(conv2d(x as Tensor4D, filter, stride, (kernel - 1) / 2), bias))));
  };
}
