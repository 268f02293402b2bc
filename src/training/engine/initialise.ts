import type { Random } from '../../common/random';
import type { Initialiser } from './parameters';

const TRUNCATION = 2;

function truncatedNormal(random: Random): number {
  for (;;) {
    const z = random.normal();
    if (Math.abs(z) <= TRUNCATION) return z;
  }
}

/** Draws that are tried before the nearest end of the interval is taken. */
const MAXIMUM_DRAWS = 1000;

function normalWithin(random: Random, { mean, deviation, within: [low, high] }: Extract<Initialiser, { kind: 'normal within' }>): number {
  let value = mean;
  for (let draw = 0; draw < MAXIMUM_DRAWS; draw++) {
    value = mean + deviation * random.normal();
    if (value >= low && value <= high) return value;
  }
  return Math.min(high, Math.max(low, value));
}

/** `size` fresh values of a parameter, drawn from `random` where the initialiser is a random one. */
export function initialValues(initialiser: Initialiser, size: number, random: Random): Float32Array {
  const values = new Float32Array(size);
  switch (initialiser.kind) {
    case 'zeros':
      return values;
    case 'ones':
      return values.fill(1);
    case 'uniform':
      return values.map(() => (2 * random.uniform() - 1) * initialiser.bound);
    case 'normal':
      return values.map(() => random.normal() * initialiser.deviation);
    case 'truncated':
      return values.map(() => truncatedNormal(random) * initialiser.deviation);
    case 'constant':
      return values.fill(initialiser.value);
    case 'between':
      return values.map(() => initialiser.low + (initialiser.high - initialiser.low) * random.uniform());
    case 'normal within':
      return values.map(() => normalWithin(random, initialiser));
    case 'orthogonal':
      return values.map(orthogonal(random, initialiser.rows, size / initialiser.rows, initialiser.gain));
    case 'values':
      return initialiser.values.slice();
  }
}

/**
 * Row by row, a matrix whose shorter side has orthogonal lines of length |gain|, uniform among them: normal numbers made
 * orthogonal line by line, which is the factor Q of a decomposition with a positive diagonal (Mezzadri 2007).
 */
function orthogonal(random: Random, rows: number, columns: number, gain: number): (value: number, index: number) => number {
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const lines = Array.from({ length: count }, () => Float64Array.from({ length }, () => random.normal()));
  for (const [place, line] of lines.entries()) {
    // Twice, so that what rounding leaves of the lines before is gone.
    for (let round = 0; round < 2; round++)
      for (const before of lines.slice(0, place)) {
        const share = dot(before, line);
        for (let i = 0; i < length; i++) line[i]! -= share * before[i]!;
      }
    const norm = Math.sqrt(dot(line, line));
    for (let i = 0; i < length; i++) line[i]! /= norm;
  }
  return (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    return gain * (rows < columns ? lines[row]![column]! : lines[column]![row]!);
  };
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!;
  return sum;
}
