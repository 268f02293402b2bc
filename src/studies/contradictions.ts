import type { z } from 'zod';
import { taskClasses, type TaskChoice } from '../datasets/downstreamTask';
import { ARGUMENT_NAME } from './constructionCall';

/** What the rules below look at; every study has it. */
interface Checked {
  readonly definition?: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly data: {
    readonly train: { readonly images: string };
    readonly test: { readonly images: string };
    readonly task: TaskChoice;
    readonly labels: number | readonly number[];
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

function* contradictions({ data, encoder, objective, sweep, ...study }: Checked): Generator<Contradiction> {
  yield* wrongArguments(study);
  yield* sharedClasses(data.task);
  yield* labelBudgets(data);
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

/** A class on two sides of the task. */
function* sharedClasses(task: TaskChoice): Generator<Contradiction> {
  const classes = taskClasses(task, []);
  for (const [index, { members }] of classes.entries())
    for (const [position, member] of members.entries()) {
      const [before] = classes.slice(0, index).filter(other => other.members.includes(member));
      if (!before) continue;
      const path = task !== 'all' && 'classes' in task ? ['classes', index, position] : ['negative', position];
      const where = before.place.endsWith('.positive') ? 'positive' : `in ${before.name}`;
      yield {
        path: ['data', 'task', ...path],
        problem: `is class ${member}, which is ${where} too`,
        mend: 'put each class on one side',
      };
      return;
    }
}

/** Too few labels for the classes, or a budget twice. */
function* labelBudgets({ task, labels }: Checked['data']): Generator<Contradiction> {
  const fewest = 2 * taskClasses(task, []).length;
  const budgets = typeof labels === 'number' ? [labels] : labels;
  const small = budgets.findIndex(budget => budget < fewest);
  const pathOf = (index: number) => ['data', 'labels', ...(typeof labels === 'number' ? [] : [index])];
  if (small >= 0)
    yield {
      path: pathOf(small),
      problem: `is ${budgets[small]!}, fewer than two for each of ${fewest / 2} classes`,
      mend: `ask for at least ${fewest}`,
    };
  yield* repeated(budgets, pathOf, 'name each budget once');
}

function* wrongArguments(study: Pick<Checked, 'definition' | 'arguments'>): Generator<Contradiction> {
  if (study.arguments && study.definition === undefined)
    yield {
      path: ['arguments'],
      problem: 'says how a definition is constructed, but no definition is named',
      mend: 'add "definition": "models/mae.py#MaskedAutoencoder"',
    };
  for (const name of Object.keys(study.arguments ?? {}))
    if (!ARGUMENT_NAME.test(name))
      yield { path: ['arguments', name], problem: 'is not what an argument can be called', mend: 'write its name as in `__init__`' };
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
