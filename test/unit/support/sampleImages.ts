import path from 'node:path';

/** The IDX files of a set of the shipped images, as a study names them: `train-10k`, `test-2k`. */
export function sampleImages(set: string): { readonly images: string; readonly labels: string } {
  const file = (kind: string) => path.resolve(`media/sample/fashion-mnist/${set}-${kind}-ubyte.gz`);
  return { images: file('images-idx3'), labels: file('labels-idx1') };
}
