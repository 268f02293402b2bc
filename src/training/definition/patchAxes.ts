import type { Program, Step } from '../../architecture/computation';
import { product, shapeAt } from '../../architecture/sides';

/** A run of entries along an axis: whole rows or columns of pixels, of patches, or anything within one patch. */
interface Factor {
  readonly of: 'height' | 'width' | 'row' | 'column' | 'values';
  readonly size: number;
}

type Axis = readonly Factor[];

/** Where the patches of the image stand in a tensor [images, …], the batch aside. */
interface Placement {
  readonly axes: readonly Axis[];
  /** Tokens of no patch before those of the patches, as a class token. */
  readonly prefix: number;
}

/** A tensor [images, prefix + patches, width] whose rows each come from one patch of the image, in row-major order, or from none. */
export interface EmbeddedPatches {
  readonly place: number;
  /** Side of a patch in pixels. */
  readonly patch: number;
  readonly patches: number;
  readonly prefix: number;
}

const values = (size: number): Axis => [{ of: 'values', size }];

const isFree = (axis: Axis): boolean => axis.every(({ of }) => of === 'values');

/** Every tensor of a program that holds one token a patch, in its order; empty where images are not cut into square patches. */
export function embeddedPatches({ steps, input, channels }: Program): readonly EmbeddedPatches[] {
  const isLast = channels === 'last' && input.length === 3;
  const [height, width] = isLast ? input : input.slice(-2);
  if (input.length < 2 || input.length > 3 || height === undefined || width === undefined) return [];
  const placements: (Placement | 'constant' | undefined)[] = [];
  const found: EmbeddedPatches[] = [];
  for (const [place, step] of steps.entries()) {
    const placement = placed(step, place);
    placements.push(placement);
    if (placement === 'constant' || placement?.axes.length !== 2) continue;
    const [[row, column, ...more], features] = placement.axes as [Axis, Axis];
    if (row?.of !== 'row' || column?.of !== 'column' || more.length > 0 || !isFree(features)) continue;
    const patch = height / row.size;
    if (patch * column.size === width && row.size * column.size > 1)
      found.push({ place, patch, patches: row.size * column.size, prefix: placement.prefix });
  }
  return found;

  function placed(step: Step, place: number): Placement | 'constant' | undefined {
    if (step.op === 'input') {
      const depth = (isLast ? input.slice(2) : input.slice(0, -2)).map(values);
      const plane: readonly Axis[] = [[{ of: 'height', size: height! }], [{ of: 'width', size: width! }]];
      return { axes: isLast ? [...plane, ...depth] : [...depth, ...plane], prefix: 0 };
    }
    const taken = step.inputs.map(each => placements[each]);
    if (taken.every(each => each === 'constant')) return 'constant';
    if (place === 0 || step.shape?.[0] !== 'B' || taken.includes(undefined)) return undefined;
    const moving = taken.filter(each => each !== 'constant') as readonly Placement[];
    return moved(step, taken, moving, shapeAt(step.shape, 1).slice(1));
  }
}

function moved(
  step: Step,
  taken: readonly (Placement | 'constant' | undefined)[],
  moving: readonly Placement[],
  sides: readonly number[],
): Placement | undefined {
  const [first] = moving as [Placement];
  const { axes, prefix } = first;
  const last = axes.length - 1;
  switch (step.op) {
    case 'same':
    case 'activation':
    case 'times':
    case 'plus':
      return first;
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide': {
      const agree = moving.every(each => JSON.stringify(each) === JSON.stringify(first));
      return agree && sides.length === axes.length && product(sides) === sizeOf(first) ? first : undefined;
    }
    case 'expand':
      return product(sides) === sizeOf(first) && sides.length === axes.length ? first : undefined;
    case 'linear':
      return isFree(axes[last]!) ? { axes: axes.with(last, values(sides.at(-1)!)), prefix } : undefined;
    case 'layer normalisation':
      return axes.slice(axes.length - step.axes).every(isFree) ? first : undefined;
    case 'permute':
      return prefix === 0 && step.order[0] === 0 ? { axes: step.order.slice(1).map(each => axes[each - 1]!), prefix } : undefined;
    case 'reshape': {
      if (prefix > 0) return undefined;
      const regrouped = regroup(axes.flat(), sides);
      return regrouped && { axes: regrouped, prefix };
    }
    case 'convolution':
    case 'unfold': {
      const cut = tiles(step, axes);
      if (!cut) return undefined;
      return { axes: step.op === 'unfold' ? [values(sides[0]!), cut.flat()] : [values(sides[0]!), ...cut], prefix };
    }
    case 'concatenate': {
      const isPrefix = moving.length === 1 && taken.at(-1) === first && step.axis === 1 && axes.length === 2;
      return isPrefix ? { axes, prefix: sides[0]! - product(axes[0]!.map(({ size }) => size)) } : undefined;
    }
    default:
      return undefined;
  }
}

const sizeOf = ({ axes, prefix }: Placement): number =>
  product(axes.map((axis, place) => product(axis.map(({ size }) => size)) + (place === 0 ? prefix : 0)));

/** Rows and columns of windows that tile the image, or that are single patches; undefined where windows overlap or leave pixels out. */
function tiles(
  { kernel, stride, dilation, padding }: Extract<Step, { op: 'convolution' | 'unfold' }>,
  axes: readonly Axis[],
): [Axis, Axis] | undefined {
  const grid = axes.slice(1);
  const plain = kernel.length === 2 && grid.length === 2 && dilation.every(each => each === 1) && padding.flat().every(each => each === 0);
  if (!plain || !isFree(axes[0]!)) return undefined;
  const cut = grid.map(([factor, ...more], axis): Axis | undefined => {
    const [window, step] = [kernel[axis]!, stride[axis]!];
    if (!factor || more.length > 0 || window !== step) return undefined;
    if (factor.of === 'row' || factor.of === 'column') return window === 1 ? [factor] : undefined;
    if (factor.of === 'values' || factor.size % window !== 0) return undefined;
    return [{ of: factor.of === 'height' ? 'row' : 'column', size: factor.size / window }];
  });
  return cut[0] && cut[1] && [cut[0], cut[1]];
}

/** The same entries in the same order along axes of other sides; pixels that an axis is split into become patches and what is within them. */
function regroup(factors: readonly Factor[], sides: readonly number[]): Axis[] | undefined {
  const rest = [...factors];
  const axes: Axis[] = [];
  for (const side of sides) {
    const axis: Factor[] = [];
    for (let open = side; open > 1;) {
      const next = rest.shift();
      if (!next) return undefined;
      if (open % next.size === 0) {
        axis.push(next);
        open /= next.size;
        continue;
      }
      if (next.size % open !== 0 || next.of === 'row' || next.of === 'column') return undefined;
      const of = next.of === 'height' ? 'row' : next.of === 'width' ? 'column' : 'values';
      axis.push({ of, size: open });
      rest.unshift({ of: 'values', size: next.size / open });
      open = 1;
    }
    axes.push(axis.filter(({ size }) => size > 1));
  }
  return rest.every(({ size }) => size === 1) ? axes : undefined;
}
