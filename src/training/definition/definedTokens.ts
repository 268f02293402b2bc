import { concat, reshape, slice, tile, zeros, type Tensor } from '@tensorflow/tfjs-core';
import type { Program } from '../../architecture/computation';
import type { TokenEncoder } from '../encoders/encoder';
import type { ImageLayout } from '../imageLayout';
import { execute } from './execute';
import { shapeAt } from '../../architecture/sides';
import type { TokenStage } from './tokenStage';

/**
 * A definition's tokens: patches are embedded as its source says, and any choice of them goes through its blocks. Tokens of no patch, as a
 * class token, go with every image and are left out of what is encoded.
 */
export class DefinedTokens implements TokenEncoder {
  readonly width: number;

  /**
   * @param state the value of a tensor of the definition's state
   * @param given what the program is given of so many images
   */
  constructor(
    private readonly program: Program,
    private readonly stage: TokenStage,
    private readonly layout: ImageLayout,
    private readonly state: (name: string) => Tensor,
    private readonly given: (patches: Tensor, images: number) => ReadonlyMap<number, Tensor>,
  ) {
    this.width = this.sides(stage.encoded, 1)[2]!;
  }

  embed(patches: Tensor): Tensor {
    const { prefix, patches: tokens } = this.stage;
    const images = patches.shape[0] / this.layout.tokens;
    const rows = this.embedded(patches, images);
    const width = rows.shape[2]!;
    const own = prefix === 0 ? rows : slice(rows, [0, prefix, 0], [images, tokens, width]);
    return reshape(own, [images * tokens, width]);
  }

  encode(embedded: Tensor, perImage: number): Tensor {
    const { place, encoded, prefix, axes } = this.stage;
    const images = embedded.shape[0] / perImage;
    const chosen = reshape(embedded, [images, perImage, embedded.shape[1]!]);
    const rows = prefix === 0 ? chosen : concat([this.prefixed(images), chosen], 1);
    const sidesOf = (each: number): number[] | undefined => {
      const counted = axes.get(each);
      return counted && this.sides(each, images).map((side, axis) => (counted.includes(axis) ? prefix + perImage : side));
    };
    const made = execute({ ...this.program, output: encoded }, new Map([[place, rows]]), { state: this.state, images, sidesOf });
    const own = prefix === 0 ? made : slice(made, [0, prefix, 0], [images, perImage, this.width]);
    return reshape(own, [images * perImage, this.width]);
  }

  /** The tokens of no patch, which are the same for every image. */
  private prefixed(images: number): Tensor {
    const blank = this.embedded(zeros(this.layout.shape(1)), 1);
    return tile(slice(blank, [0, 0, 0], [1, this.stage.prefix, blank.shape[2]!]), [images, 1, 1]);
  }

  private embedded(patches: Tensor, images: number): Tensor {
    return execute({ ...this.program, output: this.stage.place }, this.given(patches, images), { state: this.state, images });
  }

  private sides(place: number, images: number): number[] {
    return shapeAt(this.program.steps[place]!.shape, images);
  }
}
