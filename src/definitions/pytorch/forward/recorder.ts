import { ISOMETRY, type CompositionNode, type Gain, type Operation } from '../../../architecture/composition';
import type { Computation } from '../../../architecture/computation';
import { dimension, equalSides, numberOf, productOf, sideOf, type Dimension } from './dimension';
import { Exhausted } from '../../python/budget';
import type { DictionaryValue, InstanceValue, Key, Value } from '../../python/values';
import { ModuleValue } from '../moduleValue';
import type { NumberArray } from '../../python/numberArray';
import { savedList } from '../../python/snapshot';
import { arrayFrom } from '../tensorArrays';
import { ParameterValue, TensorValue } from '../tensors';
import { SymbolicTensor, type Sides } from './symbolicTensor';

/** The batch: the one free side that every sample shares, so that sizes of a sample leave it out. */
export const BATCH = 'B';

const MAXIMUM_NODES = 6000;

/** Shapes that a layer met in the forward pass. */
export interface LayerShapes {
  readonly input: Sides;
  readonly output: Sides;
  /** Places of the steps that made the two. */
  readonly from: number;
  readonly to: number;
}

/** A step as it is written down: what theory sees, how it is computed where that is known, and of what where theory sees other inputs. */
export type Written = Operation & { readonly run?: Computation | undefined; readonly taking?: readonly SymbolicTensor[] };

/** How a step is computed, and from which steps. */
export interface Run {
  readonly computation: Computation | undefined;
  readonly inputs: readonly number[];
}

/** Writes down the steps of one forward pass. */
export class Recorder {
  readonly nodes: CompositionNode[] = [];
  /** How each step is computed, by place. */
  readonly runs: Run[] = [];
  /** What each module of the definition was given and made at its first call. */
  readonly shapes = new Map<string, LayerShapes>();
  /** Which steps draw numbers, and which an order, anew in every pass; and which count from 0. */
  readonly drawn = new Map<number, 'numbers' | 'order' | 'count'>();
  /** Numbers of steps that are the same for every input, by place, once somebody asked for them. */
  readonly numbers = new Map<number, NumberArray | undefined>();
  /** Steps whose entries are truth values. */
  readonly truths = new Set<number>();
  /** Steps that show a tensor which was set since. */
  private readonly stale = new Set<number>();
  /** Why a step cannot be computed, where there is more to say than its name. */
  readonly reasons = new Map<number, string>();
  /** The tensors that the steps made, by place. */
  private readonly made: SymbolicTensor[] = [];
  private readonly moves: boolean[] = [];
  private readonly before = new Map<InstanceValue, Map<string, Value | undefined>>();
  private readonly dictionaries = new Map<DictionaryValue, readonly (readonly [Key, Value])[]>();
  /** What brings lists of modules, and what modules are doubted for, back to what they were before the pass. */
  private readonly undo: (() => void)[] = [];
  private readonly buffers = new Map<string, TensorValue>();
  private readonly paths = new Map<ModuleValue | ParameterValue | TensorValue, string>();

  constructor(root: ModuleValue) {
    this.name(root, '');
  }

  /** Path of a module, parameter or buffer within the definition; undefined for one that does not belong to it. */
  pathOf(value: ModuleValue | ParameterValue | TensorValue): string | undefined {
    return this.paths.get(value);
  }

  /** Writes down a step. `features` is the axis of the rows; the last one when it is left out. */
  emit(written: Written, inputs: readonly SymbolicTensor[], sides: Sides, line: number, features?: number): SymbolicTensor {
    if (this.nodes.length >= MAXIMUM_NODES) throw new Exhausted('too many steps');
    const { run, taking = inputs, ...operation } = written;
    const isStale = taking.some(({ node }) => this.stale.has(node));
    if (isStale) this.reasons.set(this.nodes.length, 'it takes a part of a tensor that was set since');
    this.runs.push({ computation: isStale ? undefined : run, inputs: taking.map(({ node }) => node) });
    const axis = features ?? Math.max(0, (sides?.length ?? 1) - 1);
    this.moves.push(operation.kind === 'input' || operation.kind === 'unknown' || inputs.some(input => this.dependsOnInput(input)));
    this.nodes.push({
      ...operation,
      inputs: inputs.map(input => input.node),
      shape: sides ? sides.map(sideOf) : null,
      rows: rowCount(sides, axis),
      line,
    });
    const tensor = new SymbolicTensor(this.nodes.length - 1, sides, axis, this);
    // Tensors may change in place; what a step made does not.
    this.made.push(new SymbolicTensor(tensor.node, sides, axis, this));
    return tensor;
  }

  /** Keeps what an attribute of an object is before the pass sets it. */
  remember(object: InstanceValue, name: string): void {
    const before = this.before.get(object) ?? new Map<string, Value | undefined>();
    this.before.set(object, before);
    if (!before.has(name)) before.set(name, object.attributes.get(name));
  }

  /** Gives every object back the attributes that it had before the pass. */
  restore(): void {
    for (const [object, attributes] of this.before)
      for (const [name, value] of attributes)
        if (value) object.attributes.set(name, value);
        else object.attributes.delete(name);
    this.before.clear();
    for (const undo of this.undo) undo();
    for (const [dictionary, entries] of this.dictionaries) {
      dictionary.entries.clear();
      for (const [key, value] of entries) dictionary.entries.set(key, value);
    }
  }

  /** The numbers with which a buffer begins, where they are known. */
  bufferNumbers(name: string): NumberArray | undefined {
    const buffer = this.buffers.get(name);
    return buffer && arrayFrom(buffer);
  }

  /** Whether a step shows entries of another tensor. */
  isView(place: number): boolean {
    return ['reshape', 'selection'].includes(this.nodes[place]!.kind);
  }

  /** Gives up what other steps show of a tensor that is about to be set. */
  forgetViews(place: number): void {
    const shown = new Set([place]);
    for (let each = place + 1; each < this.nodes.length; each++)
      if (this.isView(each) && this.runs[each]!.inputs.some(input => shown.has(input))) {
        shown.add(each);
        this.stale.add(each);
      }
  }

  /** What the step at a place made. */
  madeBy(place: number): SymbolicTensor | undefined {
    return this.made[place];
  }

  /** Whether a tensor's values may change with the input. */
  dependsOnInput({ node }: Pick<SymbolicTensor, 'node'>): boolean {
    return this.moves[node]!;
  }

  /** An operation that theory knows nothing of: its result has no relation to its inputs that may be used; `run` where it can be computed. */
  unknown(
    name: string,
    why: string,
    line: number,
    inputs: readonly SymbolicTensor[] = [],
    sides?: Sides,
    run?: Computation,
  ): SymbolicTensor {
    return this.emit({ kind: 'unknown', name, why, run }, inputs, sides, line);
  }

  /** A value as a tensor of the forward pass: learnable tensors and tensors made on the way become steps; undefined for what is no tensor. */
  tensor(value: Value | undefined, line: number): SymbolicTensor | undefined {
    if (value instanceof SymbolicTensor)
      return value.recorder === this ? value : this.unknown('value', 'it was made in another forward pass', line, [], value.sides);
    if (value instanceof ParameterValue || value instanceof TensorValue) {
      const sides = value.shape.known ? value.shape.value.map(side => dimension(side)) : undefined;
      const path = this.pathOf(value);
      const run: Computation | undefined = path === undefined ? fixedNumbers(value) : { op: 'parameter', name: path };
      if (path !== undefined && value instanceof ParameterValue) return this.emit({ kind: 'parameter', path, run }, [], sides, line);
      const entry = value instanceof TensorValue && value.deviation === 0 ? 0 : null;
      return this.emit({ kind: 'constant', entry, run }, [], sides, line);
    }
    return value?.kind === 'undecided' ? this.unknown('value', value.reason.why, value.reason.line) : undefined;
  }

  /** Running statistics and other state that a layer of the framework keeps by itself; undefined where it keeps none of that name. */
  buffer(module: ModuleValue, name: string): SymbolicTensor | undefined {
    const [path, shape] = [this.pathOf(module), module.buffers.get(name)];
    if (path === undefined || !shape?.known) return undefined;
    const run: Computation = { op: 'parameter', name: path === '' ? name : `${path}.${name}` };
    const sides = shape.value.map(side => dimension(side));
    return this.emit({ kind: 'constant', entry: null, run }, [], sides, module.construction.range.startLine);
  }

  /** The name in the state of a parameter or buffer that a tensor is, as it stands; undefined for any other. */
  stateNameOf({ node }: SymbolicTensor): string | undefined {
    const run = this.runs[node]?.computation;
    return run?.op === 'parameter' ? run.name : undefined;
  }

  /** The tensor with its rows along an axis: where they lie along another, what is known of rows is given up. */
  along(tensor: SymbolicTensor, axis: number, line: number): SymbolicTensor {
    if (tensor.features === axis || !tensor.sides) return tensor;
    const gain: Gain = { euclidean: 1, rows: null };
    return this.emit({ kind: 'reshape', name: 'rows', gain, run: { op: 'same' } }, [tensor], tensor.sides, line, axis);
  }

  /** A tensor repeated along axes where it has side 1 or none, as broadcasting does. */
  expand(tensor: SymbolicTensor, sides: Sides, line: number, name = 'expand'): SymbolicTensor {
    if (!sides || !tensor.sides) return tensor;
    const shift = sides.length - tensor.sides.length;
    const features = tensor.features + shift;
    const repeated = sides.map((side, axis) => (isRepeated(tensor.sides![axis - shift], side) ? side : dimension(1)));
    if (repeated.every(side => side && equalSides(side, dimension(1)))) return tensor;
    const times = perSample(productOf(repeated));
    const across = perSample(repeated[features]);
    const gain: Gain = { euclidean: times === undefined ? null : Math.sqrt(times), rows: across === undefined ? null : Math.sqrt(across) };
    return this.emit({ kind: 'resampling', name, gain, run: { op: 'expand' } }, [tensor], sides, line, features);
  }

  /** A step that keeps every value where it is, in another shape; `run` where the values' order changes. */
  reshape(
    name: string,
    tensor: SymbolicTensor,
    sides: Sides,
    line: number,
    features: number | undefined,
    rows: number | null = 1,
    run: Computation = { op: 'reshape' },
  ): SymbolicTensor {
    return this.emit({ kind: 'reshape', name, gain: { ...ISOMETRY, rows }, run }, [tensor], sides, line, features);
  }

  private name(module: ModuleValue, path: string): void {
    if (this.paths.has(module)) return;
    this.paths.set(module, path);
    const doubts = [...module.doubts];
    this.undo.push(() => module.doubts.splice(0, module.doubts.length, ...doubts));
    for (const [attribute, value] of module.attributes) {
      const inner = path === '' ? attribute : `${path}.${attribute}`;
      if (value instanceof ModuleValue) this.name(value, inner);
      else if (value instanceof ParameterValue && !this.paths.has(value)) this.paths.set(value, inner);
      else if (value instanceof TensorValue && module.buffers.has(attribute) && !this.paths.has(value)) {
        this.paths.set(value, inner);
        this.buffers.set(inner, value);
      } else if (value.kind === 'dictionary') this.dictionaries.set(value, [...value.entries]);
      else if (value.kind === 'sequence' && !value.tuple) this.undo.push(savedList(value));
    }
  }
}

/** The numbers of a tensor that belongs to no module, where they are known. */
function fixedNumbers(value: ParameterValue | TensorValue): Computation | undefined {
  if (!(value instanceof TensorValue)) return undefined;
  if (value.numbers) return { op: 'numbers', values: value.numbers.values };
  if (value.start?.kind === 'constant') return { op: 'fill', number: value.start.value };
  return value.deviation === 0 ? { op: 'fill', number: 0 } : undefined;
}

/** A side repeats when it is 1 (or absent) and becomes something else. */
const isRepeated = (from: Dimension | undefined, to: Dimension | undefined): boolean =>
  (from === undefined || numberOf(from) === 1) && !(to && numberOf(to) === 1);

/** A side without the batch as a number; undefined when it is not one. */
export function perSample(side: Dimension | undefined): number | undefined {
  if (!side) return undefined;
  const rest = side.symbols.filter(symbol => symbol !== BATCH);
  return rest.length === 0 ? side.factor : undefined;
}

function rowCount(sides: Sides, features: number): number | null {
  return perSample(productOf(sides?.filter((_, axis) => axis !== features) ?? [undefined])) ?? null;
}

/** Keeps the shapes of a layer's first call. */
export function remember(recorder: Recorder, path: string, input: SymbolicTensor, output: SymbolicTensor, from = input.node): void {
  if (!recorder.shapes.has(path)) recorder.shapes.set(path, { input: input.sides, output: output.sides, from, to: output.node });
}
