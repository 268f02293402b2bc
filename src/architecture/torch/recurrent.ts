import type { Parameter } from '../architecture';
import { fanInDeviation, initialSpectralNorm } from '../initialNorm';
import { layerContents, type LayerRule } from './layerRule';
import { signature } from './signature';

/** Every recurrent weight starts uniform in ±1/√hidden, whatever its own shape. */
function matrix(name: string, rows: number, columns: number, hidden: number): Parameter {
  return { name, shape: [rows, columns], initialSpectralNorm: initialSpectralNorm(rows, columns, fanInDeviation(hidden)) };
}

/** A recurrent network with `gates` stacked matrices a step: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, and so for each layer and direction. */
function recurrent(name: string, gates: number, order: string, projected: boolean): LayerRule {
  return {
    kind: 'other',
    signature: signature(`input_size, hidden_size, num_layers=1, ${order}`),
    contents(values) {
      const [inputs, hidden, depth] = [values.integer('input_size'), values.integer('hidden_size'), values.integer('num_layers')];
      const projection = projected ? values.integer('proj_size') : 0;
      if (projection >= hidden && projection > 0) values.undecided(`proj_size ${projection} is not below hidden_size ${hidden}`);
      const bias = values.flag('bias');
      const directions = values.flag('bidirectional') ? ['', '_reverse'] : [''];
      const outputs = projection || hidden;
      const parameters: Parameter[] = [];
      for (let layer = 0; layer < depth; layer++) {
        for (const direction of directions) {
          const suffix = `_l${layer}${direction}`;
          parameters.push(matrix(`weight_ih${suffix}`, gates * hidden, layer === 0 ? inputs : outputs * directions.length, hidden));
          parameters.push(matrix(`weight_hh${suffix}`, gates * hidden, outputs, hidden));
          if (bias) parameters.push(...['ih', 'hh'].map(part => ({ name: `bias_${part}${suffix}`, shape: [gates * hidden] })));
          if (projection) parameters.push(matrix(`weight_hr${suffix}`, projection, hidden, hidden));
        }
      }
      return layerContents(`nn.${name}`, 'other', parameters);
    },
  };
}

function cell(name: string, gates: number, order: string): LayerRule {
  return {
    kind: 'other',
    signature: signature(`input_size, hidden_size, ${order}`),
    contents(values) {
      const [inputs, hidden] = [values.integer('input_size'), values.integer('hidden_size')];
      const rows = gates * hidden;
      const biases: Parameter[] = values.flag('bias') ? ['bias_ih', 'bias_hh'].map(part => ({ name: part, shape: [rows] })) : [];
      const weights = [matrix('weight_ih', rows, inputs, hidden), matrix('weight_hh', rows, hidden, hidden)];
      return layerContents(`nn.${name}`, 'other', [...weights, ...biases]);
    },
  };
}

const REST = 'bias=True, batch_first=False, dropout=0.0, bidirectional=False';

/** Recurrent networks and their single-step cells. */
export const RECURRENT_RULES: Readonly<Record<string, LayerRule>> = {
  RNN: recurrent('RNN', 1, `nonlinearity='tanh', ${REST}`, false),
  LSTM: recurrent('LSTM', 4, `${REST}, proj_size=0`, true),
  GRU: recurrent('GRU', 3, REST, false),
  RNNCell: cell('RNNCell', 1, "bias=True, nonlinearity='tanh'"),
  LSTMCell: cell('LSTMCell', 4, 'bias=True'),
  GRUCell: cell('GRUCell', 3, 'bias=True'),
};
