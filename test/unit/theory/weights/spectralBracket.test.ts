import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Random } from '../../../../src/common/random';
import { symmetricEigenvalues } from '../../../../src/theory/symmetricEigen';
import { convolutionBracket, outputPlane, type Convolution } from '../../../../src/theory/weights/convolution';
import { factorised } from '../../../../src/theory/weights/definiteness';
import { GramAccumulator } from '../../../../src/theory/weights/gramAccumulator';
import { squareTriangle } from '../../../../src/theory/weights/lowerTriangle';
import { EntryNormAccumulator } from '../../../../src/theory/weights/matrixNorms';
import { plainProduct } from '../../../../src/theory/weights/products';
import { spectralBracket, type Bracket } from '../../../../src/theory/weights/spectralBracket';

/** A rows × columns matrix with singular values that fall as a power, so that some spectra are flat and some steep. */
function randomMatrix(rows: number, columns: number, decay: number, seed: number): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: rows * columns }, (_, index) => random.normal() * (1 + (index % columns)) ** -decay);
}

async function bracketOf(values: Float64Array, rows: number, columns: number, parts = 1): Promise<Bracket> {
  const layout = { rows, columns, outputs: 'rows' as const };
  const gram = new GramAccumulator(layout, plainProduct);
  const entries = new EntryNormAccumulator(layout);
  const size = Math.ceil(values.length / parts);
  for (let at = 0; at < values.length; at += size) {
    entries.add(values.subarray(at, at + size));
    await gram.add(values.subarray(at, at + size));
  }
  return spectralBracket(await gram.finish(entries.norms().frobenius ** 2), plainProduct);
}

/** The spectral norm by the eigenvalues of WᵀW, independent of the bracket's own way. */
function exactNorm(values: Float64Array, rows: number, columns: number): number {
  const gram = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < columns; i++)
      for (let j = 0; j < columns; j++) gram[i * columns + j]! += values[row * columns + i]! * values[row * columns + j]!;
  return Math.sqrt(symmetricEigenvalues({ rows: columns, columns, values: gram })[0]!);
}

const contains = ({ lower, upper }: Bracket, value: number, gap = 1e-6) => {
  assert.ok(lower <= value * (1 + 1e-13) && value * (1 - 1e-13) <= upper, `${value} lies in [${lower}, ${upper}]`);
  assert.ok(upper - lower <= gap * upper, `[${lower}, ${upper}] is narrow`);
};

describe('certified spectral norms', () => {
  it('bracket the largest singular value of matrices of any shape and spectrum', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 3 }),
        fc.nat(),
        async (rows, columns, decay, seed) => {
          const values = randomMatrix(rows, columns, decay, seed);
          contains(await bracketOf(values, rows, columns), exactNorm(values, rows, columns));
        },
      ),
      { numRuns: 60 },
    ));

  const table: readonly (readonly [string, readonly number[], number, number, number])[] = [
    ['a diagonal matrix', [3, 0, 0, 0, -4, 0, 0, 0, 1], 3, 3, 4],
    ['equal singular values', [0, 1, 1, 0], 2, 2, 1],
    ['a single row', [3, 4], 1, 2, 5],
    ['rank one', [1, 2, 2, 4], 2, 2, 5],
    ['very large entries', [1e100, 0, 0, 1e99], 2, 2, 1e100],
    ['very small entries', [1e-100, 0, 0, 1e-99], 2, 2, 1e-99],
  ];
  for (const [what, values, rows, columns, expected] of table)
    it(`know ${what}`, async () => contains(await bracketOf(Float64Array.from(values), rows, columns), expected));

  it('are zero for a zero matrix', async () => assert.deepEqual(await bracketOf(new Float64Array(6), 2, 3), { lower: 0, upper: 0 }));

  it('do not depend on how the values arrive', async () => {
    const values = randomMatrix(30, 12, 1, 5);
    contains(await bracketOf(values, 30, 12, 7), exactNorm(values, 30, 12));
  });

  it('rest on a factorisation that refuses every shift below the largest eigenvalue', async () => {
    const values = randomMatrix(60, 60, 0, 9);
    const gram = await plainProduct(values, values, 60, 60, 60);
    const largest = symmetricEigenvalues({ rows: 60, columns: 60, values: gram })[0]!;
    for (const [factor, positive] of [
      [1 - 1e-3, false],
      [1 - 1e-9, false],
      [1 + 1e-9, true],
      [1 + 1e-3, true],
    ] as const)
      assert.equal((await factorised(squareTriangle(gram, 60), largest * factor, plainProduct)) !== undefined, positive, `${factor}`);
  });
});

describe('convolutions as operators', () => {
  /** The matrix of the operator, entry by entry from the definition of a convolution. */
  function denseNorm(convolution: Convolution): number {
    const { weights, outputs, inputs, groups, kernel, stride, padding, plane } = convolution;
    const [height, width] = outputPlane(convolution);
    const columns = inputs * groups * plane[0] * plane[1];
    const rows = outputs * height * width;
    const matrix = new Float64Array(rows * columns);
    for (let o = 0; o < outputs; o++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let i = 0; i < inputs; i++)
            for (let u = 0; u < kernel[0]; u++)
              for (let v = 0; v < kernel[1]; v++) {
                const [r, c] = [y * stride[0] + u - padding[0], x * stride[1] + v - padding[1]];
                if (r < 0 || c < 0 || r >= plane[0] || c >= plane[1]) continue;
                const channel = Math.floor(o / (outputs / groups)) * inputs + i;
                matrix[((o * height + y) * width + x) * columns + (channel * plane[0] + r) * plane[1] + c] =
                  weights[((o * inputs + i) * kernel[0] + u) * kernel[1] + v]!;
              }
    return exactNorm(matrix, rows, columns);
  }

  const convolution = (
    outputs: number,
    inputs: number,
    groups: number,
    kernel: number,
    stride: number,
    padding: number,
    plane: number,
  ): Convolution => ({
    weights: randomMatrix(outputs, inputs * kernel * kernel, 0, 31 * outputs + kernel + stride),
    outputs,
    inputs,
    groups,
    kernel: [kernel, kernel],
    stride: [stride, stride],
    padding: [padding, padding],
    plane: [plane, plane],
  });

  const table = [
    ['padded 3 × 3', convolution(3, 2, 1, 3, 1, 1, 5)],
    ['unpadded', convolution(2, 2, 1, 3, 1, 0, 5)],
    ['strided', convolution(3, 2, 1, 3, 2, 1, 6)],
    ['a patch embedding', convolution(4, 1, 1, 2, 2, 0, 6)],
    ['grouped', convolution(4, 2, 2, 3, 1, 1, 4)],
    ['depthwise', convolution(4, 1, 4, 3, 1, 1, 5)],
    ['1 × 1', convolution(3, 4, 1, 1, 1, 0, 4)],
    ['padded more than the kernel is wide', convolution(2, 1, 1, 3, 1, 4, 3)],
  ] as const;
  for (const [what, spec] of table) {
    it(`bracket ${what} convolution exactly where its matrix is small`, async () =>
      contains(await convolutionBracket(spec, plainProduct), denseNorm(spec)));

    it(`bound ${what} convolution on the torus where its matrix would be large`, async () => {
      const { lower, upper } = await convolutionBracket(spec, plainProduct, 0);
      const exact = denseNorm(spec);
      assert.ok(upper >= exact * (1 - 1e-12), `${upper} is not below ${exact}`);
      assert.ok(Math.abs(lower - exact) <= 1e-6 * exact && lower <= exact, `${lower} comes close to ${exact} from below`);
    });
  }
});
