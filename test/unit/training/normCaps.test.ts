import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { symmetricEigenvalues } from '../../../src/theory/symmetricEigen';
import { Parameters } from '../../../src/training/engine/parameters';
import { NormCaps, projectRows } from '../../../src/training/normCaps';
import { PowerIteration } from '../../../src/training/powerIteration';
import { nativeEngine } from './engines';
import { CASES, pretrained } from './pretrainingCases';

const [ROWS, COLUMNS] = [7, 11];
const drawn = (seed: string, scale = 1): Float32Array => {
  const random = new Random(seed);
  return Float32Array.from({ length: ROWS * COLUMNS }, () => scale * random.normal());
};

/** The spectral norm from the eigenvalues of WWᵀ, in double precision. */
function spectralNorm(values: Float32Array, rows: number): number {
  const columns = values.length / rows;
  const gram = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < rows; j++)
      for (let k = 0; k < columns; k++) gram[i * rows + j]! += values[i * columns + k]! * values[j * columns + k]!;
  return Math.sqrt(Math.max(...symmetricEigenvalues({ rows, columns: rows, values: gram })));
}
const rowNorms = (values: Float32Array, rows: number): number[] =>
  Array.from({ length: rows }, (_, row) =>
    Math.hypot(...values.subarray((row * values.length) / rows, ((row + 1) * values.length) / rows)),
  );
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe('PowerIteration', () => {
  it('comes close to the spectral norm from below', () => {
    const values = drawn('power');
    const exact = spectralNorm(values, ROWS);
    const estimate = new PowerIteration(ROWS, COLUMNS, new Random(0)).estimate(values, 100);
    assert.ok(estimate <= exact * (1 + 1e-7) && estimate > exact * (1 - 1e-6), `${estimate} ${exact}`);
  });

  it('follows a matrix that changes, from where it ended', () => {
    const power = new PowerIteration(ROWS, COLUMNS, new Random(0));
    power.estimate(drawn('power'), 50);
    const moved = drawn('power').map((value, i) => value + 0.01 * Math.sin(i));
    assert.ok(Math.abs(power.estimate(moved, 2) / spectralNorm(moved, ROWS) - 1) < 1e-4);
  });

  it('is 0 for a matrix of zeros', () =>
    assert.equal(new PowerIteration(ROWS, COLUMNS, new Random(0)).estimate(new Float32Array(ROWS * COLUMNS), 3), 0));
});

describe('projectRows', () => {
  it('leaves what lies inside the ball', () => {
    const values = drawn('inside');
    const before = values.slice();
    projectRows(values, ROWS, total(rowNorms(values, ROWS)) + 1);
    assert.deepEqual(values, before);
  });

  it('finds the nearest point of the ball: no other that was tried is nearer', () => {
    const start = drawn('outside');
    const most = 0.4 * total(rowNorms(start, ROWS));
    const nearest = start.slice();
    projectRows(nearest, ROWS, most);
    assert.ok(Math.abs(total(rowNorms(nearest, ROWS)) / most - 1) < 1e-5, 'on the border');
    const distance = (to: Float32Array): number => Math.hypot(...to.map((value, i) => value - start[i]!));
    for (let attempt = 0; attempt < 300; attempt++) {
      const other = nearest.map((value, i) => value + drawn(`try ${attempt}`, 0.05)[i]!);
      const scale = Math.min(1, most / total(rowNorms(other, ROWS)));
      assert.ok(distance(other.map(value => value * scale)) >= distance(nearest) - 1e-6);
    }
  });

  it('drops rows that are short where the ball is small', () => {
    const values = Float32Array.from([3, 0, 0, 4, 0.1, 0]);
    projectRows(values, 3, 1);
    assert.deepEqual(
      Array.from(values, Math.abs).map(value => Number(value.toFixed(5))),
      [0, 0, 0, 1, 0, 0],
    );
  });
});

describe('NormCaps', () => {
  const limits = { spectral: 1.5, l21: 6 };

  it('certainly keeps every matrix under its caps, and nothing else', async () => {
    const parameters = new Parameters(new Random(0));
    parameters.declare('layers.0.weight', [ROWS, COLUMNS], { kind: 'normal', deviation: 2 });
    parameters.declare('layers.1.weight', [3, ROWS], { kind: 'normal', deviation: 0.01 });
    parameters.declare('layers.0.bias', [ROWS], { kind: 'normal', deviation: 5 });
    const [small, bias] = [parameters.values('layers.1.weight').slice(), parameters.values('layers.0.bias').slice()];
    await new NormCaps(parameters, parameters.names, limits).certify();
    const capped = parameters.values('layers.0.weight');
    assert.ok(spectralNorm(capped, ROWS) <= limits.spectral && spectralNorm(capped, ROWS) > 0.2 * limits.spectral);
    assert.ok(total(rowNorms(capped, ROWS)) <= limits.l21);
    assert.deepEqual(parameters.values('layers.1.weight'), small);
    assert.deepEqual(parameters.values('layers.0.bias'), bias);
    parameters.dispose();
  });

  it('holds for encoder and decoder at the end of a run that wants to leave them', async () => {
    const found = CASES.find(({ encoder }) => encoder.kind === 'deep net' && encoder.normCap)!;
    const caps = { spectral: 0.8, l21: 3 };
    const capped = { ...found, encoder: { ...found.encoder, normCap: caps } as typeof found.encoder };
    const { weights } = await pretrained(await nativeEngine(), capped, { kind: 'none' }, 30);
    const matrices = [...weights].filter(([name]) => name.endsWith('weight') && name !== 'head.weight');
    assert.equal(matrices.length, 3);
    for (const [name, values] of matrices) {
      const rows = name === 'decoder.weight' ? 196 : 20;
      assert.ok(spectralNorm(values, rows) <= caps.spectral, name);
      assert.ok(total(rowNorms(values, rows)) <= caps.l21, name);
    }
  });
});
