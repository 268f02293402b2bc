import { repeated, type Contradiction } from './contradiction';
import { gridPoints, gridSize, type Grid } from './grid';

/** What the rules about a sweep look at. */
export interface CheckedSweep {
  readonly arms: readonly { readonly name: string }[];
  readonly grid?: Grid | undefined;
  readonly seeds: readonly number[];
  readonly earlyStop?: { readonly rungs: readonly number[] } | undefined;
}

/** A place within a part that an arm may override: names with dots between them. */
const PLACE = /^(data|encoder|objective|regulariser|fineTuning|bound)(\.[A-Za-z]\w*)+$/;

/** More points than this are a slip of the pen. */
const MOST_POINTS = 10_000;

/** What cannot be in a sweep. */
export function* sweepContradictions({ arms, grid, seeds, earlyStop }: CheckedSweep): Generator<Contradiction> {
  if (arms.length === 0 && gridSize(grid) === 0)
    yield { path: ['sweep'], problem: 'names nothing to compare', mend: 'add "arms", each with a name, or a "grid"' };
  yield* repeated(
    arms.map(arm => arm.name.trim()),
    index => ['sweep', 'arms', index, 'name'],
    'give each arm its own name',
  );
  yield* repeated(seeds, index => ['sweep', 'seeds', index], 'name each seed once');
  const fall = earlyStop?.rungs.findIndex((rung, index, rungs) => index > 0 && rung <= rungs[index - 1]!) ?? -1;
  if (fall >= 0)
    yield { path: ['sweep', 'earlyStop', 'rungs', fall], problem: 'does not come after the rung before it', mend: 'let the rungs rise' };
  const wrong = [...gridContradictions(grid ?? {})];
  yield* wrong;
  if (wrong.length > 0) return;
  const taken = gridPoints(grid).find(({ arm }) => arms.some(({ name }) => name.trim() === arm.name));
  if (taken)
    yield { path: ['sweep', 'grid'], problem: `has a point "${taken.arm.name}", which is an arm, too`, mend: 'give the arm another name' };
}

function* gridContradictions(grid: Grid): Generator<Contradiction> {
  for (const [place, values] of Object.entries(grid)) {
    const path = ['sweep', 'grid', place];
    if (!PLACE.test(place)) yield { path, problem: 'is no place in a study', mend: 'write it as "regulariser.lambda" or "encoder.depth"' };
    const outer = Object.keys(grid).find(other => place.startsWith(`${other}.`));
    if (outer !== undefined) yield { path, problem: `lies within "${outer}", which is in the grid, too`, mend: 'keep one of the two' };
    yield* repeated(
      values.map(value => (typeof value === 'number' ? value : JSON.stringify(value))),
      index => [...path, index],
      'name each value once',
    );
  }
  if (gridSize(grid) > MOST_POINTS)
    yield { path: ['sweep', 'grid'], problem: `has ${gridSize(grid)} points`, mend: `keep them below ${MOST_POINTS}` };
}
