import type { StateTensor, StartLaw, UnknownStart } from '../../../architecture/computation';
import { tensorKey } from '../../../architecture/composition';
import type { KerasWeight } from '../../../architecture/keras/kerasRule';
import { forgetting, initialiserArgument, startLaw, usualInitialiser, type Dialect } from '../../../architecture/keras/startLaws';
import type { Call, Value } from '../../python/values';
import { argument } from '../construct';
import { InitialiserValue, KerasTensor, WeightValue, type KerasLayer } from '../kerasValues';

/** The tensors of a model and where each is found: by its layer and own name, or by the weight that the source made. */
export interface KerasState {
  readonly tensors: readonly StateTensor[];
  /** Name and saved shape of a layer's own tensor. */
  readonly of: (layer: KerasLayer, name: string) => { readonly name: string; readonly shape: readonly number[] } | undefined;
  readonly named: ReadonlyMap<WeightValue, string>;
  /** What is repeated with tensors of its own for each repetition, by the layers and weights within it. */
  readonly within?: ReadonlyMap<KerasLayer | WeightValue, KerasLayer>;
  /** Paths of the layers within the model, as an architecture lists them. */
  readonly paths: ReadonlyMap<KerasLayer, string>;
}

/** What the class of a layer is called in its framework. */
export const classNameOf = ({ className, construction }: KerasLayer): string =>
  className ?? construction.type.split('.').at(-1) ?? construction.type;

/**
 * The state of a model under the paths that Keras gives its variables, the model's own name left out: a functional model, and a sequence
 * whose input is said, begin paths of their own, and so does a weight that a layer makes when it is constructed.
 */
export function kerasState(model: KerasLayer): KerasState {
  const tensors: StateTensor[] = [];
  const own = new Map<KerasLayer, Map<string, { readonly name: string; readonly shape: readonly number[] }>>();
  const named = new Map<WeightValue, string>();
  const paths = new Map<KerasLayer, string>();
  const join = (...parts: readonly string[]): string => parts.filter(part => part !== '').join('/');
  const visit = (layer: KerasLayer, path: string, scope: string): void => {
    paths.set(layer, path);
    const mine = own.get(layer) ?? new Map<string, { readonly name: string; readonly shape: readonly number[] }>();
    own.set(layer, mine);
    const line = layer.construction.range.startLine;
    const isFrozen = layer.trainable.known && !layer.trainable.value;
    const roleOf = (isTrained: boolean): StateTensor['role'] => (!isTrained ? 'buffer' : isFrozen ? 'frozen' : 'trained');
    const add = (name: string, shape: readonly number[], start: StartLaw | UnknownStart, role: StateTensor['role'], key: string): void => {
      tensors.push({ name, shape, start, role, line, key: tensorKey(path, key) });
    };
    if (layer.weights.known)
      for (const weight of layer.weights.value) {
        const name = join(scope, CELLS[classNameOf(layer)] ?? '', weight.name);
        mine.set(weight.name, { name, shape: weight.shape });
        add(name, weight.shape, startOf(layer, weight), roleOf(weight.trainable !== false), weight.name);
      }
    const variables = [...layer.added, ...layer.variables];
    for (const variable of new Set(variables)) {
      if (named.has(variable)) continue;
      const { shape, trainable, beginning } = variable;
      const sides = shape.known ? shape.value.filter(side => side !== null) : [];
      if (!shape.known || sides.length < shape.value.length) continue;
      const isOwn = beginning?.isBuilt !== true;
      const name = beginning?.isBare ? variable.name : join(path !== '' && isOwn ? (layer.name ?? '') : scope, variable.name);
      named.set(variable, name);
      add(name, sides, beginOf(variable, sides), roleOf(!trainable.known || trainable.value), variable.name);
    }
    for (const inner of layer.inner()) {
      if (paths.has(inner)) continue;
      const name = inner.name ?? 'layer';
      const stack = layer.body.kind === 'recurrence' ? (layer.body.stack ?? '') : '';
      visit(inner, join(path, name), scopeOf(inner, join(scope, stack), name));
    }
  };
  visit(model, '', '');
  return { tensors, of: (layer, name) => own.get(layer)?.get(name), named, paths };

  function scopeOf(layer: KerasLayer, outer: string, name: string): string {
    if (layer.body.kind === 'functional' && !layer.classValue) return '';
    return layer.body.kind === 'sequential' && !layer.classValue && layer.body.isDeclared === true ? name : join(outer, name);
  }
}

/** An initialiser that is given as a word, as a class without arguments, or with arguments. */
function lawOf(value: Value, shape: readonly number[], dialect: Dialect): StartLaw | UnknownStart {
  if (value instanceof InitialiserValue) return startLaw(value.initialiser, shape, dialect);
  if (value.kind === 'string') return startLaw({ name: value.value, arguments: {} }, shape, dialect);
  if (value.kind === 'reference') return startLaw({ name: value.path.split('.').at(-1)!, arguments: {} }, shape, dialect);
  return { kind: 'not known', why: 'its initialiser is not followed' };
}

/** How a layer of the framework starts one of its tensors. */
function startOf(layer: KerasLayer, { name, shape }: KerasWeight): StartLaw | UnknownStart {
  const className = classNameOf(layer);
  const given = layer.initialisers.get(initialiserArgument(name, className));
  const isGiven = given && given.kind !== 'none';
  const law = isGiven
    ? lawOf(given, shape, 'keras')
    : startLaw({ name: usualInitialiser(name, className, 'keras'), arguments: {} }, shape, 'keras');
  const { body } = layer;
  const forgets = name === 'bias' && /^LSTM(Cell)?$/.test(className) && body.kind === 'rule' && body.values.flag('unit_forget_bias');
  return forgets ? forgetting(law, shape[0]!) : law;
}

/** The cell that a recurrent layer makes by itself, whose name stands before its tensors. */
const CELLS: Readonly<Record<string, string>> = { LSTM: 'lstm_cell', GRU: 'gru_cell', SimpleRNN: 'simple_rnn_cell' };

/** How a weight starts that the source makes by itself. */
function beginOf({ beginning }: WeightValue, shape: readonly number[]): StartLaw | UnknownStart {
  const value = beginning?.initialiser;
  if (!value || value.kind === 'none') return startLaw({ name: 'glorot_uniform', arguments: {} }, shape, 'keras');
  if (value.kind === 'integer' || value.kind === 'float') return { kind: 'constant', value: value.value };
  return value instanceof KerasTensor ? drawn(value) : lawOf(value, shape, 'keras');
}

/** The law of a tensor of zeros, ones, or numbers that are drawn. */
function drawn({ history }: KerasTensor): StartLaw | UnknownStart {
  const { function: name = '', call } = history ?? {};
  const number = (place: number, key: string, otherwise: number): number => numberAt(call, place, key) ?? otherwise;
  const word = name.replace(/^(random|standard)_/, '');
  if (word === 'zeros') return { kind: 'constant', value: 0 };
  if (word === 'ones') return { kind: 'constant', value: 1 };
  const [mean, deviation] = [number(1, 'mean', 0), number(2, 'stddev', 1)];
  if (word === 'normal') return { kind: 'normal', mean, deviation };
  if (word === 'truncated_normal') return { kind: 'normal', mean, deviation, within: [mean - 2 * deviation, mean + 2 * deviation] };
  if (word === 'uniform') return { kind: 'uniform', low: number(1, 'minval', 0), high: number(2, 'maxval', 1) };
  return { kind: 'not known', why: 'the source does not say what it starts from in a form that is followed' };
}

function numberAt(call: Call | undefined, place: number, name: string): number | undefined {
  const value = call && argument(call, place, name);
  return value?.kind === 'integer' || value?.kind === 'float' ? value.value : undefined;
}
