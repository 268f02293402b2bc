import type { LayerArguments } from '../torch/layerArguments';
import { kernel } from './initialisers';
import { kerasSignature, type KerasRule, type LayerInputs } from './kerasRule';
import type { Shape } from './shape';

const ARGUMENTS =
  "use_bias=True, kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros', " +
  'unit_forget_bias=True, return_sequences=False, return_state=False, go_backwards=False, stateful=False, time_major=False';

/** What a recurrent layer or cell with so many gates owns: kernel [inputs, gates · units], recurrent_kernel [units, gates · units], bias. */
function weightsOf(gates: number, values: LayerArguments, inputs: number, biasRows: number) {
  const units = values.integer('units');
  const rows = gates * units;
  const matrix = (name: string, columns: number, initialiser: string) =>
    kernel(name, [columns, rows], { rows, columns, fanIn: columns, fanOut: rows }, values, initialiser);
  const bias = { name: 'bias', shape: biasRows === 1 ? [rows] : [biasRows, rows] };
  return [
    matrix('kernel', inputs, 'kernel_initializer'),
    matrix('recurrent_kernel', units, 'recurrent_initializer'),
    ...(values.flag('use_bias') ? [bias] : []),
  ];
}

/** The sequence of states, or the last one alone. */
function outputOf(values: LayerArguments, inputs: LayerInputs): Shape {
  const [batch, steps] = inputs.ranked(3);
  const units = values.integer('units');
  return values.flag('return_sequences') ? [batch!, steps!, units] : [batch!, units];
}

function recurrent(gates: number, order: string, biasRows: (values: LayerArguments) => number): KerasRule {
  return {
    kind: 'other',
    signature: kerasSignature(`units, ${order}${ARGUMENTS}`),
    weights(values, inputs) {
      inputs.ranked(3);
      return weightsOf(gates, values, inputs.side(-1), biasRows(values));
    },
    output: outputOf,
  };
}

function cell(gates: number, order: string, biasRows: (values: LayerArguments) => number): KerasRule {
  return {
    kind: 'other',
    signature: kerasSignature(`units, ${order}${ARGUMENTS}`),
    weights: (values, inputs) => weightsOf(gates, values, inputs.side(-1), biasRows(values)),
    output: (values, inputs) => [...inputs.first.slice(0, -1), values.integer('units')],
  };
}

const PLAIN = "activation='tanh', ";
const GATED = `${PLAIN}recurrent_activation='sigmoid', `;
const resets = (values: LayerArguments): number => (values.flag('reset_after') ? 2 : 1);

/** Recurrent layers and their cells; a GRU that resets after the product has two biases. */
export const RECURRENT_RULES: Readonly<Record<string, KerasRule>> = {
  SimpleRNN: recurrent(1, PLAIN, () => 1),
  SimpleRNNCell: cell(1, PLAIN, () => 1),
  LSTM: recurrent(4, GATED, () => 1),
  LSTMCell: cell(4, GATED, () => 1),
  GRU: withReset(recurrent(3, GATED, resets)),
  GRUCell: withReset(cell(3, GATED, resets)),
};

function withReset(rule: KerasRule): KerasRule {
  return { ...rule, signature: [...rule.signature, { name: 'reset_after', default: true }] };
}
