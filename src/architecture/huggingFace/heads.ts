import type { Stage } from './flow';

/** Scores of where an answer starts and where it ends, one a token, from two scores of every token. */
export function startAndEnd({ flow }: Stage, scores: number): readonly number[] {
  const sides = flow.sides(scores).slice(0, -1);
  return ['start', 'end'].map(name => flow.map('selection', name, scores, sides, { euclidean: 1, rows: null }));
}

/** One score of each choice: how many a sample has is only known when the model runs. */
export function choices(stage: Stage, _tokens: number, pooled: number): readonly number[] {
  const score = stage.run('classifier', pooled);
  return [stage.flow.unknown('view', 'how many choices a sample has is only known when the model runs', [score], ['B', null])];
}
