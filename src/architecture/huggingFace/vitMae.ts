import type { Configuration } from './configuration';
import { imageBlock, imageEncoder, imageSizes, patchEmbeddings, patchesOf, pixelValues, projections, tokenOf } from './imageTransformer';
import type { ModelFamily, ModelRule } from './model';
import { blocks, group, layerNorm, linear, model, tensor, token, walked, type Part } from './parts';

/** How many patches the encoder sees; which ones is drawn anew in every pass. */
function keptOf(configuration: Configuration): number {
  return Math.floor(patchesOf(imageSizes(configuration)) * (1 - configuration.number('mask_ratio', 0.75)));
}

/** The encoder of He et al. 2022: positions are sines that are parameters without gradient. */
const maskedAutoencoder: ModelRule = configuration => {
  const sizes = imageSizes(configuration);
  const { width, deviation, epsilon } = sizes;
  const [patches, kept] = [patchesOf(sizes), keptOf(configuration)];
  const part = group('embeddings', { patch_embeddings: patchEmbeddings(sizes) }, [token([1, width], deviation)('cls_token')]);
  const embeddings = walked({ ...part, frozen: [tensor('position_embeddings', 1, patches + 1, width)] }, (stage, [image]) => {
    const { flow } = stage;
    const tokens = stage.run('patch_embeddings', image!);
    const placed = flow.sum(tokens, flow.emit({ kind: 'constant', entry: 1 }, [], [1, patches, width]));
    return [flow.joined([tokenOf(stage, 'cls_token', width), flow.map('gather', 'random masking', placed, ['B', kept, width])])];
  });
  return walked(
    group('encoder', { embeddings, encoder: imageEncoder(configuration, sizes), layernorm: layerNorm(width, epsilon) }),
    (stage, [image]) => [stage.run('layernorm', stage.run('encoder', stage.run('embeddings', image!)))],
    pixelValues(sizes),
  );
};

/** A narrower transformer over the tokens that were seen and one mask token for every other patch. */
function decoder(configuration: Configuration): Part {
  const sizes = imageSizes(configuration);
  const { width: encoded, patch, channels, deviation, epsilon } = sizes;
  const width = configuration.integer('decoder_hidden_size', 512);
  const hidden = configuration.integer('decoder_intermediate_size', 2048);
  const heads = configuration.integer('decoder_num_attention_heads', 16);
  configuration.divides(width, heads, 'decoder_num_attention_heads');
  const bias = configuration.flag('qkv_bias', true);
  const [patches, kept] = [patchesOf(sizes), keptOf(configuration)];
  const block = () => imageBlock({ ...sizes, width, hidden, heads }, { attention: projections(width, deviation, bias) });
  const part = group(
    'decoder',
    {
      decoder_embed: linear(encoded, width, deviation),
      decoder_layers: blocks(configuration.integer('decoder_num_hidden_layers', 8), block),
      decoder_norm: layerNorm(width, epsilon),
      decoder_pred: linear(width, patch[0] * patch[1] * channels, deviation),
    },
    [token([1, width], deviation)('mask_token')],
  );
  return walked({ ...part, frozen: [tensor('decoder_pos_embed', 1, patches + 1, width)] }, (stage, [tokens]) => {
    const { flow } = stage;
    const hiddenPatches = patches - kept;
    const gain = { euclidean: Math.sqrt(hiddenPatches), rows: 1 };
    const masks = flow.map('resampling', 'expand', tokenOf(stage, 'mask_token', width), ['B', hiddenPatches, width], gain);
    const all = flow.map('gather', 'places of the patches', flow.joined([stage.run('decoder_embed', tokens!), masks]));
    const placed = flow.sum(all, flow.emit({ kind: 'constant', entry: 1 }, [], [1, patches + 1, width]));
    const values = stage.run('decoder_pred', stage.run('decoder_norm', stage.run('decoder_layers', placed)));
    return [flow.map('selection', 'patches', values, ['B', patches, flow.sides(values)[2]!])];
  });
}

/** The masked autoencoder (model type `vit_mae`). */
export const VIT_MAE: ModelFamily = {
  base: 'ViTMAEModel',
  classes: {
    ViTMAEModel: maskedAutoencoder,
    ViTMAEForPreTraining: configuration =>
      model({ vit: maskedAutoencoder(configuration), decoder: decoder(configuration) }, (stage, [image]) => [
        stage.run('decoder', stage.run('vit', image!)),
      ]),
  },
};
