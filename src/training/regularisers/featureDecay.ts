import { mean, square, sum, type Scalar } from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import type { RegulariserChoice } from '../../studies/regularisers';
import type { Encoder } from '../encoders/encoder';
import type { Feeds, InputSpecs, Tensors } from '../engine/engine';
import type { PatchSet } from '../patches';
import type { DrawState, Penalty, Regulariser } from './regulariser';
import { UnlabelledBatches } from './unlabelledBatches';

/** The mean squared Euclidean norm of the features of unlabelled images: an upper surrogate of RadReg's square. */
export class FeatureDecay implements Regulariser {
  readonly kind = 'feature decay';
  readonly lambda: number;
  readonly inputs: InputSpecs;
  private readonly batches: UnlabelledBatches;

  constructor(
    { lambda, batch }: Extract<RegulariserChoice, { kind: 'feature decay' }>,
    private readonly encoder: Encoder,
    images: PatchSet,
    random: Random,
  ) {
    this.lambda = lambda;
    this.batches = new UnlabelledBatches(images, batch, random.fork('decayed'));
    this.inputs = { decayed: { shape: this.batches.shape } };
  }

  async next(): Promise<Feeds> {
    return { decayed: (await this.batches.next()).rows };
  }

  snapshot(): DrawState {
    return { batches: this.batches.snapshot() };
  }

  restore({ batches }: DrawState): void {
    this.batches.restore(batches);
  }

  penalty(inputs: Tensors): Penalty {
    return { value: mean<Scalar>(sum(square(this.encoder.features(inputs['decayed']!)), 1)) };
  }
}
