import { fanInDeviation, initialSpectralNorm } from '../initialNorm';
import { layerContents, type LayerContents, type LayerRule } from './layerRule';
import { signature } from './signature';

/** `torch.nn.Linear`: weight [outputs, inputs], uniform in ±1/√inputs, and bias [outputs]. */
export function linearContents(inputs: number, outputs: number, bias: boolean): LayerContents {
  return layerContents('nn.Linear', 'linear', [
    { name: 'weight', shape: [outputs, inputs], initialSpectralNorm: initialSpectralNorm(outputs, inputs, fanInDeviation(inputs)) },
    bias ? { name: 'bias', shape: [outputs] } : undefined,
  ]);
}

const linear: LayerRule = {
  kind: 'linear',
  signature: signature('in_features, out_features, bias=True'),
  contents: values => linearContents(values.integer('in_features'), values.integer('out_features'), values.flag('bias')),
};

/** weight [outputs, inputs₁, inputs₂], uniform in ±1/√inputs₁. */
const bilinear: LayerRule = {
  kind: 'linear',
  signature: signature('in1_features, in2_features, out_features, bias=True'),
  contents(values) {
    const [first, second, outputs] = [values.integer('in1_features'), values.integer('in2_features'), values.integer('out_features')];
    const norm = initialSpectralNorm(outputs, first * second, fanInDeviation(first));
    return layerContents('nn.Bilinear', 'linear', [
      { name: 'weight', shape: [outputs, first, second], initialSpectralNorm: norm },
      values.flag('bias') ? { name: 'bias', shape: [outputs] } : undefined,
    ]);
  },
};

/** A table of `count` rows drawn from the standard normal law. */
function embedding(type: string): LayerRule {
  return {
    kind: 'embedding',
    signature: signature(
      'num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False',
    ),
    contents(values) {
      const [count, width] = [values.integer('num_embeddings'), values.integer('embedding_dim')];
      const initial = initialSpectralNorm(width, count, 1);
      return layerContents(type, 'embedding', [{ name: 'weight', shape: [count, width], initialSpectralNorm: initial }]);
    },
  };
}

/** A bag of embeddings has the same table; its further arguments come in another order and decide nothing. */
const embeddingBag: LayerRule = {
  ...embedding('nn.EmbeddingBag'),
  signature: signature(
    "num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, _weight=None, include_last_offset=False, padding_idx=None",
  ),
};

/** Linear maps and tables. */
export const LINEAR_RULES: Readonly<Record<string, LayerRule>> = {
  Linear: linear,
  Bilinear: bilinear,
  Embedding: embedding('nn.Embedding'),
  EmbeddingBag: embeddingBag,
};
