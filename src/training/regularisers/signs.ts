import type { Random } from '../../common/random';

/** `draws × batch` fair signs, fresh for every step: fixed ones would be fitted. */
export function drawSigns(random: Random, draws: number, batch: number): Float32Array {
  return Float32Array.from({ length: draws * batch }, () => random.sign());
}

/** Where the signs of a step come from: `draws × indices.length`, row-major. */
export type Signs = (indices: Int32Array) => Float32Array;

/** New signs in each step. */
export const freshSigns =
  (random: Random, draws: number): Signs =>
  indices =>
    drawSigns(random, draws, indices.length);

/** `draws` signs for each image of the population that stay with it through all steps. */
export function fixedSigns(random: Random, draws: number, population: number): Signs {
  const all = Int8Array.from({ length: draws * population }, () => random.sign());
  return indices => {
    const signs = new Float32Array(draws * indices.length);
    for (let draw = 0; draw < draws; draw++)
      indices.forEach((image, i) => (signs[draw * indices.length + i] = all[draw * population + image]!));
    return signs;
  };
}
