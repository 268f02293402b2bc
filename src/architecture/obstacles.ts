import { unknown, type Architecture, type Framework, type Known } from './architecture';
import { isComputed } from './computedFunctions';
import type { Program, Step } from './computation';
import type { Instantiation, Obstacle } from './instantiation';
import { nearestProxy } from './nearestProxy';
import { isSettled } from './sides';

/**
 * What stands in the way of training a definition as it is, what is nearest to it, and what makes it smaller.
 * @param program what its `forward` computes, or why that is not known
 * @param knowsInput whether the shape of its input is known; where it is not, shapes that follow from it are no obstacles
 */
export function instantiationOf(
  architecture: Pick<Architecture, 'name' | 'layers' | 'arguments'>,
  program: Known<Program>,
  knowsInput: boolean,
): Instantiation {
  const whole = { name: architecture.name, line: program.known ? 0 : program.line + 1, why: program.known ? '' : program.why };
  const obstacles = program.known ? obstaclesIn(program.value, knowsInput) : [whole];
  const scale = (architecture.arguments ?? []).flatMap(({ name, value }) => (value.known && isWhole(value.value) ? [name] : []));
  return { obstacles, knowsInput, scale, ...(obstacles.length > 0 && { nearest: nearestProxy(architecture) }) };
}

/** Frameworks whose models are computed. */
const COMPUTED: readonly Framework[] = ['pytorch', 'keras', 'tensorflow.js'];

/** The same of a definition, whatever its framework. */
export function instantiationIn(architecture: Architecture): Instantiation {
  const { framework, range, instantiation, parameterCount } = architecture;
  if (instantiation) return instantiation;
  const why =
    COMPUTED.includes(framework) && !parameterCount.known
      ? parameterCount
      : unknown(`models of ${framework} are not computed`, range.startLine);
  return instantiationOf(architecture, why, false);
}

const isWhole = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 && value.every(each => Number.isInteger(each)) : Number.isInteger(value);

/**
 * Everything in a program that cannot be computed, each line and reason once; empty where all of it can.
 * @param knowsInput whether shapes are obstacles that are not known
 */
export function obstaclesIn(program: Program, knowsInput = true): readonly Obstacle[] {
  const { steps, state } = program;
  const found: Obstacle[] = [];
  // What follows from an obstacle is none of its own.
  const behind = new Set<number>();
  for (const [place, step] of steps.entries()) {
    const why = whyNot(step, knowsInput);
    const follows = step.inputs.some(input => behind.has(input));
    if (why !== undefined || follows) behind.add(place);
    if (why !== undefined && !follows) found.push({ name: nameOf(step), line: step.line + 1, why });
  }
  const used = usedState(program);
  for (const { name, start, line } of state)
    if (start.kind === 'not known' && used.has(name)) found.push({ name, line: line + 1, why: start.why });
  return found.filter((one, index) => found.findIndex(({ line, why }) => line === one.line && why === one.why) === index);
}

/** What is said of a step where nothing but a shape is missing. */
const SHAPELESS = /^(the shape (that it makes|of what it is given|of its input)|its order of axes) is not known/;

function whyNot(step: Step, knowsInput: boolean): string | undefined {
  if (step.op === 'unsupported') return !knowsInput && SHAPELESS.test(step.why) ? undefined : step.why;
  if (!isComputed(step)) return `\`${nameOf(step)}\` is not among the operations that are computed`;
  if ('kernel' in step && step.kernel.length > 2) return 'windows over three axes are not computed';
  return !knowsInput || isSettled(step.shape) ? undefined : 'the shape of what it makes is not known';
}

const nameOf = (step: Step): string => ('name' in step ? step.name : step.op);

/** Where steps keep names of tensors of the state. */
const STATE_KEYS = ['weight', 'bias', 'table', 'mean', 'variance', 'hiddenWeight', 'hiddenBias', 'projection'];

/** Names of the tensors of the state that a program computes with. */
export const usedState = ({ steps, stacks = {}, parts = {} }: Program): ReadonlySet<string | number> =>
  new Set(
    steps
      .flatMap(stateNames)
      .flatMap(name => stacks[name] ?? name)
      .map(name => parts[name]?.of ?? name),
  );

/** Names of the tensors of the state, and of stacks of them, that a step computes with. */
function stateNames(step: Step): readonly string[] {
  const names = STATE_KEYS.map(key => (step as unknown as Readonly<Record<string, unknown>>)[key]);
  const own = step.op === 'parameter' ? step.name : undefined;
  return [...names, own].filter(name => typeof name === 'string');
}
