/** Which classes fine-tuning tells apart, as a study says it: two sides, a list of classes, or every class that has a label. */
export type TaskChoice =
  | { readonly positive: readonly number[]; readonly negative: readonly number[] }
  | { readonly classes: readonly (readonly number[])[] }
  | 'all';

/** One class of a task: the class numbers that make it up, and where the study names them. */
export interface TaskClass {
  readonly members: readonly number[];
  /** What faults call it: "the positive classes", "task class 3". */
  readonly name: string;
  /** As `data.task.positive`. */
  readonly place: string;
}

/** The classes of a task in the order of their labels; `present` are the class numbers that occur, which "all" takes one by one. */
export function taskClasses(task: TaskChoice, present: Iterable<number>): readonly TaskClass[] {
  if (task === 'all')
    return [...new Set(present)].sort((a, b) => a - b).map(member => ({ members: [member], name: `class ${member}`, place: 'data.task' }));
  if ('classes' in task)
    return task.classes.map((members, index) => ({ members, name: `task class ${index}`, place: `data.task.classes[${index}]` }));
  return (['positive', 'negative'] as const).map(side => ({
    members: task[side],
    name: `the ${side} classes`,
    place: `data.task.${side}`,
  }));
}

/** The label of a point of class `index` among `count`: +1 and −1 where there are two, as the certificates need, else the index. */
export const labelOf = (index: number, count: number): number => (count === 2 ? 1 - 2 * index : index);

/** The task in words: "class 0 against 4, 6"; "10 classes". */
export function taskText(task: TaskChoice): string {
  if (task === 'all') return 'all classes';
  const sides = taskClasses(task, []).map(({ members }) => members.join(', '));
  return sides.length === 2 ? `class ${sides.join(' against ')}` : `${sides.length} classes (${sides.join(' | ')})`;
}

/** How many labelled points are drawn: the largest of a study's label budgets. */
export const mostLabels = (labels: number | readonly number[]): number => (typeof labels === 'number' ? labels : Math.max(...labels));
