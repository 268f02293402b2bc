import type { LayerKind } from '../architecture';
import { layerContents, type LayerRule } from './layerRule';
import { signature } from './signature';

/** Layers whose arguments are worth showing although they decide no tensor. */
const SIGNATURES: Readonly<Record<string, string>> = {
  Dropout: 'p=0.5, inplace=False',
  Flatten: 'start_dim=1, end_dim=-1',
  LeakyReLU: 'negative_slope=0.01, inplace=False',
  ReLU: 'inplace=False',
  ReLU6: 'inplace=False',
  SiLU: 'inplace=False',
  Mish: 'inplace=False',
  SELU: 'inplace=False',
  Hardswish: 'inplace=False',
  Hardsigmoid: 'inplace=False',
  ELU: 'alpha=1.0, inplace=False',
  CELU: 'alpha=1.0, inplace=False',
  Hardtanh: 'min_val=-1.0, max_val=1.0, inplace=False',
  Softplus: 'beta=1.0, threshold=20.0',
  GLU: 'dim=-1',
  LogSoftmax: 'dim=None',
  Unflatten: 'dim, unflattened_size',
  Unfold: 'kernel_size, dilation=1, padding=0, stride=1',
  PixelShuffle: 'upscale_factor',
  PixelUnshuffle: 'downscale_factor',
  Upsample: "size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None",
  UpsamplingNearest2d: 'size=None, scale_factor=None',
  UpsamplingBilinear2d: 'size=None, scale_factor=None',
  ...Object.fromEntries([1, 2, 3].map(axes => [`ZeroPad${axes}d`, 'padding'])),
  ...Object.fromEntries(
    [1, 2, 3].flatMap(axes => ['Reflection', 'Replication', 'Circular'].map(name => [`${name}Pad${axes}d`, 'padding'])),
  ),
  ...Object.fromEntries([1, 2, 3].map(axes => [`AdaptiveMaxPool${axes}d`, 'output_size, return_indices=False'])),
  MaxPool3d: 'kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False',
  AvgPool1d: 'kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True',
  AvgPool3d: 'kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None',
  AdaptiveAvgPool1d: 'output_size',
  AdaptiveAvgPool3d: 'output_size',
  GELU: "approximate='none'",
  Softmax: 'dim=None',
  MaxPool1d: 'kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False',
  MaxPool2d: 'kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False',
  AvgPool2d: 'kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None',
  AdaptiveAvgPool2d: 'output_size',
};

const eachDimension = (names: readonly string[]) => names.flatMap(name => [1, 2, 3].map(dimensions => `${name}${dimensions}d`));

const PARAMETERLESS: readonly (readonly [kind: LayerKind, names: readonly string[]])[] = [
  [
    'activation',
    `CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid LogSoftmax Mish ReLU ReLU6 RReLU SELU SiLU Sigmoid
     Softmax Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink Threshold`.split(/\s+/),
  ],
  ['dropout', ['Dropout', 'AlphaDropout', 'FeatureAlphaDropout', ...eachDimension(['Dropout'])]],
  [
    'pooling',
    [
      ...eachDimension(['MaxPool', 'AvgPool', 'LPPool', 'AdaptiveMaxPool', 'AdaptiveAvgPool', 'MaxUnpool']),
      'FractionalMaxPool2d',
      'FractionalMaxPool3d',
    ],
  ],
  [
    'shape',
    [
      ...`Flatten Unflatten Fold Unfold PixelShuffle PixelUnshuffle ChannelShuffle Upsample UpsamplingNearest2d UpsamplingBilinear2d`.split(
        ' ',
      ),
      ...eachDimension(['ConstantPad', 'ZeroPad', 'ReflectionPad', 'ReplicationPad', 'CircularPad']),
    ],
  ],
  ['normalisation', ['LocalResponseNorm', 'CrossMapLRN2d']],
  [
    'other',
    `Identity CosineSimilarity PairwiseDistance BCELoss BCEWithLogitsLoss CosineEmbeddingLoss CrossEntropyLoss CTCLoss GaussianNLLLoss
     HingeEmbeddingLoss HuberLoss KLDivLoss L1Loss MarginRankingLoss MSELoss MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss
     NLLLoss PoissonNLLLoss SmoothL1Loss SoftMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss`.split(/\s+/),
  ],
];

/** Layers without learnable tensors, whatever their arguments. */
export const PARAMETERLESS_RULES: Readonly<Record<string, LayerRule>> = Object.fromEntries(
  PARAMETERLESS.flatMap(([kind, names]) =>
    names.map(name => {
      const order = SIGNATURES[name];
      const rule: LayerRule = { kind, contents: () => layerContents(`nn.${name}`, kind) };
      return [name, order === undefined ? rule : { ...rule, signature: signature(order) }] as const;
    }),
  ),
);
