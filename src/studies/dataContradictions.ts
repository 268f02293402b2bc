import { taskClasses, type TaskChoice } from '../datasets/downstreamTask';
import type { SourceChoice } from '../datasets/openDataSource';
import { repeated, type Contradiction } from './contradiction';

/** What the rules below look at in a study's data. */
export interface CheckedData {
  readonly train: SourceChoice;
  readonly test: SourceChoice;
  readonly unlabelledPool?: SourceChoice | undefined;
  readonly downstream?: { readonly corruption?: object | undefined } | undefined;
  readonly domain: 'same' | 'measured';
  readonly task: TaskChoice;
  readonly labels: number | readonly number[];
}

/** What contradicts itself in a study's data before any file is looked at. */
export function* dataContradictions(data: CheckedData): Generator<Contradiction> {
  yield* sharedClasses(data.task);
  yield* labelBudgets(data);
  const place = placeOf(data.test);
  if (place && place.text === placeOf(data.train)?.text)
    yield { path: ['data', 'test', place.key], problem: 'is the training file', mend: 'test on images that nothing is trained on' };
  const shift = data.unlabelledPool ? 'unlabelledPool' : data.downstream?.corruption ? 'downstream.corruption' : undefined;
  if (data.domain === 'same' && shift !== undefined)
    yield { path: ['data', 'domain'], problem: `is "same" beside data.${shift}, which makes the domains differ`, mend: 'write "measured"' };
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
function* labelBudgets({ task, labels }: CheckedData): Generator<Contradiction> {
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

/** Where the images of a source lie and the key that says so; undefined where a folder holds training and test files. */
function placeOf(source: SourceChoice): { readonly text: string; readonly key: string } | undefined {
  switch (source.format) {
    case undefined:
    case 'idx':
    case 'npy':
      return { text: source.images, key: 'images' };
    case 'npz':
      return { text: `${source.path}#${source.images}`, key: 'path' };
    case 'csv':
    case 'image folder':
      return { text: source.path, key: 'path' };
    case 'cifar10':
    case 'cifar100':
    case 'stl10':
      return source.path.endsWith('.bin') ? { text: source.path, key: 'path' } : undefined;
  }
}
