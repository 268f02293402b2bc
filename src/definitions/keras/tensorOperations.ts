import { known, unknown, type Known } from '../../architecture/architecture';
import { ISOMETRY, type Operation as Step } from '../../architecture/composition';
import { LayerInputs } from '../../architecture/keras/kerasRule';
import { concatenated } from '../../architecture/keras/merging';
import { reshaped } from '../../architecture/keras/reshaping';
import { axisOf, broadcast, productOf, withSide, writtenShape, type Shape } from '../../architecture/keras/shape';
import { Undecided } from '../../architecture/torch/layerArguments';
import type { Context } from '../python/context';
import { float, integer, tuple, undecidedPlain, type Call, type Value } from '../python/values';
import { argument, shapeFrom } from './construct';
import { contracted, equationOf } from './einsum';
import { orReason, shapeValue, tensorsIn } from './layerCalls';
import { KerasTensor, type Manner } from './kerasValues';

type Operation = (inputs: LayerInputs, call: Call, context: Context) => Shape;

/** Element-wise functions of one tensor. */
const UNARY = new Set(
  `relu relu6 elu selu gelu silu swish mish sigmoid hard_sigmoid hard_swish hard_silu softmax log_softmax softplus softsign tanh exp log sqrt
   square abs negative cast identity stop_gradient dropout leaky_relu clip clip_by_value l2_normalize normalize linear sin cos floor ceil round
   zeros_like ones_like sign rsqrt pow power convert_to_tensor tanh_shrink log_sigmoid celu erf reciprocal array asarray tril triu band_part flip roll reverse exponential sparsemax astype preprocess_input`.split(
    /\s+/,
  ),
);

const BINARY = new Set(
  'add subtract multiply divide maximum minimum truediv true_divide where greater greater_equal less less_equal equal not_equal logical_and logical_or mod'.split(
    ' ',
  ),
);

const REDUCTIONS = new Set(
  'reduce_mean reduce_sum reduce_max reduce_min reduce_prod mean sum max min prod std var all any argmax'.split(' '),
);

const axesOf = (value: Value | undefined): readonly number[] | undefined => {
  if (!value || value.kind === 'none') return undefined;
  const items = value.kind === 'sequence' ? value.items : [value];
  return items.map(item => (item.kind === 'integer' ? item.value : NaN));
};

function reduced(inputs: LayerInputs, call: Call): Shape {
  const shape = inputs.first;
  const axes = axesOf(argument(call, 1, 'axis'));
  const keeps = ['keepdims', 'keep_dims'].some(name => {
    const value = call.keywords.get(name);
    return value?.kind === 'boolean' && value.value;
  });
  const places = axes?.map(axis => axisOf(axis, shape.length) ?? inputs.undecided('its axis is not known'));
  const isGone = (axis: number) => places?.includes(axis) ?? true;
  return keeps ? shape.map((side, axis) => (isGone(axis) ? 1 : side)) : shape.filter((_, axis) => !isGone(axis));
}

/** A switch among the arguments, off where it is left out; undefined where it is not known. */
function switchIn({ keywords, spread }: Call, name: string): boolean | undefined {
  const value = keywords.get(name);
  if (!value) return spread ? undefined : false;
  return value.kind === 'boolean' ? value.value : undefined;
}

/** The axes of the input in the order of the result's, of `transpose` and `swapaxes`; undefined where it is not known. */
function orderOf(name: string, call: Call, rank: number): readonly number[] | undefined {
  if (name === 'swapaxes') {
    const pair = [1, 2].map(place => axisOf(axesOf(argument(call, place, `axis${place}`))?.[0] ?? NaN, rank));
    const [one, two] = pair;
    if (one === undefined || two === undefined) return undefined;
    return Array.from({ length: rank }, (_, axis) => (axis === one ? two : axis === two ? one : axis));
  }
  const order = axesOf(argument(call, 1, 'axes') ?? call.keywords.get('perm'));
  if (!order) return Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const places = order.map(axis => axisOf(axis, rank));
  return places.length === rank && places.every(place => place !== undefined) ? places : undefined;
}

const turned =
  (name: string): Operation =>
  (inputs, call) => {
    const shape = inputs.first;
    return orderOf(name, call, shape.length)?.map(axis => shape[axis]!) ?? inputs.undecided('its order of axes is not known');
  };

const equationIn = (call: Call, shapes: readonly Shape[]) =>
  equationOf(
    argument(call, 0, 'subscripts') ?? call.keywords.get('equation'),
    shapes.map(({ length }) => length),
  );

/** What an operation was told beside its tensors. */
function mannerOf(name: string, call: Call, inputs: readonly KerasTensor[]): Manner | undefined {
  const shapes = inputs.flatMap(({ shape }) => (shape.known ? [shape.value] : []));
  if (shapes.length !== inputs.length) return undefined;
  if (name === 'einsum') return { equation: equationIn(call, shapes) };
  if (name === 'transpose' || name === 'swapaxes') return { axes: orderOf(name, call, shapes[0]!.length) };
  const isTurned = (side: string) => switchIn(call, `transpose_${side}`) ?? switchIn(call, `adjoint_${side}`);
  return name === 'matmul' && isTurned('b') === true && isTurned('a') === false ? { transposesSecond: true } : undefined;
}

/** Rows and columns of a patch: one number, two, or TensorFlow's `[1, rows, columns, 1]`. */
function sizesOf(value: Value | undefined): readonly [number, number] | undefined {
  const sides = axesOf(value);
  if (!sides || sides.some(Number.isNaN)) return undefined;
  const [first, second = first] = sides.length === 4 ? sides.slice(1, 3) : sides;
  return first === undefined || second === undefined ? undefined : [first, second];
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  concat: (inputs, call) =>
    concatenated(inputs.all, axesOf(argument(call, 1, 'axis'))?.[0] ?? inputs.undecided('its axis is not said'), inputs),
  concatenate: (inputs, call) => concatenated(inputs.all, axesOf(argument(call, 1, 'axis'))?.[0] ?? -1, inputs),
  reshape(inputs, call, context) {
    const target = argument(call, 1, 'shape') ?? call.keywords.get('newshape');
    const shape = shapeFrom(target, context, call.range.startLine, true);
    if (!shape.known) throw new Undecided(shape);
    const [batch, ...sides] = inputs.first;
    const [head, ...rest] = shape.value;
    const keepsBatch = (head === -1 && !rest.includes(-1)) || head === null || (head !== undefined && head === batch);
    const size = productOf(rest.filter(side => side !== null && side !== -1));
    const whole = productOf(sides);
    if (keepsBatch && (rest.includes(-1) || rest.includes(null) || (whole !== null && whole === size)))
      return [batch ?? null, ...(rest.includes(null) ? rest : reshaped(sides, rest, inputs))];
    return shape.value.map(side => (side === -1 ? null : side));
  },
  transpose: turned('transpose'),
  swapaxes: turned('swapaxes'),
  einsum(inputs, call) {
    const equation = equationIn(call, inputs.all);
    return equation ? contracted(equation, inputs) : inputs.undecided('its equation is not followed');
  },
  expand_dims(inputs, call) {
    const shape = [...inputs.first];
    const [axis = NaN] = axesOf(argument(call, 1, 'axis')) ?? [];
    const place = axisOf(axis, shape.length + 1) ?? inputs.undecided('its axis is not known');
    return shape.toSpliced(place, 0, 1);
  },
  squeeze(inputs, call) {
    const shape = inputs.first;
    const axes = axesOf(argument(call, 1, 'axis')) ?? inputs.undecided('its axis is not said');
    return shape.filter((_, place) => !axes.some(axis => axisOf(axis, shape.length) === place));
  },
  matmul(inputs, call) {
    const isTurned = (name: string) => switchIn(call, name) ?? inputs.undecided(`whether it is to \`${name}\` is not known`);
    const sides = (place: number, name: string) => {
      const shape = inputs.at(place);
      return isTurned(`transpose_${name}`) || isTurned(`adjoint_${name}`) ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
    };
    if (inputs.at(0).length < 2 || inputs.at(1).length < 2) return inputs.undecided('a product with a vector is not followed');
    const [left, right] = [sides(0, 'a'), sides(1, 'b')];
    const lead = broadcast(left.slice(0, -2), right.slice(0, -2)) ?? inputs.undecided('its inputs do not fit');
    return [...lead, left.at(-2)!, right.at(-1)!];
  },
  stack(inputs, call) {
    const [axis = 0] = axesOf(argument(call, 1, 'axis')) ?? [];
    const place = axisOf(axis, inputs.first.length + 1) ?? inputs.undecided('its axis is not known');
    return inputs.first.toSpliced(place, 0, inputs.count);
  },
  resize(inputs, call, context) {
    const size = shapeFrom(argument(call, 1, 'size'), context, call.range.startLine, true);
    const shape = inputs.ranked(4);
    if (!size.known) throw new Undecided(size);
    return [shape[0]!, ...size.value, shape[3]!];
  },
  pad(inputs, call) {
    const widths = argument(call, 1, 'pad_width') ?? call.keywords.get('paddings');
    const pairs = widths?.kind === 'sequence' && !widths.doubt ? widths.items.map(axesOf) : [];
    const shape = inputs.first;
    if (pairs.length !== shape.length) return inputs.undecided('what it pads is not known');
    return shape.map((side, axis) => {
      const [before, after] = pairs[axis] ?? [];
      return side === null || before === undefined || after === undefined ? null : side + before + after;
    });
  },
  broadcast_to(inputs, call) {
    const target = argument(call, 1, 'shape');
    const items = target?.kind === 'sequence' && !target.doubt ? target.items : inputs.undecided('its shape is not known');
    return items.map(item => (item.kind === 'integer' ? item.value : null));
  },
  tile(inputs, call) {
    const times = argument(call, 1, 'repeats') ?? call.keywords.get('multiples');
    const shape = inputs.first;
    if (times?.kind !== 'sequence' || times.doubt || times.items.length !== shape.length)
      return inputs.undecided('how often it repeats is not known');
    return shape.map((side, axis) => {
      const item = times.items[axis]!;
      return side === null || item.kind !== 'integer' ? null : side * item.value;
    });
  },
  repeat(inputs, call) {
    const shape = inputs.first;
    const place = axisOf(axesOf(argument(call, 2, 'axis'))?.[0] ?? NaN, shape.length) ?? inputs.undecided('its axis is not known');
    const count = argument(call, 1, 'repeats');
    const side = shape[place] ?? null;
    return withSide(shape, place, side === null || count?.kind !== 'integer' ? null : side * count.value);
  },
  extract_patches(inputs, call) {
    const [batch, height, width, channels] = inputs.ranked(4) as [number | null, number | null, number | null, number | null];
    const size = argument(call, 1, 'size') ?? call.keywords.get('sizes');
    const steps = argument(call, 2, 'strides');
    const sides = sizesOf(size) ?? inputs.undecided('the size of its patches is not known');
    const strides = steps && steps.kind !== 'none' ? (sizesOf(steps) ?? inputs.undecided('its strides are not known')) : sides;
    const padding = argument(call, 4, 'padding') ?? call.keywords.get('padding');
    if (padding?.kind === 'string' && padding.value.toLowerCase() !== 'valid') return inputs.undecided('its padding is not `valid`');
    if (sides.some((side, axis) => side !== strides[axis])) return inputs.undecided('its patches do not tile the image');
    const counted = [height, width].map((side, axis) => (side === null ? null : Math.floor(side / sides[axis]!)));
    return [batch, ...counted, channels === null ? null : sides[0] * sides[1] * channels];
  },
  dynamic_slice_in_dim(inputs, call) {
    const size = argument(call, 2, 'slice_size');
    const [axis = 0] = axesOf(argument(call, 3, 'axis')) ?? [];
    const shape = inputs.first;
    const place = axisOf(axis, shape.length) ?? inputs.undecided('its axis is not known');
    return shape.toSpliced(place, 1, size?.kind === 'integer' ? size.value : null);
  },
  dot_general(inputs, call) {
    const pairs = argument(call, 2, 'dimension_numbers');
    const [contracted, batched] = pairs?.kind === 'sequence' && !pairs.doubt ? pairs.items : [];
    const axes = [contracted, batched].map(pair => (pair?.kind === 'sequence' && !pair.doubt ? pair.items.map(axesOf) : []));
    const gone = [0, 1].map(place => axes.map(pair => pair[place] ?? inputs.undecided('which axes it sums over is not known')).flat());
    if (gone.flat().some(Number.isNaN)) return inputs.undecided('which axes it sums over is not known');
    const [left, right] = [inputs.at(0), inputs.at(1)].map((shape, place) => shape.filter((_, axis) => !gone[place]!.includes(axis)));
    return [...axes[1]![0]!.map(axis => inputs.at(0)[axis] ?? null), ...left!, ...right!];
  },
  flatten: inputs => {
    const [batch, ...sides] = inputs.first;
    return [batch ?? null, ...reshaped(sides, [-1], inputs)];
  },
};

function operationOf(name: string): Operation | undefined {
  if (Object.hasOwn(OPERATIONS, name)) return OPERATIONS[name];
  if (UNARY.has(name)) return inputs => inputs.first;
  if (REDUCTIONS.has(name)) return reduced;
  return BINARY.has(name) ? inputs => inputs.all.reduce((left, right) => joined(left, right, inputs)) : undefined;
}

const joined = (left: Shape, right: Shape, inputs: LayerInputs): Shape =>
  broadcast(left, right) ?? inputs.undecided(`shapes ${writtenShape(left)} and ${writtenShape(right)} do not fit`);

/** Functions that make a tensor from a shape. */
const MAKERS = new Set(
  'zeros ones fill full empty uniform normal truncated_normal random_normal random_uniform rand randn standard_normal placeholder'.split(
    ' ',
  ),
);

/** A function of `tf`, `keras.ops` or `keras.backend`; undefined when no tensor has a part in it. */
export function callOperation(path: string, call: Call, context: Context): Value | undefined {
  const name = path.split('.').at(-1) ?? '';
  const line = call.range.startLine;
  if (path.startsWith('numpy.random.')) return drawn(name, call, context);
  const first = argument(call, 0, 'shape');
  if (MAKERS.has(name) && first && !(first instanceof KerasTensor))
    return new KerasTensor(shapeFrom(first, context, line, true), {
      inputs: [],
      function: name,
      call,
      step: { kind: 'constant', entry: null },
    });
  if (name === 'range' || name === 'arange') return ranged(call);
  if (name === 'eye' && first?.kind === 'integer') return new KerasTensor(known([first.value, first.value]));
  const inputs = tensorArguments(call);
  const [tensor] = inputs;
  if (!tensor) return ofNumber(name, call);
  if (name === 'is_keras_tensor') return { kind: 'boolean', value: true };
  if (name === 'shape' || name === 'int_shape') return name === 'shape' ? dynamicShape(tensor, line) : shapeValue(tensor.shape);
  if (name === 'ndim' || name === 'rank') return tensor.shape.known ? integer(tensor.shape.value.length) : undecidedPlain(tensor.shape);
  const operation = operationOf(name);
  const given = new LayerInputs(
    inputs.map(({ shape }) => shape),
    line,
  );
  const shape: Known<Shape> = operation
    ? orReason(() => operation(given, call, context))
    : unknown(`the shape that \`${call.type}(…)\` makes is not followed`, line);
  const isPlain = isPlainCall(name, call, tensor);
  const manner = mannerOf(name, call, inputs);
  const step = isSame(name, call) ? ({ kind: 'reshape', name, gain: ISOMETRY } as const) : undefined;
  return new KerasTensor(shape, {
    inputs,
    operation: call.type,
    function: name,
    isPlain,
    line,
    call,
    ...(manner && { manner }),
    ...(step && { step }),
  });
}

/** `cast`, `sqrt` and `rsqrt` of a number, as scales are written; undefined for anything else. */
function ofNumber(name: string, call: Call): Value | undefined {
  const [value] = call.positional;
  if (value?.kind !== 'integer' && value?.kind !== 'float') return undefined;
  const type = argument(call, 1, 'dtype');
  if (name === 'cast')
    return /float/.test(type?.kind === 'string' ? type.value : type?.kind === 'reference' ? type.path : '') ? value : undefined;
  if (name === 'sqrt' && value.value >= 0) return float(Math.sqrt(value.value));
  return name === 'rsqrt' && value.value > 0 ? float(1 / Math.sqrt(value.value)) : undefined;
}

/** Whether an operation hands on the numbers that it is given, but for their precision. */
function isSame(name: string, call: Call): boolean {
  const type = argument(call, 1, 'dtype');
  const word = type?.kind === 'string' ? type.value : type?.kind === 'reference' ? type.path : undefined;
  const isFloat = word !== undefined && /float/.test(word);
  if (['identity', 'stop_gradient'].includes(name)) return true;
  if (['asarray', 'array', 'convert_to_tensor'].includes(name)) return (!type || isFloat) && call.positional[0] instanceof KerasTensor;
  return ['astype', 'cast'].includes(name) && isFloat;
}

/** Whether an operation was told nothing but its tensor, an axis that is the last one apart. */
function isPlainCall(name: string, call: Call, { shape }: KerasTensor): boolean {
  const told = call.positional.length + call.keywords.size;
  const axis = argument(call, 1, 'axis');
  const last = shape.known ? shape.value.length - 1 : NaN;
  return told === 1 || (told === 2 && name === 'softmax' && axis?.kind === 'integer' && (axis.value === -1 || axis.value === last));
}

/** The place of `size` among the arguments of the functions of `numpy.random`. */
const SIZE_PLACES: Readonly<Record<string, number>> = {
  random: 0,
  random_sample: 0,
  standard_normal: 0,
  normal: 2,
  uniform: 2,
  randint: 2,
};

/** An array of numbers that `numpy.random` draws; undefined for single numbers and for functions that are not known. */
function drawn(name: string, call: Call, context: Context): Value | undefined {
  const place = Object.hasOwn(SIZE_PLACES, name) ? SIZE_PLACES[name]! : undefined;
  const sizes = name === 'rand' || name === 'randn' ? tuple([...call.positional]) : undefined;
  const size = sizes ?? (place === undefined ? undefined : argument(call, place, 'size'));
  if (!size || size.kind === 'none' || call.spread) return undefined;
  return new KerasTensor(shapeFrom(size, context, call.range.startLine, true), { inputs: [], step: { kind: 'constant', entry: null } });
}

/** The tensors that a call is given, plain numbers left out. */
function tensorArguments(call: Call): KerasTensor[] {
  const values = [...call.positional, ...call.keywords.values()];
  const holds = (value: Value): boolean => value instanceof KerasTensor || (value.kind === 'sequence' && value.items.some(holds));
  if (!values.some(holds)) return [];
  const isOpen = (value: Value): boolean => value.kind === 'undecided' && !value.plain && call.positional.includes(value);
  return values.flatMap(value => (holds(value) || isOpen(value) ? tensorsIn(value, call) : []));
}

function ranged(call: Call): Value | undefined {
  const ends = ['start', 'limit'].map(
    (name, place) => call.positional[place] ?? call.keywords.get(name) ?? (name === 'limit' ? call.keywords.get('stop') : undefined),
  );
  const numbers = ends.map(value => (value?.kind === 'integer' ? value.value : undefined));
  const [start, limit] = ends[1] === undefined ? [0, numbers[0]] : numbers;
  if (start === undefined || limit === undefined) return new KerasTensor(known([null]));
  const step = argument(call, 2, 'step') ?? call.keywords.get('delta');
  const isByOne = !step || (step.kind === 'integer' && step.value === 1);
  const count: Shape = [Math.max(0, limit - start)];
  if (!isByOne) return new KerasTensor(known(count));
  return new KerasTensor(known(count), { inputs: [], function: 'arange', call, step: { kind: 'constant', entry: Math.abs(limit) } });
}

/** `tf.shape(x)`: sides that are not fixed are numbers of the running program. */
function dynamicShape(tensor: KerasTensor, line: number): Value {
  if (!tensor.shape.known) return undecidedPlain(tensor.shape);
  const open = unknown('this side is only known when the model runs', line);
  return tuple(tensor.shape.value.map(side => (side === null ? undecidedPlain(open) : integer(side))));
}

/** An operator between tensors, or a tensor and a number. */
export function operateTensors(left: Value, right: Value, operator: string, line: number): Value | undefined {
  const operands = [left, right].filter(value => value instanceof KerasTensor);
  if (operands.length === 0) return undefined;
  const other = [left, right].find(value => !(value instanceof KerasTensor));
  const given = new LayerInputs(
    operands.map(({ shape }) => shape),
    line,
  );
  if (other && !['integer', 'float', 'boolean', 'none'].includes(other.kind) && !(other.kind === 'undecided' && other.plain)) {
    const reason = other.kind === 'undecided' ? other.reason : unknown(`\`${operator}\` of a tensor is not followed here`, line);
    return new KerasTensor(reason, { inputs: operands, doubt: other.kind === 'undecided' ? reason : undefined });
  }
  const shape = orReason(() => {
    if (operator === '@') return OPERATIONS.matmul!(given, NO_CALL, undefined as never);
    return given.all.reduce((first, second) => joined(first, second, given));
  });
  const step = withNumber(left, right, operator);
  return new KerasTensor(shape, { inputs: operands, operation: operator, line, operands: [left, right], ...(step && { step }) });
}

/** What an operator does with a tensor and a number; undefined where no bound on its slope is known. */
function withNumber(left: Value, right: Value, operator: string): Step | undefined {
  const isFirst = left instanceof KerasTensor;
  const other = isFirst ? right : left;
  if (other.kind !== 'integer' && other.kind !== 'float') return undefined;
  const size = Math.abs(other.value);
  if (operator === '+' || operator === '-')
    return { kind: 'scale', name: 'plus a number', gain: { euclidean: 1, rows: 1 }, ...(size > 0 && { offset: size }) };
  const factor = operator === '*' ? size : operator === '/' && isFirst && size > 0 ? 1 / size : undefined;
  return factor === undefined ? undefined : { kind: 'scale', name: 'times a number', gain: { euclidean: factor, rows: factor } };
}

const NO_CALL: Call = {
  positional: [],
  keywords: new Map(),
  range: { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 },
  type: '@',
};
