import type { Parameter } from '../architecture';
import type { LayerArguments } from '../torch/layerArguments';
import { einsumOf } from './einsum';
import { initialised, kernel } from './initialisers';
import { kerasSignature, type KerasRule } from './kerasRule';

/** The bias of a layer of some outputs, when it is switched on. */
export const biasOf = (values: LayerArguments, shape: readonly number[]): readonly Parameter[] =>
  values.flag('use_bias') ? [{ name: 'bias', shape }] : [];

/** `keras.layers.Dense`: kernel [inputs, units], Glorot uniform, and bias [units]. */
const dense: KerasRule = {
  kind: 'linear',
  signature: kerasSignature("units, activation=None, use_bias=True, kernel_initializer='glorot_uniform'"),
  weights(values, inputs) {
    const [columns, rows] = [inputs.side(-1), values.integer('units')];
    const layout = { rows, columns, fanIn: columns, fanOut: rows };
    return [kernel('kernel', [columns, rows], layout, values, 'kernel_initializer'), ...biasOf(values, [rows])];
  },
  output: (values, inputs) => [...inputs.first.slice(0, -1), values.integer('units')],
};

/** `keras.layers.EinsumDense`: the kernel of an equation as `abc,cd->abd`, and a bias over the axes that `bias_axes` names. */
const einsumDense: KerasRule = {
  kind: 'linear',
  signature: kerasSignature("equation, output_shape, activation=None, bias_axes=None, kernel_initializer='glorot_uniform'"),
  weights(values, inputs) {
    const { kernelShape, outputShape, letters } = einsumOf(values, inputs);
    const biasAxes = values.word('bias_axes');
    const weight: Parameter = { name: 'kernel', shape: kernelShape };
    if (biasAxes === null) return [weight];
    const first = letters.findIndex(letter => biasAxes.includes(letter));
    const named = outputShape.slice(outputShape.length - letters.length);
    const bias = letters
      .map((letter, axis) => (biasAxes.includes(letter) ? named[axis] : 1))
      .slice(first)
      .map(side => side ?? values.undecided(`bias_axes '${biasAxes}' name an axis without a fixed size`));
    return first < 0 ? values.undecided(`bias_axes '${biasAxes}' name no axis`) : [weight, { name: 'bias', shape: bias }];
  },
  output: (values, inputs) => einsumOf(values, inputs).outputShape,
};

/** `keras.layers.Embedding`: a table [input_dim, output_dim], uniform in ±0.05. */
const embedding: KerasRule = {
  kind: 'embedding',
  signature: kerasSignature(
    "input_dim, output_dim, embeddings_initializer='uniform', embeddings_regularizer=None, embeddings_constraint=None, mask_zero=False",
  ),
  weights(values) {
    const [count, width] = [values.integer('input_dim'), values.integer('output_dim')];
    const layout = { rows: width, columns: count, fanIn: count, fanOut: width };
    return [kernel('embeddings', [count, width], layout, values, 'embeddings_initializer')];
  },
  output: (values, inputs) => [...inputs.first, values.integer('output_dim')],
};

/** `keras.layers.PReLU`: one slope an entry of the input, shared along `shared_axes`. */
const prelu: KerasRule = {
  kind: 'activation',
  signature: kerasSignature('alpha_initializer=None, alpha_regularizer=None, alpha_constraint=None, shared_axes=None'),
  weights(values, inputs) {
    const shared = values.isNone('shared_axes') ? [] : values.wholeNumbers('shared_axes');
    const sides = inputs.first.slice(1).map((_, axis) => (shared.includes(axis + 1) ? 1 : inputs.side(axis + 1)));
    return [{ name: 'alpha', shape: sides }];
  },
  output: (_values, inputs) => inputs.first,
};

/** Linear maps and tables. */
export const DENSE_RULES: Readonly<Record<string, KerasRule>> = {
  Dense: dense,
  EinsumDense: einsumDense,
  Embedding: embedding,
  PReLU: prelu,
};

/** A dense kernel [inputs, outputs] of a layer that always draws it by Glorot's law. */
export const glorotKernel = (name: string, shape: readonly number[], rows: number, columns: number): Parameter =>
  initialised(name, shape, { rows, columns, fanIn: columns, fanOut: rows }, 'glorot_uniform');
