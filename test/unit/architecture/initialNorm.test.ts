import assert from 'node:assert/strict';
import { fanInDeviation, glorotDeviation, initialSpectralNorm } from '../../../src/architecture/initialNorm';
import { Random } from '../../../src/common/random';

/** Largest singular value by power iteration on WᵀW. */
function spectralNorm(values: Float64Array, rows: number, columns: number): number {
  let vector = new Float64Array(columns).fill(1 / Math.sqrt(columns));
  let norm = 0;
  for (let round = 0; round < 60; round++) {
    const image = new Float64Array(rows);
    const back = new Float64Array(columns);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) image[i]! += values[i * columns + j]! * vector[j]!;
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) back[j]! += values[i * columns + j]! * image[i]!;
    norm = Math.sqrt(Math.hypot(...back));
    vector = back.map(value => value / (norm * norm));
  }
  return norm;
}

describe('initialSpectralNorm', () => {
  const cases: readonly (readonly [rows: number, columns: number, bound: number, deviation: number])[] = [
    [192, 48, 1 / Math.sqrt(48), fanInDeviation(48)],
    [48, 192, 1 / Math.sqrt(192), fanInDeviation(192)],
    [144, 48, Math.sqrt(6 / (144 + 48)), glorotDeviation(48, 144)],
  ];
  for (const [rows, columns, bound, deviation] of cases) {
    it(`is within 8 % of a drawn ${rows} × ${columns} matrix`, () => {
      const random = new Random(`${rows} × ${columns}`);
      const values = Float64Array.from({ length: rows * columns }, () => bound * (2 * random.uniform() - 1));
      const ratio = spectralNorm(values, rows, columns) / initialSpectralNorm(rows, columns, deviation);
      assert.ok(Math.abs(ratio - 1) < 0.08, `${ratio}`);
    });
  }

  it('scales with the deviation and grows with both sides', () => {
    assert.equal(initialSpectralNorm(16, 9, 0.5), 3.5);
    assert.equal(initialSpectralNorm(16, 9, 0), 0);
  });
});
