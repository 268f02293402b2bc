import type { TensorValues } from './elementType';

/** The differences of as many values on both sides, whose chunks may end at different places, in 64-bit floats. */
export async function* differences(values: AsyncIterable<TensorValues>, from: AsyncIterable<TensorValues>): AsyncGenerator<Float64Array> {
  const others = from[Symbol.asyncIterator]();
  let rest: TensorValues = new Float64Array(0);
  try {
    for await (const part of values) {
      const changes = Float64Array.from(part);
      for (let at = 0; at < changes.length;) {
        if (rest.length === 0) {
          const next = await others.next();
          if (next.done) throw new RangeError('There are fewer values to take off');
          rest = next.value;
        }
        const count = Math.min(rest.length, changes.length - at);
        for (let i = 0; i < count; i++) changes[at + i]! -= rest[i]!;
        rest = rest.subarray(count);
        at += count;
      }
      yield changes;
    }
  } finally {
    await others.return?.();
  }
}
