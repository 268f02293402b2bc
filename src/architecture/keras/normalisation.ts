import type { Parameter } from '../architecture';
import type { LayerArguments } from '../torch/layerArguments';
import { kerasSignature, unchanged, type KerasRule, type LayerInputs } from './kerasRule';

/** Gain and shift, as far as they are switched on. */
function affine(values: LayerArguments, shape: readonly number[], gain = 'gamma', shift = 'beta'): Parameter[] {
  const tensor = (name: string, switched: string): Parameter[] => (values.flag(switched) ? [{ name, shape }] : []);
  return [...tensor(gain, 'scale'), ...tensor(shift, 'center')];
}

const single = (values: LayerArguments): number => {
  const [axis, ...more] = values.wholeNumbers('axis');
  return axis === undefined || more.length > 0 ? values.undecided('it normalises more than one axis') : axis;
};

const normalisation = (text: string, weights: KerasRule['weights']): KerasRule => ({
  kind: 'normalisation',
  signature: kerasSignature(text),
  weights,
  output: (_values, inputs) => inputs.first,
});

/** `keras.layers.BatchNormalization`: gamma and beta, and the moving mean and variance, which are not trained. */
const batch = normalisation('axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True', (values, inputs) => {
  const shape = [inputs.side(single(values))];
  const moving = ['moving_mean', 'moving_variance'].map(name => ({ name, shape, trainable: false }) as const);
  return [...affine(values, shape), ...moving];
});

/** `keras.layers.LayerNormalization` over one axis or several; `rms_scaling` leaves out the shift. */
const layer = normalisation('axis=-1, epsilon=0.001, center=True, scale=True, rms_scaling=False', (values, inputs) => {
  const shape = values.wholeNumbers('axis').map(axis => inputs.side(axis));
  return values.flag('rms_scaling') ? [{ name: 'gamma', shape }] : affine(values, shape);
});

const group = normalisation('groups=32, axis=-1, epsilon=0.001, center=True, scale=True', (values, inputs) => {
  const channels = inputs.side(single(values));
  const groups = values.given('groups') === -1 ? channels : values.integer('groups');
  if (groups === 0 || channels % groups !== 0) values.undecided(`${channels} channels do not divide into ${groups} groups`);
  return affine(values, [channels]);
});

const rms = normalisation('axis=-1, epsilon=1e-06', (values, inputs) => [
  { name: 'scale', shape: values.wholeNumbers('axis').map(axis => inputs.side(axis)) },
]);

/** `keras.layers.Normalization`: mean and variance of the kept axes and a counter, not trained; nothing when both are given. */
const standardise = normalisation('axis=-1, mean=None, variance=None', (values: LayerArguments, inputs: LayerInputs) => {
  const isFixed = !values.isMissing('mean') || !values.isMissing('variance');
  if (isFixed) return [];
  const shape = values.isNone('axis') ? [] : values.wholeNumbers('axis').map(axis => inputs.side(axis));
  return [
    { name: 'mean', shape, trainable: false },
    { name: 'variance', shape, trainable: false },
    { name: 'count', shape: [], trainable: false },
  ];
});

/** Normalisations. */
export const NORMALISATION_RULES: Readonly<Record<string, KerasRule>> = {
  BatchNormalization: batch,
  SyncBatchNormalization: batch,
  LayerNormalization: layer,
  GroupNormalization: group,
  RMSNormalization: rms,
  Normalization: standardise,
  UnitNormalization: unchanged('normalisation'),
};
