import type { Configuration } from './configuration';
import { classified, classifier, imageEncoder, imageSizes, patchEmbeddings, patchesOf, pixelValues, tokenOf } from './imageTransformer';
import type { ModelFamily, ModelRule } from './model';
import { chained, type Stage } from './flow';
import { convolution, group, layerNorm, linear, model, token, walked, zeros, type Part } from './parts';

interface Kind {
  readonly pooled?: boolean;
  readonly masked?: boolean;
}

/** An image transformer whose tokens are those named, before the patches, which start at 0 or are drawn. */
function transformer(
  configuration: Configuration,
  tokens: readonly string[],
  isDrawn: boolean,
  { pooled = false, masked = false }: Kind,
): Part {
  const sizes = imageSizes(configuration);
  const { width, deviation, epsilon } = sizes;
  const start = (...shape: number[]) => (isDrawn ? token(shape.slice(1), deviation) : (name: string) => zeros(name, ...shape));
  const own = tokens.map(start(1, 1, width));
  const mask = masked ? [zeros('mask_token', 1, 1, width)] : [];
  const positions = start(1, patchesOf(sizes) + tokens.length, width)('position_embeddings');
  const embeddings = walked(
    group('embeddings', { patch_embeddings: patchEmbeddings(sizes) }, [...own, ...mask, positions]),
    (stage, [image]) => {
      const { flow } = stage;
      const patches = stage.run('patch_embeddings', image!);
      const all = flow.joined([...tokens.map(name => tokenOf(stage, name, width)), patches]);
      return [flow.sum(all, flow.emit({ kind: 'parameter', path: stage.at('position_embeddings') }, [], [1, ...flow.sides(all).slice(1)]))];
    },
  );
  const part = group('transformer', {
    embeddings,
    encoder: imageEncoder(configuration, sizes),
    layernorm: layerNorm(width, epsilon),
    pooler: pooled ? group('pooler', { dense: linear(width, configuration.integerOr('pooler_output_size', width), deviation) }) : undefined,
  });
  const squash = configuration.word('pooler_act', 'tanh');
  return walked(
    part,
    (stage, [image]) => {
      const { flow } = stage;
      const all = stage.run('layernorm', stage.run('encoder', stage.run('embeddings', image!)));
      return pooled ? [all, flow.activation(squash, stage.run('pooler.dense', flow.row(all)))] : [all];
    },
    pixelValues(sizes),
  );
}

/** Pixels of every patch from its token, by a 1 × 1 convolution. */
function pixels(configuration: Configuration): Part {
  const { width, channels, deviation } = imageSizes(configuration);
  const stride = configuration.integer('encoder_stride', 16);
  return walked(group('nn.Sequential', { 0: convolution(width, stride ** 2 * channels, [1, 1], deviation) }), chained);
}

/** The image that `decoder` makes of the patches' tokens, which are those behind the others. */
function restored(stage: Stage, tokens: number, configuration: Configuration): number {
  const { flow } = stage;
  const { width, grid, channels } = imageSizes(configuration);
  const stride = configuration.integer('encoder_stride', 16);
  const patches = flow.map('selection', 'patches', tokens, ['B', grid[0] * grid[1], width]);
  const map = flow.emit({ kind: 'reshape', name: 'grid', gain: { euclidean: 1, rows: 1 } }, [patches], ['B', width, ...grid], 1);
  const values = stage.run('decoder', map);
  const sides = ['B', channels, ...grid.map(side => side * stride)];
  return flow.emit({ kind: 'reshape', name: 'PixelShuffle', gain: { euclidean: 1, rows: 1 } }, [values], sides, 1);
}

const vit = (kind: Kind): ModelRule => {
  return configuration => transformer(configuration, ['cls_token'], true, kind);
};

/** The vision transformer of Dosovitskiy et al. 2021 (model type `vit`). */
export const VIT: ModelFamily = {
  base: 'ViTModel',
  classes: {
    ViTModel: vit({ pooled: true }),
    ViTForImageClassification: configuration =>
      model({ vit: vit({})(configuration), classifier: classifier(configuration) }, (stage, [image]) => [
        classified(stage, stage.flow.row(stage.run('vit', image!))),
      ]),
    ViTForMaskedImageModeling: configuration =>
      model({ vit: vit({ masked: true })(configuration), decoder: pixels(configuration) }, (stage, [image]) => [
        restored(stage, stage.run('vit', image!), configuration),
      ]),
  },
};

const deit = (kind: Kind): ModelRule => {
  return configuration => transformer(configuration, ['cls_token', 'distillation_token'], false, kind);
};

/** DeiT (Touvron et al. 2021; model type `deit`): a second token that learns from a teacher. */
export const DEIT: ModelFamily = {
  base: 'DeiTModel',
  classes: {
    DeiTModel: deit({ pooled: true }),
    DeiTForImageClassification: configuration =>
      model({ deit: deit({})(configuration), classifier: classifier(configuration) }, (stage, [image]) => [
        classified(stage, stage.flow.row(stage.run('deit', image!))),
      ]),
    DeiTForImageClassificationWithTeacher: configuration =>
      model(
        {
          deit: deit({})(configuration),
          cls_classifier: classifier(configuration),
          distillation_classifier: classifier(configuration),
        },
        (stage, [image]) => {
          const { flow } = stage;
          const tokens = stage.run('deit', image!);
          const own = classified(stage, flow.row(tokens), 'cls_classifier');
          const taught = classified(stage, flow.row(tokens, 'second token'), 'distillation_classifier');
          const mean = flow.map('scale', 'mean of both', flow.sum(own, taught), flow.sides(own), { euclidean: 0.5, rows: 0.5 });
          return [mean, own, taught];
        },
      ),
    DeiTForMaskedImageModeling: configuration =>
      model({ deit: deit({ masked: true })(configuration), decoder: pixels(configuration) }, (stage, [image]) => [
        restored(stage, stage.run('deit', image!), configuration),
      ]),
  },
};
