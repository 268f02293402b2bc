import type { Matrix } from '../theory/matrix';
import type { Encoder } from './encoders/encoder';
import type { Engine, ForwardPass } from './engine/engine';
import type { Parameters } from './engine/parameters';
import type { Pace } from './pace';
import type { PatchSet } from './patches';

/** Images per call of the compiled encoder; the last call of a longer list is padded. */
const IMAGES_PER_CALL = 128;

/** Runs the encoder, with the weights it has at that moment, over unmasked images. */
export class FeatureExtractor {
  private constructor(
    private readonly pass: ForwardPass,
    private readonly width: number,
    private readonly pace: Pace,
  ) {}

  static async create(engine: Engine, parameters: Parameters, encoder: Encoder, pace: Pace): Promise<FeatureExtractor> {
    const pass = await engine.forwardPass({
      inputs: { images: { shape: encoder.layout.shape(IMAGES_PER_CALL) } },
      parameters,
      outputs: ({ images }) => ({ features: encoder.features(images!) }),
    });
    return new FeatureExtractor(pass, encoder.width, pace);
  }

  /** Features of the images at `indices`, one row each, in that order. */
  async features(set: PatchSet, indices: ArrayLike<number>): Promise<Matrix> {
    const values = new Float32Array(indices.length * this.width);
    const all = Array.from(indices);
    for (let from = 0; from < all.length; from += IMAGES_PER_CALL) {
      await this.pace.breathe();
      const chunk = all.slice(from, from + IMAGES_PER_CALL);
      const { features } = await this.pass.run({ images: await set.rows(chunk, IMAGES_PER_CALL) });
      values.set(features!.subarray(0, chunk.length * this.width), from * this.width);
    }
    return { rows: all.length, columns: this.width, values };
  }

  dispose(): void {
    this.pass.dispose();
  }
}
