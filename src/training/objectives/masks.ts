import type { Random } from '../../common/random';

/** Which patches of a batch the encoder sees, as rows of the batch's `(images · tokens)` patches. */
export interface Masks {
  /** `images · visible` rows that are seen, image by image, rising within an image. */
  readonly visible: Int32Array;
  /** For each of the `images · tokens` patches its place in `visible`, or `visible.length` where it is masked. */
  readonly place: Int32Array;
  /** 1 where a patch is masked, else 0; `images · tokens`. */
  readonly masked: Float32Array;
}

/** How many of `tokens` patches stay visible at this mask ratio: at least one is seen and at least one is masked. */
export const visibleCount = (tokens: number, maskRatio: number): number =>
  Math.min(tokens - 1, Math.max(1, Math.round(tokens * (1 - maskRatio))));

/** A uniformly random choice of exactly `visible` patches for each image, independent between images. */
export function drawMasks(random: Random, images: number, tokens: number, visible: number): Masks {
  const rows = new Int32Array(images * visible);
  const place = new Int32Array(images * tokens).fill(rows.length);
  const masked = new Float32Array(images * tokens).fill(1);
  for (let image = 0; image < images; image++) {
    const seen = random.permutation(tokens).subarray(0, visible).sort();
    for (let i = 0; i < visible; i++) {
      const patch = image * tokens + seen[i]!;
      rows[image * visible + i] = patch;
      place[patch] = image * visible + i;
      masked[patch] = 0;
    }
  }
  return { visible: rows, place, masked };
}
