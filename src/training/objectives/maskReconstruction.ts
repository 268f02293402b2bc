import {
  add,
  div,
  mean,
  mul,
  relu,
  reshape,
  sqrt,
  square,
  squaredDifference,
  sub,
  sum,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import type { Encoder } from '../encoders/encoder';
import { linear, type Layer } from '../encoders/layers';
import { perceptronCost } from '../encoders/perceptron';
import type { Declares } from '../engine/declares';
import type { Feeds, InputSpecs, Tensors } from '../engine/engine';
import { withoutGradient } from '../engine/withoutGradient';
import { drawInputMasks, type InputMasking } from './inputMasks';
import { maskFill, type MaskFill } from './maskFill';
import { holdOutRatio, type MaskRatio } from './maskRatio';
import { drawMasks, visibleCount } from './masks';
import type { Objective } from './objective';
import type { Teacher } from './teacher';

export interface MaskReconstructionSettings extends InputMasking {
  readonly maskRatio: MaskRatio;
  readonly fill: 'zero' | 'learned';
  readonly predictor: { readonly kind: 'none' } | { readonly kind: 'linear' } | { readonly kind: 'deep'; readonly hidden: number };
}

/** The ε inside the deviation of a target. */
const TARGET_EPSILON = 1e-5;

/**
 * Mask reconstruction with a teacher (Baevski et al. 2022; Pan, Zhou & Yan 2023): the student sees the image with values hidden and
 * predicts the features that the teacher has of the whole image. Where the encoder works on tokens the loss compares the tokens of
 * masked patches, else the features; it is a mean squared difference.
 */
export class MaskReconstruction implements Objective {
  readonly cost: number;
  readonly withoutCertificate = 'its targets are a teacher’s features, which training moves and nothing bounds';
  readonly untrained: readonly string[];
  private readonly filled: MaskFill;
  private readonly predict: Layer;

  /** Declares `mask_token`, `predictor` and `predictor_hidden`, as far as the settings ask for them. */
  constructor(
    parameters: Declares,
    private readonly encoder: Encoder,
    private readonly teacher: Teacher,
    private readonly settings: MaskReconstructionSettings,
  ) {
    const width = encoder.tokens?.width ?? encoder.width;
    const { predictor } = settings;
    this.filled = maskFill(parameters, encoder.layout, settings.fill);
    this.predict = predictorOf(parameters, predictor, width);
    const perRow = perceptronCost(
      width,
      predictor.kind === 'none' ? [] : predictor.kind === 'linear' ? [width] : [predictor.hidden, width],
    );
    this.cost = encoder.cost / 3 + (encoder.tokens ? encoder.layout.tokens : 1) * perRow;
    this.untrained = teacher.untrained;
  }

  inputs(images: number): InputSpecs {
    const { layout, tokens } = this.encoder;
    const shape = layout.shape(images);
    return { images: { shape }, masked: { shape: tokens ? [shape[0], 1] : shape } };
  }

  feeds(rows: Float32Array, random: Random, maskRatio = holdOutRatio(this.settings.maskRatio)): Feeds {
    const { layout, tokens } = this.encoder;
    const images = rows.length / layout.size;
    const masked = tokens
      ? drawMasks(random, images, layout.tokens, visibleCount(layout.tokens, maskRatio)).masked
      : drawInputMasks(random, images, layout, this.settings, maskRatio);
    return { images: rows, masked };
  }

  loss(inputs: Tensors): Scalar {
    return mean(this.clippedErrors(inputs));
  }

  /** Mean squared difference from the teacher of each image; not bounded. */
  clippedErrors({ images, masked }: Tensors): Tensor {
    const student = this.predict(outputs(this.encoder, this.filled(images!, masked!)));
    const target = withoutGradient(() => this.targets(images!));
    if (!this.encoder.tokens) return mean(squaredDifference(student, target), 1);
    const { tokens } = this.encoder.layout;
    const perToken = reshape(mean(squaredDifference(student, target), 1), [-1, tokens]);
    const counted: Tensor = reshape(masked!, [-1, tokens]);
    return div(sum(mul(perToken, counted), 1), sum(counted, 1));
  }

  start(): void {
    this.teacher.start();
  }

  afterStep(done: number): void {
    this.teacher.afterStep(done);
  }

  private targets(images: Tensor): Tensor {
    const { encoder, factor, normaliseTargets } = this.teacher;
    const features = outputs(encoder, images);
    return normaliseTargets ? standardised(features) : factor === 1 ? features : mul(features, factor);
  }
}

/** Encoded tokens where there are any, else features: one row each. */
function outputs(encoder: Encoder, images: Tensor): Tensor {
  const { tokens, layout } = encoder;
  return tokens ? tokens.encode(tokens.embed(images), layout.tokens) : encoder.features(images);
}

/** Every row brought to mean 0 and deviation 1. */
function standardised(rows: Tensor): Tensor {
  const centred = sub(rows, mean(rows, 1, true));
  return div(centred, sqrt(add(mean(square(centred), 1, true), TARGET_EPSILON)));
}

function predictorOf(parameters: Declares, predictor: MaskReconstructionSettings['predictor'], width: number): Layer {
  if (predictor.kind === 'none') return x => x;
  if (predictor.kind === 'linear') return linear(parameters, 'predictor', width, width);
  const hidden = linear(parameters, 'predictor_hidden', width, predictor.hidden);
  const outer = linear(parameters, 'predictor', predictor.hidden, width);
  return x => outer(relu(hidden(x)));
}
