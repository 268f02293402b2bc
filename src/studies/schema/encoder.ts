import { z } from 'zod';
import { positiveInteger } from './numbers';

const activation = z
  .enum(['relu', 'gelu', 'tanh', 'identity'])
  .default('relu')
  .describe('The nonlinearity after every layer, the last one too.');
const unitFeatures = z
  .boolean()
  .optional()
  .describe('Divide every feature vector by its Euclidean norm, so that no regulariser can gain by shrinking it; false unless said.');

const vit = z.strictObject({
  kind: z.literal('vit').describe('A vision transformer.'),
  patch: positiveInteger.describe('Side of the square patches in pixels; divides the height and the width of the images.'),
  width: positiveInteger.describe('Features per token; a multiple of `heads`.'),
  depth: positiveInteger.describe('Number of transformer blocks.'),
  heads: positiveInteger.describe('Attention heads per block.'),
  mlpRatio: z.number().positive().default(4).describe('Hidden width of each block’s perceptron in units of `width`.'),
  norm: z
    .enum(['pre', 'post', 'none'])
    .optional()
    .describe('Layer normalisation before each sublayer (`pre`, unless said otherwise), after each sum, or nowhere.'),
  residual: z
    .strictObject({
      attention: z.number().nonnegative().describe('α₁, the factor of the attention’s output; 1 unless said otherwise.'),
      perceptron: z.number().nonnegative().describe('α₂, the factor of the perceptron’s output; 1 unless said otherwise.'),
    })
    .optional()
    .describe('What the output of a sublayer is multiplied with before it is added to its input.'),
  finalNorm: z
    .boolean()
    .optional()
    .describe('A layer normalisation after the last block; true with `norm` `pre`, else false, unless said.'),
  unitFeatures,
});

const deepNet = z.strictObject({
  kind: z.literal('deep net').describe('Linear layers with activations on whole images.'),
  widths: z.array(positiveInteger).min(1).optional().describe('Outputs of each layer; the last is the number of features.'),
  width: positiveInteger.optional().describe('Outputs of every layer, instead of `widths`.'),
  depth: positiveInteger.optional().describe('Number of layers, with `width`.'),
  activation,
  bias: z.boolean().default(true).describe('Whether layers have biases; the theorems about capped norms speak of layers without.'),
  normCap: z
    .strictObject({
      spectral: z.number().positive().optional().describe('Largest ‖W‖ of every weight matrix, the decoder’s too.'),
      l21: z.number().positive().optional().describe('Largest ‖W‖₂,₁: the sum over outputs of the Euclidean norm of their weights.'),
    })
    .optional()
    .describe('Caps that every step of pre-training is projected back under, as D3 and D4 assume.'),
  unitFeatures,
});

const convolutional = z.strictObject({
  kind: z.literal('convolutional').describe('Convolutions with activations on whole images.'),
  channels: z.array(positiveInteger).min(1).describe('Output channels of each stage.'),
  kernel: positiveInteger.default(3).describe('Side of the kernels, odd.'),
  stride: positiveInteger.default(2).describe('Step of every kernel.'),
  pool: z.enum(['none', 'max', 'average']).default('none').describe('A 2 × 2 window after every stage.'),
  norm: z.enum(['none', 'layer']).default('layer').describe('Layer normalisation over the channels at every position.'),
  activation,
  width: positiveInteger
    .optional()
    .describe('Features, by a linear layer on all positions; without it the features are the channels’ means over positions.'),
  unitFeatures,
});

const definition = z.strictObject({
  kind: z.literal('definition').describe('A model of your own, computed layer for layer as its source says.'),
  definition: z
    .string()
    .regex(/^.+#[^#]+$/)
    .optional()
    .describe('Which one, `models/vit.py#ViT`, relative to this file; the study’s `definition` unless said.'),
  arguments: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Arguments that it is constructed with, by name; those of the study where the definition is the study’s.'),
  method: z
    .string()
    .regex(/^\w+$/)
    .optional()
    .describe('The method that makes the features, as `forward_features`; `forward` unless said.'),
  features: z
    .strictObject({
      layer: z.string().describe('Path of the layer, as `head`.'),
      side: z.enum(['input', 'output']).default('output').describe('What the layer is given, or what it makes.'),
    })
    .optional()
    .describe(
      'The layer whose first input or output are the features; what the method returns unless said. Tokens and pixels are averaged.',
    ),
  scale: z
    .record(z.string(), z.number().positive())
    .optional()
    .describe('Factors for whole-number arguments, `{ "depth": 0.5, "embed_dim": 0.25 }`: a quick proxy of a big model.'),
  checkpoint: z.string().optional().describe('Weights to start from, relative to this file: safetensors, PyTorch, npz …'),
});

/** `encoder`: what is pre-trained. */
export const encoderSchema = z
  .discriminatedUnion('kind', [vit, deepNet, convolutional, definition])
  .describe('The encoder that is pre-trained and fine-tuned.');
