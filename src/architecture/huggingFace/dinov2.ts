import { projected } from './attention';
import type { Configuration } from './configuration';
import {
  classified,
  classifier,
  imageSizes,
  patchEmbeddings,
  patchesOf,
  pixelValues,
  projections,
  scaledBy,
  tokenOf,
  type ImageSizes,
} from './imageTransformer';
import type { ModelFamily } from './model';
import { blocks, constantVector, group, layerNorm, linear, model, token, walked, zeros, type Part } from './parts';

const DEFAULTS = { patch: 14, epsilon: 1e-6 };

/** Two layers around a non-linearity, or a gated net whose width is two thirds of that, rounded up to a multiple of 8. */
function feedForward({ width, deviation, activation }: ImageSizes, hidden: number, isGated: boolean): Part {
  if (!isGated)
    return walked(
      group('feed-forward', { fc1: linear(width, hidden, deviation), fc2: linear(hidden, width, deviation) }),
      (stage, [tokens]) => [stage.run('fc2', stage.flow.activation(activation, stage.run('fc1', tokens!)))],
    );
  const narrow = Math.floor((Math.floor((hidden * 2) / 3) + 7) / 8) * 8;
  return walked(
    group('feed-forward', { weights_in: linear(width, 2 * narrow, deviation), weights_out: linear(narrow, width, deviation) }),
    (stage, [tokens]) => {
      const { flow } = stage;
      const both = stage.run('weights_in', tokens!);
      const half = (name: string) => flow.map('selection', name, both, [...flow.sides(both).slice(0, -1), narrow]);
      const gate = flow.activation('silu', half('gate'));
      return [stage.run('weights_out', flow.emit({ kind: 'product', of: 'entries' }, [gate, half('value')], flow.sides(gate)))];
    },
  );
}

function block(configuration: Configuration, sizes: ImageSizes): Part {
  const { width, heads, deviation, epsilon } = sizes;
  const hidden = Math.floor(width * configuration.number('mlp_ratio', 4));
  const scale = () => group('layer scale', {}, [constantVector('lambda1', width, configuration.number('layerscale_value', 1))], 'other');
  const self = walked(
    group('self-attention', projections(width, deviation, configuration.flag('qkv_bias', true)), [], 'attention'),
    (stage, [tokens]) => [projected(stage, tokens!, ['query', 'key', 'value'], { heads, size: width / heads })],
  );
  const part = group(
    'transformer layer',
    {
      norm1: layerNorm(width, epsilon),
      attention: group('attention', { attention: self, output: group('attention output', { dense: linear(width, width, deviation) }) }),
      layer_scale1: scale(),
      norm2: layerNorm(width, epsilon),
      mlp: feedForward(sizes, hidden, configuration.flag('use_swiglu_ffn', false)),
      layer_scale2: scale(),
    },
    [],
    'transformer block',
  );
  return walked(part, (stage, [input]) => {
    const { flow } = stage;
    const mixed = stage.run('attention.output.dense', stage.run('attention.attention', stage.run('norm1', input!)));
    const middle = flow.sum(scaledBy(stage, mixed, 'layer_scale1.lambda1', width), input!);
    const fed = stage.run('mlp', stage.run('norm2', middle));
    return [flow.sum(scaledBy(stage, fed, 'layer_scale2.lambda1', width), middle)];
  });
}

/** Oquab et al. 2023. Results are the tokens and the class token. */
function dinov2(configuration: Configuration): Part {
  const sizes = imageSizes(configuration, DEFAULTS);
  const { width, depth, deviation, epsilon } = sizes;
  const mask = configuration.flag('use_mask_token', true) ? [zeros('mask_token', 1, width)] : [];
  const own = [token([1, width], deviation)('cls_token'), ...mask, token([patchesOf(sizes) + 1, width], deviation)('position_embeddings')];
  const embeddings = walked(group('embeddings', { patch_embeddings: patchEmbeddings(sizes) }, own), (stage, [image]) => {
    const { flow } = stage;
    const all = flow.joined([tokenOf(stage, 'cls_token', width), stage.run('patch_embeddings', image!)]);
    return [flow.sum(all, flow.emit({ kind: 'parameter', path: stage.at('position_embeddings') }, [], [1, ...flow.sides(all).slice(1)]))];
  });
  return walked(
    group('transformer', {
      embeddings,
      encoder: group('encoder', { layer: blocks(depth, () => block(configuration, sizes)) }),
      layernorm: layerNorm(width, epsilon),
    }),
    (stage, [image]) => {
      const all = stage.run('layernorm', stage.run('encoder.layer', stage.run('embeddings', image!)));
      return [all, stage.flow.row(all)];
    },
    pixelValues(sizes),
  );
}

/** DINOv2 (model type `dinov2`). */
export const DINOV2: ModelFamily = {
  base: 'Dinov2Model',
  classes: {
    Dinov2Model: dinov2,
    Dinov2ForImageClassification: configuration => {
      const sizes = imageSizes(configuration, DEFAULTS);
      return model({ dinov2: dinov2(configuration), classifier: classifier(configuration, 2 * sizes.width) }, (stage, [image]) => {
        const { flow } = stage;
        const [all = 0, first = 0] = stage.all('dinov2', image!);
        const mean = flow.mean(flow.map('selection', 'patches', all, ['B', patchesOf(sizes), sizes.width]));
        return [classified(stage, flow.emit({ kind: 'concatenation', along: 'features' }, [first, mean], ['B', 2 * sizes.width]))];
      });
    },
  },
};
