import type { Matrix } from '../matrix';

/** Negative conditional entropy −H(Y|Z) in nats of labels given the source model's own labels (Tran, Nguyen, Hassner 2019), from their empirical joint law. */
export function negativeConditionalEntropy(sourceOf: Int32Array, classOf: Int32Array): number {
  const joint = new Map<string, { readonly source: number; count: number }>();
  const marginal = new Map<number, number>();
  sourceOf.forEach((source, i) => {
    const key = `${source} ${classOf[i]!}`;
    const cell = joint.get(key) ?? { source, count: 0 };
    cell.count++;
    joint.set(key, cell);
    marginal.set(source, (marginal.get(source) ?? 0) + 1);
  });
  let sum = 0;
  for (const { source, count } of joint.values()) sum += count * Math.log(count / marginal.get(source)!);
  return sum / sourceOf.length;
}

/** The most probable column of each row; the first of equals. */
export function mostProbable({ rows, columns, values }: Matrix): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => {
    let best = 0;
    for (let z = 1; z < columns; z++) if (values[i * columns + z]! > values[i * columns + best]!) best = z;
    return best;
  });
}
