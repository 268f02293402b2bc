import type { Random } from '../../common/random';
import type { Initialiser } from './parameters';

const TRUNCATION = 2;

function truncatedNormal(random: Random): number {
  for (;;) {
    const z = random.normal();
    if (Math.abs(z) <= TRUNCATION) return z;
  }
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
  }
}
