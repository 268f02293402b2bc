import type { LayerKind } from '../architecture';
import { layerContents, type LayerRule } from './layerRule';
import { signature } from './signature';

/** Layers whose arguments are worth showing although they decide no tensor. */
const SIGNATURES: Readonly<Record<string, string>> = {
  Dropout: 'p=0.5, inplace=False',
  Flatten: 'start_dim=1, end_dim=-1',
  LeakyReLU: 'negative_slope=0.01, inplace=False',
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
