import type { z } from 'zod';

/** What the rules below look at; every study has it. */
interface Checked {
  readonly data: {
    readonly train: { readonly images: string };
    readonly test: { readonly images: string };
    readonly task: { readonly positive: readonly number[]; readonly negative: readonly number[] };
  };
  readonly encoder: { readonly width: number; readonly heads: number };
  readonly objective:
    | { readonly kind: 'none' }
    | {
        readonly kind: 'masked autoencoder';
        readonly steps: number;
        readonly warmup: number;
        readonly decoder: { readonly width: number; readonly heads: number };
      };
  readonly sweep: { readonly arms: readonly { readonly name: string }[]; readonly seeds: readonly number[] };
}

/** Two values of a study that are right on their own and wrong together. */
interface Contradiction {
  readonly path: (string | number)[];
  readonly problem: string;
  readonly mend: string;
}

/** Reports every contradiction as a zod issue: its message says what is wrong, `params.mend` what to do. */
export function addContradictions(study: Checked, context: z.RefinementCtx): void {
  for (const { path, problem, mend } of contradictions(study))
    context.addIssue({ code: 'custom', path, message: problem, params: { mend } });
}

function* contradictions({ data, encoder, objective, sweep }: Checked): Generator<Contradiction> {
  const shared = data.task.negative.findIndex(one => data.task.positive.includes(one));
  if (shared >= 0)
    yield {
      path: ['data', 'task', 'negative', shared],
      problem: `is class ${data.task.negative[shared]!}, which is positive too`,
      mend: 'put each class on one side',
    };
  if (data.train.images === data.test.images)
    yield { path: ['data', 'test', 'images'], problem: 'is the training file', mend: 'test on images that nothing is trained on' };
  yield* indivisible(['encoder'], encoder);
  if (objective.kind === 'masked autoencoder') {
    yield* indivisible(['objective', 'decoder'], objective.decoder);
    if (objective.warmup >= objective.steps)
      yield {
        path: ['objective', 'warmup'],
        problem: `is ${objective.warmup}, not below the ${objective.steps} steps`,
        mend: 'warm up for fewer steps',
      };
  }
  yield* repeated(
    sweep.arms.map(arm => arm.name.trim()),
    index => ['sweep', 'arms', index, 'name'],
    'give each arm its own name',
  );
  yield* repeated(sweep.seeds, index => ['sweep', 'seeds', index], 'name each seed once');
}

function* indivisible(path: string[], { width, heads }: { readonly width: number; readonly heads: number }): Generator<Contradiction> {
  if (width % heads !== 0)
    yield {
      path: [...path, 'heads'],
      problem: `is ${heads}, which does not divide the width ${width}`,
      mend: 'choose a width that is a multiple of the heads',
    };
}

function* repeated(
  values: readonly (string | number)[],
  pathOf: (index: number) => (string | number)[],
  mend: string,
): Generator<Contradiction> {
  const first = values.findIndex((value, index) => values.indexOf(value) !== index);
  if (first >= 0) yield { path: pathOf(first), problem: `is ${JSON.stringify(values[first])} for the second time`, mend };
}
