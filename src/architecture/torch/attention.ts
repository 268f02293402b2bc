import type { Parameter } from '../architecture';
import { glorotDeviation, initialSpectralNorm } from '../initialNorm';
import type { LayerArguments } from './layerArguments';
import { layerContents, type LayerContents, type LayerRule } from './layerRule';
import { linearContents } from './linear';
import { layerNormContents } from './normalisation';
import { signature } from './signature';

interface AttentionSizes {
  readonly width: number;
  readonly keyWidth: number;
  readonly valueWidth: number;
  readonly bias: boolean;
  /** A learned key and value that are appended to every sequence. */
  readonly extraKey: boolean;
}

/** Queries, keys and values as one tensor when their widths agree, as three when not; Glorot-uniform. */
function attentionContents({ width, keyWidth, valueWidth, bias, extraKey }: AttentionSizes): LayerContents {
  const matrix = (name: string, rows: number, columns: number): Parameter => ({
    name,
    shape: [rows, columns],
    initialSpectralNorm: initialSpectralNorm(rows, columns, glorotDeviation(columns, rows)),
  });
  const projections =
    keyWidth === width && valueWidth === width
      ? [matrix('in_proj_weight', 3 * width, width)]
      : [matrix('q_proj_weight', width, width), matrix('k_proj_weight', width, keyWidth), matrix('v_proj_weight', width, valueWidth)];
  const extras: Parameter[] = ['bias_k', 'bias_v'].map(name => ({ name, shape: [1, 1, width] }));
  const own = [...projections, bias ? { name: 'in_proj_bias', shape: [3 * width] } : undefined, ...(extraKey ? extras : [])];
  return layerContents('nn.MultiheadAttention', 'attention', own, new Map([['out_proj', linearContents(width, width, bias)]]));
}

function checkHeads(values: LayerArguments, width: number, heads: number): void {
  if (heads === 0 || width % heads !== 0) values.undecided(`a width of ${width} does not divide into ${heads} heads`);
}

const multiheadAttention: LayerRule = {
  kind: 'attention',
  signature: signature(
    'embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None, batch_first=False',
  ),
  contents(values) {
    const width = values.integer('embed_dim');
    checkHeads(values, width, values.integer('num_heads'));
    return attentionContents({
      width,
      keyWidth: values.integerOr('kdim', width),
      valueWidth: values.integerOr('vdim', width),
      bias: values.flag('bias'),
      extraKey: values.flag('add_bias_kv'),
    });
  },
};

/**
 * `torch.nn.TransformerEncoderLayer` and `TransformerDecoderLayer`. An activation given as a module is not among the contents: whoever applies
 * the rule adds it as the child `activation`.
 */
function transformerLayer(type: string, attentions: readonly string[]): LayerRule {
  const norms = [...attentions.keys(), attentions.length].map(index => `norm${index + 1}`);
  const dropout = layerContents('nn.Dropout', 'dropout');
  return {
    kind: 'transformer block',
    signature: signature(
      "d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True",
    ),
    contents(values) {
      const [width, hidden, bias] = [values.integer('d_model'), values.integer('dim_feedforward'), values.flag('bias')];
      checkHeads(values, width, values.integer('nhead'));
      const attention = attentionContents({ width, keyWidth: width, valueWidth: width, bias, extraKey: false });
      const children = new Map<string, LayerContents>([
        ...attentions.map(name => [name, attention] as const),
        ['linear1', linearContents(width, hidden, bias)],
        ['dropout', dropout],
        ['linear2', linearContents(hidden, width, bias)],
        ...norms.map(name => [name, layerNormContents(width, bias)] as const),
        ...norms.map((_, index) => [`dropout${index + 1}`, dropout] as const),
      ]);
      return layerContents(type, 'transformer block', [], children);
    },
  };
}

/** Attention and the transformer's layers. */
export const ATTENTION_RULES: Readonly<Record<string, LayerRule>> = {
  MultiheadAttention: multiheadAttention,
  TransformerEncoderLayer: transformerLayer('nn.TransformerEncoderLayer', ['self_attn']),
  TransformerDecoderLayer: transformerLayer('nn.TransformerDecoderLayer', ['self_attn', 'multihead_attn']),
};
