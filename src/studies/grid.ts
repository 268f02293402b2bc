/** Values to try, by the place that they take in the study: `{ "regulariser.lambda": [0, 0.003] }`. */
export type Grid = Readonly<Record<string, readonly unknown[]>>;

/** One arm of a sweep: its name and what it overrides. */
export type SweepArm = Readonly<Record<string, unknown>> & { readonly name: string };

/** A point of a grid as an arm, and which value of each place it takes. */
export interface GridPoint {
  readonly arm: SweepArm;
  readonly choice: readonly { readonly place: string; readonly index: number }[];
}

/** How many points a grid has; 0 for none. */
export const gridSize = (grid: Grid = {}): number => {
  const sizes = Object.values(grid).map(values => values.length);
  return sizes.length === 0 ? 0 : sizes.reduce((product, size) => product * size, 1);
};

/** Every combination of a grid's values, the last place changing fastest; each is called by its values, as `lambda 0.003, maskRatio 0.5`. */
export function gridPoints(grid: Grid = {}): GridPoint[] {
  const places = Object.keys(grid);
  const lasts = places.map(place => place.split('.').at(-1)!);
  const titles = places.map((place, i) => (lasts.indexOf(lasts[i]!) === lasts.lastIndexOf(lasts[i]!) ? lasts[i]! : place));
  return Array.from({ length: gridSize(grid) }, (_, number) => {
    const choice: { place: string; index: number }[] = [];
    for (let i = places.length - 1, rest = number; i >= 0; i--) {
      const place = places[i]!;
      const { length } = grid[place]!;
      choice.unshift({ place, index: rest % length });
      rest = Math.floor(rest / length);
    }
    const values = choice.map(({ place, index }) => grid[place]![index]);
    const name = values.map((value, i) => `${titles[i]} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ');
    return { arm: { ...overrides(choice.map(({ place }, i) => [place, values[i]])), name }, choice };
  });
}

/** The arms of a sweep as they run: those that are written down, then the points of its grid. */
export const armsOf = ({
  arms = [],
  grid,
}: {
  readonly arms?: readonly SweepArm[];
  readonly grid?: Grid | undefined;
}): readonly SweepArm[] => [...arms, ...gridPoints(grid).map(({ arm }) => arm)];

/** Values at places as one nested object. */
function overrides(placed: readonly (readonly [place: string, value: unknown])[]): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const [place, value] of placed) {
    const steps = place.split('.');
    let part = result;
    for (const step of steps.slice(0, -1)) part = (part[step] ??= {}) as Record<string, unknown>;
    part[steps.at(-1)!] = value;
  }
  return result;
}
