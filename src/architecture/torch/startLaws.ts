import type { StartLaw } from '../computation';

const product = (sides: readonly number[]): number => sides.reduce((total, side) => total * side, 1);

/** Inputs and outputs of a weight [outputs, inputs, …kernel] as `torch.nn.init` counts them. */
export function fans(shape: readonly number[]): { readonly inputs: number; readonly outputs: number } {
  const [outputs = 1, inputs = 1, ...kernel] = shape;
  return { inputs: inputs * product(kernel), outputs: outputs * product(kernel) };
}

export const constantLaw = (value: number): StartLaw => ({ kind: 'constant', value });

export const uniformLaw = (bound: number): StartLaw => ({ kind: 'uniform', low: -bound, high: bound });

export const normalLaw = (deviation: number, mean = 0): StartLaw => ({ kind: 'normal', mean, deviation });

/** Every entry ±bound with equal weight, of deviation gain·√(2/(inputs + outputs)): Glorot & Bengio 2010. */
export const glorotUniform = (shape: readonly number[], gain = 1): StartLaw => {
  const { inputs, outputs } = fans(shape);
  return uniformLaw(gain * Math.sqrt(6 / (inputs + outputs)));
};

export const glorotNormal = (shape: readonly number[], gain = 1): StartLaw => {
  const { inputs, outputs } = fans(shape);
  return normalLaw(gain * Math.sqrt(2 / (inputs + outputs)));
};

/** Matrices that recurrent layers stack in each of their tensors. */
const GATES: Readonly<Record<string, number>> = { LSTM: 4, GRU: 3, RNN: 1, LSTMCell: 4, GRUCell: 3, RNNCell: 1 };

/**
 * How PyTorch starts a tensor that a layer of `torch.nn` brings with it.
 * @param layer bare name of the layer: `Linear`
 * @param weight shape of the layer's `weight`, from which the law of a bias follows
 * @param parent bare name of the layer that holds this one, where one does
 * @returns undefined for a layer whose law is not written down here
 */
export function torchStartLaw(
  layer: string,
  tensor: string,
  shape: readonly number[],
  weight: readonly number[] | undefined,
  parent?: string,
): StartLaw | undefined {
  if (/Norm([123]d)?$/.test(layer)) {
    if (tensor === 'weight' || tensor === 'running_var') return constantLaw(1);
    return ['bias', 'running_mean', 'num_batches_tracked'].includes(tensor) ? constantLaw(0) : undefined;
  }
  if (layer === 'MultiheadAttention') {
    if (tensor.endsWith('proj_weight')) return glorotUniform(shape);
    return tensor === 'in_proj_bias' ? constantLaw(0) : undefined;
  }
  if (parent === 'MultiheadAttention' && tensor === 'bias') return constantLaw(0);
  if (/^(Linear|Bilinear|Conv(Transpose)?[123]d)$/.test(layer) && weight) {
    const inputs = layer === 'Bilinear' ? weight[1]! : fans(weight).inputs;
    return uniformLaw(1 / Math.sqrt(inputs));
  }
  const gates = Object.hasOwn(GATES, layer) ? GATES[layer] : undefined;
  if (gates !== undefined) return uniformLaw(1 / Math.sqrt(tensor.startsWith('weight_hr') ? shape[1]! : shape[0]! / gates));
  if (layer === 'Embedding') return normalLaw(1);
  return undefined;
}
