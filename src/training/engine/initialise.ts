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
    case 'values':
      return initialiser.values.slice();
  }
}
