import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import type { RegulariserChoice } from '../../studies/regularisers';
import type { Encoder } from '../encoders/encoder';
import { unitRows } from '../encoders/layers';
import type { Feeds, InputSpecs, Results, Tensors } from '../engine/engine';
import type { PatchSet } from '../patches';
import { ascend, firstHeads, radRegPerceptron, type PerceptronHeadSettings } from './perceptronHeads';
import { radReg, radRegClasses, radRegL1 } from './radreg';
import type { DrawState, Penalty, Regulariser } from './regulariser';
import { fixedSigns, freshSigns, type Signs } from './signs';
import { UnlabelledBatches } from './unlabelledBatches';

type RadRegChoice = Extract<RegulariserChoice, { kind: 'radreg' }>;

/** The two sets of signs of a step: those that the loss sees, and those that tell whether it fits them. */
const SETS = ['signs', 'otherSigns'] as const;

/** RadReg in a run: draws images and signs, and keeps the heads that an ascent has reached. */
export class RadRegulariser implements Regulariser {
  readonly kind = 'radreg';
  readonly lambda: number;
  readonly inputs: InputSpecs;
  private readonly batches: UnlabelledBatches;
  private readonly signs: readonly Signs[];
  private readonly stream: Random;
  private heads: Feeds = {};

  /** @param images unlabelled images whose complexity is penalised */
  constructor(
    private readonly choice: RadRegChoice,
    private readonly encoder: Encoder,
    images: PatchSet,
    random: Random,
  ) {
    const { draws, lambda, batch, head = { kind: 'l2' }, signs = 'fresh' } = choice;
    this.lambda = lambda;
    this.batches = new UnlabelledBatches(images, batch, random.fork('downstream'));
    const rows = draws * (head.kind === 'k-class' ? head.classes : 1);
    const stream = (this.stream = random.fork('signs'));
    this.signs = SETS.map(set => (signs === 'fixed' ? fixedSigns(stream.fork(set), rows, images.count) : freshSigns(stream, rows)));
    const shape = [rows, this.batches.size];
    const { width } = encoder;
    let heads: InputSpecs = {};
    if (head.kind === 'mlp')
      for (const set of SETS) {
        const { inner, outer } = firstHeads(random.fork(`heads/${set}`), draws, head.hidden, width);
        this.heads = { ...this.heads, [`${set}Inner`]: inner, [`${set}Outer`]: outer };
        heads = { ...heads, [`${set}Inner`]: { shape: [draws, head.hidden, width] }, [`${set}Outer`]: { shape: [draws, head.hidden, 1] } };
      }
    this.inputs = { downstream: { shape: this.batches.shape }, signs: { shape }, otherSigns: { shape }, ...heads };
  }

  async next(): Promise<Feeds> {
    const { indices, rows } = await this.batches.next();
    const [signs, otherSigns] = this.signs.map(draw => draw(indices)) as [Float32Array, Float32Array];
    return { downstream: rows, signs, otherSigns };
  }

  snapshot(): DrawState {
    return { batches: this.batches.snapshot(), signs: this.stream.snapshot() };
  }

  restore({ batches, signs }: DrawState): void {
    this.batches.restore(batches);
    if (signs) this.stream.restore(signs);
  }

  carried(): Feeds {
    return this.heads;
  }

  penalty(inputs: Tensors): Penalty {
    const features = this.encoder.features(inputs['downstream']!);
    const seen = this.choice.normalise ? unitRows(features) : features;
    const [value, heldOut] = SETS.map(set => this.valueFor(set, inputs, seen)) as [Part, Part];
    return { value: value.value, heldOut: heldOut.value, carried: { ...value.heads, ...heldOut.heads } };
  }

  took(results: Results): void {
    this.heads = Object.fromEntries(Object.keys(this.heads).map(name => [name, results[name]!]));
  }

  private valueFor(set: (typeof SETS)[number], inputs: Tensors, features: Tensor): Part {
    const { radius, head = { kind: 'l2' } } = this.choice;
    const settings = { radius, population: this.batches.population };
    const signs = inputs[set]!;
    switch (head.kind) {
      case 'l2':
        return { value: radReg(features, signs, settings) };
      case 'l1':
        return { value: radRegL1(features, signs, settings) };
      case 'k-class':
        return { value: radRegClasses(features, signs, head.classes, settings) };
      case 'mlp': {
        const start = { inner: inputs[`${set}Inner`]!, outer: inputs[`${set}Outer`]! };
        const ascent: PerceptronHeadSettings = { ...settings, ...head };
        const heads = ascend(start, features, signs, ascent);
        return {
          value: radRegPerceptron(heads, features, signs, settings),
          heads: { [`${set}Inner`]: heads.inner, [`${set}Outer`]: heads.outer },
        };
      }
    }
  }
}

interface Part {
  readonly value: Scalar;
  readonly heads?: Readonly<Record<string, Tensor>>;
}
