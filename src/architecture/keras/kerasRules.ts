import type { LayerKind } from '../architecture';
import { ATTENTION_RULES } from './attention';
import { CONVOLUTION_RULES } from './convolution';
import { CONVOLUTIONAL_RECURRENT_RULES } from './convolutionalRecurrent';
import { DENSE_RULES } from './dense';
import { unchanged, type KerasRule } from './kerasRule';
import { MERGING_RULES } from './merging';
import { NORMALISATION_RULES } from './normalisation';
import { POOLING_RULES } from './pooling';
import { RECURRENT_RULES } from './recurrent';
import { RESHAPING_RULES } from './reshaping';

const UNCHANGED: readonly (readonly [kind: LayerKind, text: string, names: string])[] = [
  ['activation', 'activation', 'Activation'],
  ['activation', '', 'ThresholdedReLU'],
  ['activation', 'max_value=None, negative_slope=0.0, threshold=0.0', 'ReLU'],
  ['activation', 'negative_slope=0.3, alpha=None', 'LeakyReLU'],
  ['activation', 'alpha=1.0', 'ELU'],
  ['activation', 'axis=-1', 'Softmax'],
  ['dropout', 'rate', 'Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout'],
  ['other', '', 'InputLayer GaussianNoise ActivityRegularization Masking Identity'],
  ['other', 'scale, offset=0.0', 'Rescaling'],
  [
    'other',
    '',
    `RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness RandomGrayscale RandomHue RandomSaturation
     RandomSharpness RandomShear RandomColorJitter RandomPosterization RandomInvert RandomErasing RandomColorDegeneration RandomGaussianBlur
     RandomPerspective RandomElasticTransform Solarization AutoContrast Equalization AugMix CutMix MixUp RandAugment`,
  ],
];

const RULES: ReadonlyMap<string, KerasRule> = new Map(
  Object.entries({
    ...Object.fromEntries(UNCHANGED.flatMap(([kind, text, names]) => names.split(/\s+/).map(name => [name, unchanged(kind, text)]))),
    ...DENSE_RULES,
    ...CONVOLUTION_RULES,
    ...NORMALISATION_RULES,
    ...RECURRENT_RULES,
    ...CONVOLUTIONAL_RECURRENT_RULES,
    ...ATTENTION_RULES,
    ...POOLING_RULES,
    ...RESHAPING_RULES,
    ...MERGING_RULES,
  }),
);

/** The rule of a class of `keras.layers` by its bare name, as `Conv2D`; undefined for one that has none. Wrappers are not among them. */
export const kerasRule = (name: string): KerasRule | undefined => RULES.get(name);
