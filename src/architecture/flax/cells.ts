import type { Parameter } from '../architecture';
import { kerasSignature, type KerasRule, type LayerInputs } from '../keras/kerasRule';
import type { LayerArguments } from '../torch/layerArguments';
import { lecun } from './lecun';

/** A cell made of dense maps of its input and of its state, named as Flax names them; `biased` ones add a bias. */
function cell(fromInput: readonly string[], fromState: readonly string[], biased: readonly string[]): KerasRule {
  return {
    kind: 'other',
    signature: kerasSignature('features'),
    weights(values: LayerArguments, inputs: LayerInputs) {
      const features = values.integer('features');
      const dense = (name: string, width: number): Parameter[] => [
        lecun(`${name}/kernel`, [width, features], features, width),
        ...(biased.includes(name) ? [{ name: `${name}/bias`, shape: [features] }] : []),
      ];
      return [...fromInput.flatMap(name => dense(name, inputs.side(-1))), ...fromState.flatMap(name => dense(name, features))];
    },
    output: (values, inputs) => [...inputs.first.slice(0, -1), values.integer('features')],
  };
}

const LSTM = cell(['ii', 'if', 'ig', 'io'], ['hi', 'hf', 'hg', 'ho'], ['hi', 'hf', 'hg', 'ho']);

/** Recurrent cells of `flax.linen` by their bare names. */
export const LINEN_CELLS: Readonly<Record<string, KerasRule>> = {
  LSTMCell: LSTM,
  OptimizedLSTMCell: LSTM,
  GRUCell: cell(['ir', 'iz', 'in'], ['hr', 'hz', 'hn'], ['ir', 'iz', 'in', 'hn']),
  SimpleCell: cell(['i'], ['h'], ['i']),
};
