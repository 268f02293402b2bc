/** Two values of a study that are right on their own and wrong together. */
export interface Contradiction {
  readonly path: (string | number)[];
  readonly problem: string;
  readonly mend: string;
}

/** The first value that stands in a list twice. */
export function* repeated(
  values: readonly (string | number)[],
  pathOf: (index: number) => (string | number)[],
  mend: string,
): Generator<Contradiction> {
  const first = values.findIndex((value, index) => values.indexOf(value) !== index);
  if (first >= 0) yield { path: pathOf(first), problem: `is ${JSON.stringify(values[first])} for the second time`, mend };
}
