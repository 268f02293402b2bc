import { unknown } from '../../architecture/architecture';
import { argument } from '../keras/construct';
import { KerasTensor } from '../keras/kerasValues';
import { builtin, InstanceValue, NONE, type Call, type Value } from '../python/values';

/** `nnx.Rngs(0)`, or one of its streams of keys: what it draws decides no shape. */
export class RandomStreams extends InstanceValue {
  constructor(
    /** How many streams it was split into; absent where it is one. */
    readonly split?: Value,
  ) {
    super(undefined);
  }
}

/** The next key of a stream. */
export const nextKey = (line: number): Value => new KerasTensor(unknown('the shape of a key is not known', line));

/** `rngs.params`, `rngs.fork(split=3)`, and `rngs.params.uniform(shape)`, which draws as `jax.random.uniform(key, shape)` does. */
export function streamMember(name: string, draw: (path: string, call: Call) => Value | undefined): Value {
  if (name === 'fork' || name === 'split') return builtin(call => new RandomStreams(argument(call, 0, 'split')));
  if (!/^(normal|uniform|truncated_normal|orthogonal|bernoulli|categorical|randint|permutation|choice)$/.test(name))
    return new RandomStreams();
  return builtin(call => draw(`jax.random.${name}`, { ...call, positional: [NONE, ...call.positional] }) ?? NONE);
}
