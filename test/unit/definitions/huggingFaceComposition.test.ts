import assert from 'node:assert/strict';
import type { Architecture } from '../../../src/architecture/architecture';
import { mainOutput, type Composition } from '../../../src/architecture/composition';
import { allLayers, parameterPath } from '../../../src/architecture/counts';
import { initialNorms } from '../../../src/architecture/initialWeights';
import { logAmplification, ranges } from '../../../src/architecture/lipschitzOfComposition';
import { boundOf } from '../../../src/definitions/architectureBounds';
import { readConfiguration } from '../../../src/definitions/huggingFace/huggingFaceReader';
import { sourceText } from './reading';

const TEXT = {
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 12,
  vocab_size: 31,
  max_position_embeddings: 10,
};
const IMAGE = { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 12, image_size: 12, patch_size: 4 };

const read = (config: object): Architecture => readConfiguration(JSON.stringify(config)).found[0]!;

function compositionOf({ composition }: Architecture): Composition {
  assert.ok(composition?.known, JSON.stringify(composition));
  return composition.value;
}

/** The steps in short: a layer by the end of its path, a sum with its identity, an unknown step by its name. */
function steps(architecture: Architecture): string {
  const written = compositionOf(architecture).nodes.map(node => {
    if (node.kind === 'layer' || node.kind === 'lookup') return node.path.split('.').slice(-2).join('.');
    if (node.kind === 'sum') return node.identity === undefined ? 'sum' : `sum(${node.identity})`;
    return node.kind === 'unknown' ? `?${node.name}` : node.kind;
  });
  return written.join(' ');
}

describe('how the models of Hugging Face configurations compose', () => {
  const cases: readonly (readonly [why: string, config: object, expected: string])[] = [
    [
      'ViT: norms before attention and the net, a skip connection around each',
      { model_type: 'vit', architectures: ['ViTForImageClassification'], ...IMAGE },
      'input patch_embeddings.projection reshape parameter concatenation parameter sum normalisation attention.query attention.key ' +
        'attention.value reshape reshape reshape attention reshape output.dense sum(6) normalisation intermediate.dense activation ' +
        'output.dense sum(17) normalisation selection classifier',
    ],
    [
      'BERT: norms behind each sum, words scored with their table',
      { model_type: 'bert', architectures: ['BertForMaskedLM'], ...TEXT },
      'input embeddings.word_embeddings constant embeddings.token_type_embeddings sum constant embeddings.position_embeddings sum ' +
        'normalisation self.query self.key self.value reshape reshape reshape attention reshape output.dense sum(8) normalisation ' +
        'intermediate.dense activation output.dense sum(19) normalisation transform.dense activation normalisation ' +
        'embeddings.word_embeddings parameter resampling sum',
    ],
    [
      'GPT-NeoX: attention and the net side by side',
      { model_type: 'gpt_neox', architectures: ['GPTNeoXModel'], ...TEXT },
      'input embed_in normalisation attention.query_key_value selection selection selection reshape resampling reshape resampling reshape ' +
        'attention reshape attention.dense sum(1) normalisation mlp.dense_h_to_4h activation mlp.dense_4h_to_h sum normalisation',
    ],
    [
      'GPT-NeoX one after the other',
      { model_type: 'gpt_neox', architectures: ['GPTNeoXModel'], use_parallel_residual: false, ...TEXT },
      'input embed_in normalisation attention.query_key_value selection selection selection reshape resampling reshape resampling reshape ' +
        'attention reshape attention.dense sum(1) normalisation mlp.dense_h_to_4h activation mlp.dense_4h_to_h sum(15) normalisation',
    ],
    [
      'Llama: a gated net, keys and values repeated for groups of heads',
      { model_type: 'llama', architectures: ['LlamaForSequenceClassification'], ...TEXT, num_key_value_heads: 1 },
      'input model.embed_tokens normalisation self_attn.q_proj self_attn.k_proj self_attn.v_proj reshape resampling reshape resampling ' +
        'resampling reshape resampling attention reshape self_attn.o_proj sum(1) normalisation mlp.gate_proj activation mlp.up_proj ' +
        'product mlp.down_proj sum(16) normalisation score selection',
    ],
    [
      'rotary positions that are stretched',
      { model_type: 'llama', architectures: ['LlamaModel'], ...TEXT, rope_scaling: { rope_type: 'yarn', factor: 4 } },
      'input embed_tokens normalisation ?rotary positions sum(1) normalisation mlp.gate_proj activation mlp.up_proj product mlp.down_proj ' +
        'sum(4) normalisation',
    ],
    [
      'scores of relative positions',
      { model_type: 'bert', architectures: ['BertModel'], ...TEXT, position_embedding_type: 'relative_key', num_hidden_layers: 1 },
      'input embeddings.word_embeddings constant embeddings.token_type_embeddings sum normalisation ?relative positions output.dense sum(5) ' +
        'normalisation intermediate.dense activation output.dense sum(9) normalisation selection pooler.dense activation',
    ],
    [
      'a non-linearity of another library',
      { model_type: 'distilbert', dim: 8, n_layers: 1, n_heads: 2, hidden_dim: 12, vocab_size: 31, activation: 'wave' },
      'input constant embeddings.word_embeddings embeddings.position_embeddings sum normalisation attention.q_lin attention.k_lin ' +
        'attention.v_lin reshape reshape reshape attention reshape attention.out_lin sum(5) normalisation ffn.lin1 ?wave ffn.lin2 sum(16) ' +
        'normalisation',
    ],
    [
      'BEiT: a scale for each branch, the mean of the patches',
      { model_type: 'beit', architectures: ['BeitForImageClassification'], ...IMAGE, num_hidden_layers: 1 },
      'input parameter patch_embeddings.projection reshape concatenation normalisation attention.query attention.key attention.value ' +
        'reshape reshape reshape attention reshape output.dense parameter product sum(4) normalisation intermediate.dense activation ' +
        'output.dense parameter product sum(17) selection pooling normalisation classifier',
    ],
  ];
  for (const [why, config, expected] of cases) it(why, () => assert.equal(steps(read(config)), expected));

  it('says the shapes that layers meet', () => {
    const { layers } = read({ model_type: 'vit_mae', architectures: ['ViTMAEForPreTraining'], ...IMAGE, decoder_num_hidden_layers: 1 });
    const shapes = new Map([...allLayers(layers)].map(layer => [layer.path, [layer.inputShape, layer.outputShape]]));
    // (12 / 4)² = 9 patches, of which ⌊9 · 0.25⌋ = 2 are seen, and the class token; the decoder makes 4 · 4 · 3 = 48 values of each of the 9.
    assert.deepEqual(shapes.get('vit.embeddings.patch_embeddings'), [
      ['B', 3, 12, 12],
      ['B', 9, 8],
    ]);
    assert.deepEqual(shapes.get('vit.encoder'), [
      ['B', 3, 8],
      ['B', 3, 8],
    ]);
    assert.deepEqual(shapes.get('decoder'), [
      ['B', 3, 8],
      ['B', 9, 48],
    ]);
  });

  const { small } = JSON.parse(sourceText('test/fixtures/definitions/huggingFace/recorded.json')) as {
    readonly small: readonly { readonly config: Readonly<Record<string, unknown>> }[];
  };
  it(`uses tensors that the model has, in all ${small.length} recorded models, and each layer with the shape that its tensors say`, () => {
    for (const { config } of small) {
      const architecture = read(config);
      const all = [...allLayers(architecture.layers)];
      const names = new Map(
        all.flatMap(layer =>
          layer.parameters.known ? layer.parameters.value.map(tensor => [parameterPath(layer, tensor), tensor.shape] as const) : [],
        ),
      );
      for (const node of compositionOf(architecture).nodes) {
        const what = `${String(config['architectures'])}: ${JSON.stringify(node)}`;
        if (node.kind === 'parameter') assert.ok(names.has(node.path), what);
        if (node.kind === 'normalisation') assert.ok(names.has(`${node.path}.weight`), what);
        if (node.kind !== 'layer' && node.kind !== 'lookup') continue;
        const shape = names.get(`${node.path}.${node.tensor}`);
        assert.ok(shape, what);
        const isConvolution = shape.length > 2;
        const isTransposed = /(c_attn|c_proj|c_fc)$/.test(node.path);
        const outputs = node.kind === 'lookup' || isTransposed ? shape[1] : shape[0];
        assert.equal(node.shape?.at(isConvolution ? 1 : -1), outputs, what);
      }
    }
  });

  it('bounds an image transformer and a text classifier through their composition', () => {
    for (const config of [
      { model_type: 'vit', architectures: ['ViTForImageClassification'], ...IMAGE },
      { model_type: 'vit_mae', architectures: ['ViTMAEForPreTraining'], ...IMAGE },
      { model_type: 'beit', architectures: ['BeitForImageClassification'], ...IMAGE },
      { model_type: 'bert', architectures: ['BertForSequenceClassification'], ...TEXT },
      { model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], n_embd: 8, n_layer: 1, n_head: 2, n_positions: 10, vocab_size: 31 },
      { model_type: 'llama', architectures: ['LlamaForCausalLM'], ...TEXT },
    ]) {
      const { bound } = boundOf(read(config), 1000);
      assert.ok(bound, config.model_type);
      const lost = bound.report.terms
        .flatMap(({ assumptions }) => assumptions)
        .filter(each => /^(no bound along|how the layers)/.test(each));
      assert.deepEqual(lost, [], config.model_type);
    }
  });

  it('walks a model without blocks to numbers that follow by hand', () => {
    const architecture = read({
      model_type: 'vit',
      architectures: ['ViTForImageClassification'],
      ...IMAGE,
      num_hidden_layers: 0,
      num_labels: 2,
    });
    const composition = compositionOf(architecture);
    const norms = initialNorms(architecture);
    // Pixels in [0, 1]: ‖x‖ ≤ √(3 · 12 · 12).
    const input = Math.log(Math.sqrt(432));
    const sizes = ranges(composition, norms, { euclidean: input, rows: input, entry: 0 });
    const amplification = (path: string) =>
      Math.exp(logAmplification(composition, norms, sizes, mainOutput(composition)!, { path, tensor: 'weight' }));
    const near = (actual: number, expected: number) => assert.ok(Math.abs(actual / expected - 1) < 1e-12, `${actual}, not ${expected}`);
    // The classifier sees one normed row of 8 values, of length at most √8.
    near(amplification('classifier'), Math.sqrt(8));
    // No pixel lies in two patches, dividing by √ε = 10⁻⁶ stretches by 10⁶, and the classifier by 0.02 · (√2 + √8).
    near(amplification('vit.embeddings.patch_embeddings.projection'), Math.sqrt(432) * 1e6 * 0.02 * (Math.sqrt(2) + Math.sqrt(8)));
  });

  it('counts a table of words where it is looked up and where it scores', () => {
    const architecture = read({
      model_type: 'gpt2',
      architectures: ['GPT2LMHeadModel'],
      n_embd: 4,
      n_layer: 0,
      n_head: 1,
      n_positions: 1,
      vocab_size: 9,
    });
    const composition = compositionOf(architecture);
    const norms = initialNorms(architecture);
    const sizes = ranges(composition, norms, { euclidean: 0, rows: 0, entry: 0 });
    const table = { path: 'transformer.wte', tensor: 'weight' };
    const amplification = Math.exp(logAmplification(composition, norms, sizes, mainOutput(composition)!, table));
    // A row of the table moves by 1, is normed (1/√10⁻⁵) and scored (‖W‖ = 0.02 · (√4 + √9)); the normed row has length √4.
    const expected = (0.02 * (2 + 3)) / Math.sqrt(1e-5) + 2;
    assert.ok(Math.abs(amplification / expected - 1) < 1e-12, `${amplification}, not ${expected}`);
  });
});
