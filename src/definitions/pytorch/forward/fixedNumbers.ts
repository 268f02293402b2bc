import type { Computation } from '../../../architecture/computation';
import { isSettled, product, shapeAt } from '../../../architecture/sides';
import {
  broadcastTo,
  combined,
  concatenated,
  mapped,
  NumberArray,
  numbersAt,
  permuted,
  reshaped,
  stridesOf,
  viewed,
} from '../../python/numberArray';
import type { Recorder } from './recorder';
import type { Sides, SymbolicTensor } from './symbolicTensor';

/** Tensors of more numbers are not followed. */
const MAXIMUM = 1 << 21;

const BINARY: Readonly<Record<string, (left: number, right: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
};

export const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const UNARY: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  sign: Math.sign,
  sin: Math.sin,
  cos: Math.cos,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
};

/** The numbers of a tensor that is the same for every input, where they can be told. */
export function numbersBehind(recorder: Recorder, { node }: Pick<SymbolicTensor, 'node'>): NumberArray | undefined {
  if (recorder.dependsOnInput({ node })) return undefined;
  if (!recorder.numbers.has(node)) recorder.numbers.set(node, told(recorder, node));
  return recorder.numbers.get(node);
}

function told(recorder: Recorder, node: number): NumberArray | undefined {
  const { computation: run, inputs } = recorder.runs[node]!;
  const sides = recorder.nodes[node]!.shape;
  const shape = isSettled(sides) && sides?.every(side => typeof side === 'number') ? shapeAt(sides, 1) : undefined;
  if (!run || !shape || product(shape) > MAXIMUM) return undefined;
  const all = inputs.map(each => numbersBehind(recorder, { node: each }));
  if (all.includes(undefined)) return undefined;
  const [first, second] = all as NumberArray[];
  switch (run.op) {
    case 'fill':
      return numbersAt(shape, Number.isInteger(run.number), () => run.number);
    case 'numbers':
      return new NumberArray(shape, false, () => Float64Array.from(run.values));
    case 'parameter':
      return recorder.bufferNumbers(run.name);
    case 'same':
      return first;
    case 'reshape':
      return reshaped(first!, shape);
    case 'expand':
      return broadcastTo(first!, shape);
    case 'permute':
      return permuted(first!, run.order);
    case 'slice': {
      const own = stridesOf(first!.shape);
      const cut = first!.shape.map((side, axis) => run.slices.find(each => each.axis === axis) ?? { start: 0, stop: side, step: 1 });
      const view = {
        shape: cut.map(({ start, stop, step }) => Math.ceil((stop - start) / step)),
        strides: own.map((stride, axis) => stride * cut[axis]!.step),
        offset: cut.reduce((sum, { start }, axis) => sum + start * own[axis]!, 0),
      };
      return reshaped(viewed(first!, view), shape);
    }
    case 'pick': {
      const { axis, places } = run;
      const inner = product(shape.slice(axis + 1));
      const side = first!.shape[axis]!;
      return numbersAt(shape, first!.whole, place => {
        const row = Math.floor(place / inner);
        return first!.values[(Math.floor(row / places.length) * side + places[row % places.length]!) * inner + (place % inner)]!;
      });
    }
    case 'concatenate':
      return concatenated(all as NumberArray[], run.axis);
    case 'times':
      return mapped(first!, value => value * run.number);
    case 'plus':
      return mapped(first!, value => value + run.number);
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
      return combined(first!, second!, BINARY[run.op]!);
    case 'activation': {
      const apply = Object.hasOwn(UNARY, run.name) ? UNARY[run.name]! : undefined;
      return apply && mapped(first!, apply);
    }
    default:
      return undefined;
  }
}

const REMAINDERS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '%': (a, b) => a - b * Math.floor(a / b),
  '//': (a, b) => Math.floor(a / b),
};

/** `%` and `//` of a tensor that no input changes and a number; undefined for other operators and where its numbers are not known. */
export function remainder(
  recorder: Recorder,
  tensor: SymbolicTensor,
  operator: string,
  by: number,
  line: number,
): SymbolicTensor | undefined {
  const apply = REMAINDERS[operator];
  const array = apply && numbersBehind(recorder, tensor);
  return (
    array &&
    emitNumbers(
      recorder,
      mapped(array, value => apply(value, by)),
      tensor.sides,
      line,
    )
  );
}

/** A step that is the same for every input, by its numbers. */
export function emitNumbers(recorder: Recorder, array: NumberArray, sides: Sides, line: number): SymbolicTensor {
  const run: Computation = {
    op: 'numbers',
    get values() {
      return [...array.values];
    },
  };
  return recorder.emit({ kind: 'constant', entry: null, run }, [], sides, line);
}
