import type { Parameter } from '../architecture';
import { projected } from './attention';
import type { Configuration } from './configuration';
import type { Entry, Stage } from './flow';
import { initialDeviation } from './model';
import { blocks, convolution, group, layerNorm, linear, walked, type Children, type Part } from './parts';

/** What the image transformers of the library have in common. */
export interface ImageSizes {
  readonly width: number;
  readonly hidden: number;
  readonly heads: number;
  readonly depth: number;
  readonly channels: number;
  readonly image: readonly [number, number];
  readonly patch: readonly [number, number];
  /** Patches along height and width. */
  readonly grid: readonly [number, number];
  readonly deviation: number;
  readonly epsilon: number;
  /** Name of the non-linearity. */
  readonly activation: string;
}

/** The sizes of a configuration, with the library's defaults. Throws a ConfigurationProblem for what is no size. */
export function imageSizes(
  configuration: Configuration,
  defaults: { readonly patch?: number; readonly epsilon?: number } = {},
): ImageSizes {
  const [width, heads] = [configuration.integer('hidden_size', 768), configuration.integer('num_attention_heads', 12)];
  configuration.divides(width, heads, 'num_attention_heads');
  const [image, patch] = [configuration.sides('image_size', 224), configuration.sides('patch_size', defaults.patch ?? 16)];
  return {
    width,
    heads,
    image,
    patch,
    hidden: configuration.integer('intermediate_size', 3072),
    depth: configuration.integer('num_hidden_layers', 12),
    channels: configuration.integer('num_channels', 3),
    grid: [Math.floor(image[0] / patch[0]), Math.floor(image[1] / patch[1])],
    deviation: initialDeviation(configuration),
    epsilon: configuration.number('layer_norm_eps', defaults.epsilon ?? 1e-12),
    activation: configuration.word('hidden_act', 'gelu'),
  };
}

export const patchesOf = ({ grid }: Pick<ImageSizes, 'grid'>): number => grid[0] * grid[1];

/** The image that a model takes. */
export const pixelValues = ({ channels, image }: Pick<ImageSizes, 'channels' | 'image'>): readonly Entry[] => [
  { name: 'pixel_values', sides: ['B', channels, ...image], features: 1 },
];

/** One token for each patch. */
export const patchEmbeddings = ({ channels, width, patch, deviation }: ImageSizes): Part =>
  walked(group('patch embeddings', { projection: convolution(channels, width, patch, deviation) }), (stage, [image]) => {
    const { flow } = stage;
    const map = stage.run('projection', image!);
    const [batch, , height, across] = flow.sides(map);
    const count = typeof height === 'number' && typeof across === 'number' ? height * across : null;
    return [flow.map('reshape', 'tokens', map, [batch!, count, width])];
  });

/** Queries, keys and values, whose biases may be switched off together. */
export function projections(width: number, deviation: number, bias: boolean): Children {
  const project = () => linear(width, width, deviation, bias);
  return { query: project(), key: project(), value: project() };
}

export interface BlockOptions {
  readonly attention: Children;
  /** Parameters of the block's own. */
  readonly own?: readonly Parameter[];
  /** What is done to the result of attention and of the feed-forward net before each is added. */
  readonly scaled?: (stage: Stage, branch: number, place: 1 | 2) => number;
}

type BlockSizes = Pick<ImageSizes, 'width' | 'hidden' | 'heads' | 'deviation' | 'epsilon' | 'activation'>;

/** A pre-norm transformer block: x + attention(norm x), then x + feed-forward(norm x). */
export function imageBlock(sizes: BlockSizes, { attention, own = [], scaled = (_, branch) => branch }: BlockOptions): Part {
  const { width, hidden, heads, deviation, epsilon, activation } = sizes;
  const self = walked(group('self-attention', attention, [], 'attention'), (stage, [tokens]) => [
    projected(stage, tokens!, ['query', 'key', 'value'], { heads, size: width / heads }),
  ]);
  const part = group(
    'transformer layer',
    {
      attention: group('attention', { attention: self, output: group('attention output', { dense: linear(width, width, deviation) }) }),
      intermediate: group('intermediate', { dense: linear(width, hidden, deviation) }),
      output: group('output', { dense: linear(hidden, width, deviation) }),
      layernorm_before: layerNorm(width, epsilon),
      layernorm_after: layerNorm(width, epsilon),
    },
    own,
    'transformer block',
  );
  return walked(part, (stage, [input]) => {
    const { flow } = stage;
    const mixed = stage.run('attention.output.dense', stage.run('attention.attention', stage.run('layernorm_before', input!)));
    const middle = flow.sum(scaled(stage, mixed, 1), input!);
    const wide = flow.activation(activation, stage.run('intermediate.dense', stage.run('layernorm_after', middle)));
    return [flow.sum(scaled(stage, stage.run('output.dense', wide), 2), middle)];
  });
}

/** The blocks of an image transformer. */
export function imageEncoder(configuration: Configuration, sizes: ImageSizes): Part {
  const { width, depth, deviation } = sizes;
  const bias = configuration.flag('qkv_bias', true);
  const layer = blocks(depth, () => imageBlock(sizes, { attention: projections(width, deviation, bias) }));
  return walked(group('encoder', { layer }), (stage, [tokens]) => [stage.run('layer', tokens!)]);
}

/** Class scores from `width` values; a model with no labels has none. */
export function classifier(configuration: Configuration, width = configuration.integer('hidden_size', 768)): Part | undefined {
  const { labels } = configuration;
  return labels > 0 ? linear(width, labels, initialDeviation(configuration)) : undefined;
}

/** What a classifier makes of a row; the row itself where there are no labels. */
export const classified = (stage: Stage, row: number, name = 'classifier'): number => (stage.has(name) ? stage.run(name, row) : row);

/** A learnable token, one row. */
export const tokenOf = (stage: Stage, name: string, width: number): number =>
  stage.flow.emit({ kind: 'parameter', path: stage.at(name) }, [], [1, 1, width]);

/** The entries of a learnable vector times those of every row. */
export function scaledBy(stage: Stage, branch: number, name: string, width: number): number {
  const { flow } = stage;
  const vector = flow.emit({ kind: 'parameter', path: stage.at(name) }, [], [1, width]);
  return flow.emit({ kind: 'product', of: 'entries' }, [vector, branch], flow.sides(branch));
}
