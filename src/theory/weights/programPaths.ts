import type { Program, Step } from '../../architecture/computation';
import { isSettled, product, shapeAt } from '../../architecture/sides';
import type { Flow, PathSite } from './pathFlow';
import { PATH_OPERATIONS, REDUCTIONS } from './pathOperations';

/** (Σ over paths Π|w|)  and (Σ over paths Πw²)^½. */
export interface PathNorms {
  readonly one: number;
  readonly two: number;
}

/** Multiplications that a path norm takes at most: minutes. */
const MOST_PRODUCTS = 2e10;

/** What keeps a program from having path norms, as one clause; undefined where nothing does. */
export function withoutPaths({ steps, output }: Program): string | undefined {
  let products = 0;
  for (const place of placesOf(steps, output)) {
    const step = steps[place]!;
    const obstacle = obstacleOf(step);
    if (obstacle !== undefined) return `${obstacle} (line ${step.line + 1})`;
    products += productsOf(step, steps);
  }
  return products > MOST_PRODUCTS ? `it would take ${products.toExponential(1)} multiplications` : undefined;
}

/** The part of a program that lies between what the first and the last user of some tensors take and make; undefined where more than one tensor enters it, or where it leaves some of them out. */
export function partThrough(program: Program, tensors: ReadonlySet<string>): Program | undefined {
  const { steps, output } = program;
  const users = placesOf(steps, output).filter(place => tensorsOf(steps[place]!).some(name => tensors.has(name)));
  const [first, last] = [users[0], users.at(-1)];
  const source = first === undefined ? undefined : steps[first]!.inputs[0];
  if (first === undefined || last === undefined || source === undefined) return undefined;
  const { shape, line } = steps[source]!;
  const part = { ...program, steps: steps.with(source, { op: 'input', name: 'part', inputs: [], shape, line }), output: last };
  const places = placesOf(part.steps, last);
  const isCut = places.every(place => place >= first || place === source || part.steps[place]!.op === 'parameter');
  const isWhole = users.every(place => places.includes(place));
  return isCut && isWhole ? part : undefined;
}

/** Names of the learnable tensors and buffers that a program reads. */
export const tensorsRead = ({ steps, output }: Program): readonly string[] =>
  placesOf(steps, output).flatMap(place => tensorsOf(steps[place]!));

/** Names of the learnable tensors and buffers that a step reads. */
function tensorsOf(step: Step): readonly string[] {
  if (step.op === 'parameter') return [step.name];
  const read =
    step.op === 'batch normalisation'
      ? [step.mean, step.variance, step.weight, step.bias]
      : step.op === 'linear' || step.op === 'convolution' || step.op === 'transposed convolution'
        ? [step.weight, step.bias]
        : [];
  return read.filter(name => name !== null);
}

const POWERS = [Math.abs, (weight: number) => weight * weight] as const;

/**
 * The path norms (Σ over paths Π|w|^p)^{1/p} of a program without obstacles (Neyshabur, Tomioka and Srebro 2015): a forward pass of ones through the absolute p-th powers of
 * everything that multiplies: weights, gains of batch normalisations, the shares of means. What is added begins paths of its own.
 * @param read a learnable tensor or buffer in the order in which the steps see it; asked for when a step comes to it
 */
export async function programPathNorms(
  { steps, output, input }: Program,
  read: (name: string) => Promise<ArrayLike<number>>,
): Promise<PathNorms> {
  const places = placesOf(steps, output);
  const lastUse = new Map(places.flatMap(place => steps[place]!.inputs.map(before => [before, place] as const)));
  const flows = new Map<number, readonly Flow[]>();
  for (const place of places) {
    const step = steps[place]!;
    const shape = isSettled(step.shape) ? shapeAt(step.shape, 1) : [1, ...input];
    const state = new Map<string, ArrayLike<number>>();
    for (const name of tensorsOf(step)) state.set(name, await read(name));
    const site = { shape, state: (name: string) => state.get(name)! };
    const flowOf = (edge: PathSite['edge'], power: number): Flow => {
      const taken = step.inputs.map(before => flows.get(before)![power]!);
      return { values: passedBy(step, { ...site, taken, edge }), shape };
    };
    flows.set(place, POWERS.map(flowOf));
    for (const before of step.inputs) if (lastUse.get(before) === place) flows.delete(before);
  }
  const [one, two] = flows.get(output)!.map(({ values }) => values.reduce((total, value) => total + value, 0));
  return { one: one!, two: Math.sqrt(two!) };
}

function passedBy(step: Step, site: PathSite): Float64Array {
  const operation = step.op === 'unsupported' || step.op === 'input' ? undefined : PATH_OPERATIONS[step.op];
  if (!operation) return new Float64Array(product(site.shape)).fill(1);
  return (operation as (site: PathSite, computation: Step) => Float64Array)(site, step);
}

/** The steps that the output needs, in order. */
function placesOf(steps: readonly Step[], output: number): readonly number[] {
  const needed = new Set([output]);
  for (let place = output; place >= 0; place--) if (needed.has(place)) for (const before of steps[place]!.inputs) needed.add(before);
  return [...needed].sort((a, b) => a - b);
}

function obstacleOf(step: Step): string | undefined {
  if (step.op === 'unsupported') return `\`${step.name}\` cannot be computed`;
  if (step.op === 'input') return undefined;
  if (!isSettled(step.shape)) return 'the shape of a result is not known';
  if (step.op === 'activation') return /^(leaky)?relu$/.test(step.name) ? undefined : `${step.name} is not piecewise linear through 0`;
  if (step.op === 'reduce' && !(step.name in REDUCTIONS)) return `${step.name} is no sum over paths`;
  if (step.op === 'pool' && step.beyond) return 'windows hang over';
  if (step.op === 'convolution' && step.weight === null) return 'a kernel is computed';
  if ('kernel' in step && step.kernel.length > 2) return `the ${step.op} has ${step.kernel.length} axes`;
  return step.op in PATH_OPERATIONS ? undefined : `${step.op} is no sum over paths`;
}

function productsOf(step: Step, steps: readonly Step[]): number {
  if (step.op !== 'linear' && step.op !== 'convolution' && step.op !== 'transposed convolution') return 0;
  const before = shapeAt(steps[step.inputs[0]!]!.shape, 1);
  const results = product(shapeAt(step.shape, 1));
  if (step.op === 'linear') return results * before.at(-1)!;
  if (step.op === 'convolution') return results * product(step.kernel) * (before[1]! / step.groups);
  return product(before) * product(step.kernel) * (shapeAt(step.shape, 1)[1]! / step.groups);
}
