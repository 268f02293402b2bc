import {
  classified,
  classifier,
  imageBlock,
  imageSizes,
  patchEmbeddings,
  patchesOf,
  pixelValues,
  scaledBy,
  tokenOf,
  type ImageSizes,
} from './imageTransformer';
import type { Configuration } from './configuration';
import type { ModelFamily } from './model';
import { blocks, constantVector, group, layerNorm, linear, model, tensor, walked, zeros, type Children, type Part } from './parts';

/** One bias a head for every pair of relative places, and three more for the class token. */
function relativePositions({ grid, heads }: ImageSizes): Part {
  const count = (2 * grid[0] - 1) * (2 * grid[1] - 1) + 3;
  return group('relative positions', {}, [tensor('relative_position_bias_table', count, heads)], 'embedding');
}

/** BEiT (Bao et al. 2022): keys without bias, a scale for each branch, positions as biases of the attention, which no input changes. */
function beit(configuration: Configuration, pooled: boolean): Part {
  const sizes = imageSizes(configuration);
  const { width, depth, deviation, epsilon } = sizes;
  const averaged = configuration.flag('use_mean_pooling', true);
  const hasPositions = configuration.flag('use_absolute_position_embeddings', false);
  const tokens = ['cls_token', ...(configuration.flag('use_mask_token', false) ? ['mask_token'] : [])].map(name =>
    zeros(name, 1, 1, width),
  );
  const positions = hasPositions ? [zeros('position_embeddings', 1, patchesOf(sizes) + 1, width)] : [];
  const scale = configuration.number('layer_scale_init_value', 0.1);
  const scales = scale > 0 ? [constantVector('lambda_1', width, scale), constantVector('lambda_2', width, scale)] : [];
  const attention: Children = {
    query: linear(width, width, deviation),
    key: linear(width, width, deviation, false),
    value: linear(width, width, deviation),
    relative_position_bias: configuration.flag('use_relative_position_bias', false) ? relativePositions(sizes) : undefined,
  };
  const embeddings = walked(
    group('embeddings', { patch_embeddings: patchEmbeddings(sizes) }, [...tokens, ...positions]),
    (stage, [image]) => {
      const { flow } = stage;
      const all = flow.joined([tokenOf(stage, 'cls_token', width), stage.run('patch_embeddings', image!)]);
      const places = () => flow.emit({ kind: 'parameter', path: stage.at('position_embeddings') }, [], [1, ...flow.sides(all).slice(1)]);
      return [hasPositions ? flow.sum(all, places()) : all];
    },
  );
  const block = () =>
    imageBlock(sizes, {
      attention,
      own: scales,
      scaled: (stage, branch, place) => (scale > 0 ? scaledBy(stage, branch, `lambda_${place}`, width) : branch),
    });
  const part = group('transformer', {
    embeddings,
    encoder: group('encoder', {
      relative_position_bias: configuration.flag('use_shared_relative_position_bias', false) ? relativePositions(sizes) : undefined,
      layer: blocks(depth, block),
    }),
    layernorm: averaged ? undefined : layerNorm(width, epsilon),
    pooler: pooled && averaged ? group('pooler', { layernorm: layerNorm(width, epsilon) }) : undefined,
  });
  return walked(
    part,
    (stage, [image]) => {
      const { flow } = stage;
      const encoded = stage.run('encoder.layer', stage.run('embeddings', image!));
      const all = averaged ? encoded : stage.run('layernorm', encoded);
      if (!pooled) return [all];
      if (!averaged) return [all, flow.row(all)];
      const patches = flow.map('selection', 'patches', all, ['B', patchesOf(sizes), width]);
      return [all, stage.run('pooler.layernorm', flow.mean(patches))];
    },
    pixelValues(sizes),
  );
}

const withClassifier = (prefix: string, configuration: Configuration): Part =>
  model({ [prefix]: beit(configuration, true), classifier: classifier(configuration) }, (stage, [image]) => [
    classified(stage, stage.all(prefix, image!)[1]!),
  ]);

/** BEiT (model type `beit`). */
export const BEIT: ModelFamily = {
  base: 'BeitModel',
  classes: {
    BeitModel: configuration => beit(configuration, true),
    BeitForImageClassification: configuration => withClassifier('beit', configuration),
    BeitForMaskedImageModeling: configuration => {
      const sizes = imageSizes(configuration);
      const { width, deviation, epsilon } = sizes;
      return model(
        {
          beit: beit(configuration, false),
          layernorm: layerNorm(width, epsilon),
          lm_head: linear(width, configuration.integer('vocab_size', 8192), deviation),
        },
        (stage, [image]) => {
          const normed = stage.run('layernorm', stage.run('beit', image!));
          return [stage.run('lm_head', stage.flow.map('selection', 'patches', normed, ['B', patchesOf(sizes), width]))];
        },
      );
    },
  },
};

/** data2vec for images (Baevski et al. 2022; model type `data2vec-vision`): BEiT's modules. */
export const DATA2VEC_VISION: ModelFamily = {
  base: 'Data2VecVisionModel',
  classes: {
    Data2VecVisionModel: configuration => beit(configuration, false),
    Data2VecVisionForImageClassification: configuration => withClassifier('data2vec_vision', configuration),
  },
};
