import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '../../../src/common/random';
import type { Matrix } from '../../../src/theory/matrix';

/** A matrix from rows of numbers. */
export const matrixOf = (rows: readonly (readonly number[])[]): Matrix => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

/** Independent standard normal entries. */
export const normalMatrix = (random: Random, rows: number, columns: number): Matrix => ({
  rows,
  columns,
  values: Float64Array.from({ length: rows * columns }, () => random.normal()),
});

/** The same numbers after `change` was applied to each. */
export const mapMatrix = (matrix: Matrix, change: (value: number, index: number) => number): Matrix => ({
  ...matrix,
  values: Float64Array.from(matrix.values, change),
});

/** Left times right. */
export function multiply(left: Matrix, right: Matrix): Matrix {
  const values = new Float64Array(left.rows * right.columns);
  for (let i = 0; i < left.rows; i++)
    for (let k = 0; k < left.columns; k++)
      for (let j = 0; j < right.columns; j++)
        values[i * right.columns + j]! += left.values[i * left.columns + k]! * right.values[k * right.columns + j]!;
  return { rows: left.rows, columns: right.columns, values };
}

export const fixture = (name: string): string => path.join(process.cwd(), 'test/fixtures/theory', name);

export const readJson = (name: string): unknown => JSON.parse(readFileSync(fixture(name), 'utf8'));

/** A two-dimensional float32 array of NumPy. */
export function readNpy(name: string): Matrix {
  const bytes = readFileSync(fixture(name));
  const start = 10 + bytes.readUInt16LE(8);
  const shape = /'descr': '<f4'.*'shape': \((\d+), (\d+)\)/.exec(bytes.toString('latin1', 10, start));
  assert.ok(shape, `${name} is no matrix of float32`);
  const [rows, columns] = [Number(shape[1]), Number(shape[2])];
  return { rows, columns, values: Float64Array.from({ length: rows * columns }, (_, i) => bytes.readFloatLE(start + 4 * i)) };
}

/** Asserts that two numbers agree to a relative tolerance. */
export function close(actual: number, expected: number, relative = 1e-9, what = ''): void {
  assert.ok(
    actual === expected || Math.abs(actual - expected) <= relative * Math.max(Math.abs(expected), Number.MIN_VALUE),
    `${what} ${actual} against ${expected}`,
  );
}

/** Most failures that 1,000-odd trials may show when each fails with probability at most `chance`: three standard errors above the mean. */
export const mostFailures = (trials: number, chance: number): number => trials * chance + 3 * Math.sqrt(trials * chance * (1 - chance));
