import type { Parameter } from '../architecture';
import { kerasSignature, type KerasRule, type LayerInputs } from '../keras/kerasRule';
import type { LayerArguments } from '../torch/layerArguments';
import { lecun } from './lecun';

/** A cell made of dense maps of its input and of its state, named as Flax names them; `biased` ones add a bias. */
function cell(fromInput: readonly string[], fromState: readonly string[], biased: readonly string[], form: Form = SEEN): KerasRule {
  return {
    kind: 'other',
    signature: kerasSignature(form.signature),
    weights(values: LayerArguments, inputs: LayerInputs) {
      const features = form.state(values, inputs);
      const rows = (form.gates ?? 1) * features;
      const dense = (name: string, width: number): Parameter[] => [
        lecun(`${name}/kernel`, [width, rows], rows, width),
        ...(biased.includes(name) ? [{ name: `${name}/bias`, shape: [rows] }] : []),
      ];
      return [...fromInput.flatMap(name => dense(name, form.width(values, inputs))), ...fromState.flatMap(name => dense(name, features))];
    },
    output: (values, inputs) => [...inputs.first.slice(0, -1), form.state(values, inputs)],
  };
}

/** How a cell is told its sizes, and how many gates one of its maps makes at once. */
interface Form {
  readonly signature: string;
  /** The width of its state, which is that of its output. */
  readonly state: (values: LayerArguments, inputs: LayerInputs) => number;
  readonly width: (values: LayerArguments, inputs: LayerInputs) => number;
  readonly gates?: number;
}

/** What every cell may be told besides; not each of them is told all. */
const FUNCTIONS = "gate_fn='sigmoid', activation_fn='tanh', carry_init=None, residual=False";

/** `linen` looks at what a cell is called with: its input, then the state before. */
const SEEN: Form = {
  signature: `features, ${FUNCTIONS}`,
  state: (values, inputs) => (inputs.count > 1 ? inputs.side(-1, 1) : values.integer('features')),
  width: (_values, inputs) => inputs.side(-1),
};

/** `nnx` is told the width of the input. */
const told = (gates: number): Form => ({
  signature: `in_features, hidden_features, ${FUNCTIONS}`,
  state: values => values.integer('hidden_features'),
  width: values => values.integer('in_features'),
  gates,
});

const LSTM = cell(['ii', 'if', 'ig', 'io'], ['hi', 'hf', 'hg', 'ho'], ['hi', 'hf', 'hg', 'ho']);

/** Recurrent cells of `flax.linen` by their bare names. */
export const LINEN_CELLS: Readonly<Record<string, KerasRule>> = {
  LSTMCell: LSTM,
  OptimizedLSTMCell: LSTM,
  GRUCell: cell(['ir', 'iz', 'in'], ['hr', 'hz', 'hn'], ['ir', 'iz', 'in', 'hn']),
  SimpleCell: cell(['i'], ['h'], ['i']),
};

/** Recurrent cells of `flax.nnx` by their bare names; most make their gates with one map. */
export const NNX_CELLS: Readonly<Record<string, KerasRule>> = {
  LSTMCell: cell(['ii', 'if_', 'ig', 'io'], ['hi', 'hf', 'hg', 'ho'], ['hi', 'hf', 'hg', 'ho'], told(1)),
  OptimizedLSTMCell: cell(['dense_i'], ['dense_h'], ['dense_h'], told(4)),
  GRUCell: cell(['dense_i'], ['dense_h'], ['dense_i'], told(3)),
  SimpleCell: cell(['dense_i'], ['dense_h'], ['dense_i'], told(1)),
};
