import { known, unknown, type Known } from '../../architecture/architecture';
import { axisOf } from '../../architecture/keras/shape';
import { switchOf } from '../keras/construct';
import { KerasLayer, KerasTensor } from '../keras/kerasValues';
import type { Context } from '../python/context';
import { changed, Loop, repetitions } from './loop';
import { builtin, NONE, tuple, type Call, type Value } from '../python/values';

/** How `nn.scan` or `nn.vmap` repeats a module: its parameters get an axis, and its inputs lose one. */
export interface Lift {
  readonly transform: 'scan' | 'vmap';
  /** The axis of the repetitions in the parameters; undefined where all share the same ones. */
  readonly axis: number | undefined;
  readonly inputAxes: Value | undefined;
  readonly outputAxes: Value | undefined;
  readonly length: Value | undefined;
  /** Whether each repetition draws its parameters by itself. */
  readonly isSplit: boolean;
  readonly isReversed: Known<boolean>;
}

/** What the transforms of `flax.linen` put before a class's name where it names itself. */
const PREFIXES: Readonly<Record<string, string>> = {
  remat: 'Checkpoint',
  checkpoint: 'Checkpoint',
  jit: 'Jit',
  scan: 'Scan',
  vmap: 'Vmap',
};

/** Puts a prefix before the name that the next module takes for itself while something is carried out. */
export type Prefixed = (prefix: string, work: () => Value) => Value;

/** `nn.remat(Block)`, `nn.scan(Block, …)` and their like: what constructs the module; of a function, the function itself where nothing changes. */
export function liftClass(
  transform: string,
  call: Call,
  context: Context,
  prefixed: Prefixed,
  lifts: WeakMap<KerasLayer, Lift>,
): Value | undefined {
  const prefix = PREFIXES[transform];
  const [target] = call.positional;
  if (prefix === undefined || call.spread) return undefined;
  const isPlain = transform !== 'scan' && transform !== 'vmap';
  if (!target) return isPlain ? builtin(inner => inner.positional[0] ?? NONE) : undefined;
  if (target.kind === 'function' || target.kind === 'builtin') return isPlain ? target : liftMethod(target, transform, call, context);
  if (target.kind !== 'class' && target.kind !== 'reference' && target.kind !== 'partial') return undefined;
  return builtin(inner => {
    const made = prefixed(prefix, () => context.call(target, inner));
    if (made instanceof KerasLayer && !isPlain) lift(made, transform, call, lifts);
    return made;
  });
}

/** A method that is repeated with one set of parameters: a decorator in a class's body. Undefined where each repetition has parameters of its own. */
function liftMethod(target: Value, transform: 'scan' | 'vmap', call: Call, context: Context): Value | undefined {
  const { isShared, ...lift } = liftOf(transform, call);
  if (!isShared) return undefined;
  const repeated = (given: Call): Value => {
    const [module, ...positional] = given.positional;
    if (!(module instanceof KerasLayer)) return context.call(target, given);
    return callLifted(module, lift, { ...given, positional }, inner =>
      context.call(target, { ...inner, positional: [module, ...inner.positional] }),
    );
  };
  return { kind: 'builtin', call: repeated, isMethod: true };
}

function lift(layer: KerasLayer, transform: 'scan' | 'vmap', call: Call, lifts: WeakMap<KerasLayer, Lift>): void {
  const { isShared, ...lift } = liftOf(transform, call);
  if (lift.axis === undefined && !isShared)
    layer.doubts.push(unknown(`along which axis \`${call.type}(…)\` stacks parameters is not known`, call.range.startLine));
  lifts.set(layer, lift);
}

/** What a transform is told, and whether all repetitions share their parameters. */
function liftOf(transform: 'scan' | 'vmap', call: Call): Lift & { readonly isShared: boolean } {
  const axes = call.keywords.get('variable_axes');
  const broadcast = call.keywords.get('variable_broadcast');
  const axis = axes?.kind === 'dictionary' && !axes.doubt ? axes.entries.get('params') : undefined;
  const isShared = axis?.kind === 'none' || (broadcast?.kind === 'string' && broadcast.value === 'params');
  const [inputAxes, outputAxes] = [call.keywords.get('in_axes'), call.keywords.get('out_axes')];
  const length = call.keywords.get('length') ?? call.keywords.get('axis_size');
  const splits = call.keywords.get('split_rngs');
  const split = splits?.kind === 'dictionary' ? splits.entries.get('params') : undefined;
  const reverse = call.keywords.get('reverse');
  return {
    transform,
    axis: axis?.kind === 'integer' ? axis.value : undefined,
    inputAxes,
    outputAxes,
    length,
    isShared,
    isSplit: split?.kind === 'boolean' && split.value,
    isReversed: reverse ? switchOf(reverse, call.range.startLine, 'in which order repetitions run is not decided') : known(false),
  };
}

/** Calls a repeated module: once, with what one repetition is given, and with the axis of the repetitions on what comes out and on its parameters. */
export function callLifted(layer: KerasLayer, lift: Lift, call: Call, run: (call: Call) => Value): Value {
  const line = call.range.startLine;
  const carried = lift.transform === 'scan' ? 1 : 0;
  const axes = call.positional.map((_, place) => (place < carried ? undefined : axisAt(lift.inputAxes, place - carried)));
  const values = call.positional.map((value, place) => [value, axes[place]] as const);
  const size = repetitions(lift.length, values, unknown(`how often \`${call.type}(…)\` repeats its module is not known`, line));
  if (lift.axis !== undefined) layer.repeats = { count: size, axis: lift.axis, isSplit: lift.isSplit };
  const order = lift.isReversed.known ? size : lift.isReversed;
  const loop = new Loop(order, lift.axis === undefined ? undefined : layer, line, lift.isReversed.known && lift.isReversed.value);
  const positional = values.map(([value, axis], place) => (place < carried ? loop.begun(value) : loop.given(value, axis)));
  const result = run({ ...call, positional });
  const outside = axisAt(lift.outputAxes, 0) ?? 0;
  if (lift.transform === 'vmap') return loop.stacked(result, outside);
  if (result.kind !== 'sequence' || result.doubt || result.items.length !== 2) {
    layer.doubts.push(unknown(`what \`${call.type}(…)\` carries on is not known`, line));
    return result;
  }
  return tuple([loop.last(result.items[0]!), loop.stacked(result.items[1]!, outside)]);
}

/** The axis that is mapped for one argument, the first one by default; undefined where it is handed to every repetition whole. */
export function axisAt(axes: Value | undefined, place: number): number | undefined {
  if (!axes) return 0;
  const one = axes.kind === 'sequence' ? axes.items[place] : axes;
  return one?.kind === 'integer' ? one.value : undefined;
}

/** What one repetition is handed of a value. */
export function without(value: Value, axis: number | undefined): Value {
  if (axis === undefined) return value;
  if (value.kind === 'sequence' && !value.doubt) return { ...value, items: value.items.map(item => without(item, axis)) };
  return value instanceof KerasTensor
    ? new KerasTensor(
        changed(value.shape, sides => sides.toSpliced(axisOf(axis, sides.length) ?? 0, 1)),
        { inputs: [value] },
      )
    : value;
}

/** What all repetitions together make. */
export function widened(value: Value, size: Known<number>, axis: number): Value {
  if (value.kind === 'sequence' && !value.doubt) return { ...value, items: value.items.map(item => widened(item, size, axis)) };
  if (!(value instanceof KerasTensor)) return value;
  const count = size.known ? size.value : null;
  return new KerasTensor(
    changed(value.shape, sides => sides.toSpliced(axis < 0 ? sides.length + 1 + axis : axis, 0, count)),
    { inputs: [value] },
  );
}

/** `nnx.vmap(create, axis_size=…)`: a function whose modules have an axis of repetitions on every parameter; a decorator where it is given none. */
export function repeatFunction(call: Call, context: Context, splits: () => Value | undefined): Value | undefined {
  if (call.spread) return undefined;
  const [callee] = call.positional;
  if (!callee) return builtin(inner => repeatFunction({ ...call, positional: inner.positional }, context, splits) ?? NONE);
  const axis = call.keywords.get('out_axes');
  if (axis && axis.kind !== 'integer') return undefined;
  return builtin(inner => {
    const made = context.call(callee, inner);
    if (!(made instanceof KerasLayer)) return made;
    const length = call.keywords.get('axis_size') ?? splits();
    const line = inner.range.startLine;
    const count =
      length?.kind === 'integer'
        ? known(length.value)
        : length?.kind === 'undecided'
          ? length.reason
          : unknown(`how often \`${call.type}(…)\` repeats its module is not known`, line);
    made.repeats = { count, axis: axis?.kind === 'integer' ? axis.value : 0, isSplit: true };
    return made;
  });
}
