import assert from 'node:assert/strict';
import type { Architecture } from '../../../src/architecture/architecture';
import { allLayers, parameterPath, tensorCounts } from '../../../src/architecture/counts';
import { readConfiguration } from '../../../src/definitions/huggingFace/huggingFaceReader';
import { sourceText, summary, tensorsOf } from './reading';

type Tensors = Record<string, readonly number[]>;

interface Small {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: Tensors;
  readonly frozen: Tensors;
}

interface Default {
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  readonly learnable: number;
}

const { small, defaults } = JSON.parse(sourceText('test/fixtures/definitions/huggingFace/recorded.json')) as {
  readonly small: readonly Small[];
  readonly defaults: readonly Default[];
};

const readOne = (config: object): Architecture => {
  const { found, broken } = readConfiguration(JSON.stringify(config, undefined, 2));
  assert.equal(broken, false);
  assert.equal(found.length, 1);
  return found[0]!;
};

function frozenOf(architecture: Architecture): Tensors {
  const named = [...allLayers(architecture.layers)].flatMap(layer =>
    (layer.frozen ?? []).map(parameter => [parameterPath(layer, parameter), parameter.shape] as const),
  );
  return Object.fromEntries(named);
}

describe('reading a Hugging Face config.json', () => {
  for (const { config, tensors, frozen } of small) {
    const { model_type: type, architectures, ...rest } = config;
    it(`${String(architectures)} has the library's tensors with ${JSON.stringify(rest)}`, () => {
      const architecture = readOne(config);
      assert.equal(architecture.parameterCount.known, true, `${String(type)}: ${summary(architecture)}`);
      assert.deepEqual(tensorsOf(architecture), tensors);
      assert.deepEqual(frozenOf(architecture), frozen);
    });
  }

  for (const { config, parameters, learnable } of defaults) {
    it(`${String(config['architectures'])} without any size has the library's defaults`, () => {
      const { parameters: all, trainable } = tensorCounts(readOne(config));
      assert.deepEqual([all, trainable], [parameters, learnable]);
    });
  }

  const published: readonly (readonly [name: string, config: object, count: number])[] = [
    ['bert-base-uncased', { model_type: 'bert', architectures: ['BertForMaskedLM'] }, 109_514_298],
    ['roberta-base', { model_type: 'roberta', max_position_embeddings: 514, type_vocab_size: 1 }, 124_645_632],
    ['gpt2', { model_type: 'gpt2', architectures: ['GPT2LMHeadModel'] }, 124_439_808],
    ['llama-7b', { architectures: ['LlamaForCausalLM'] }, 6_738_415_616],
    ['vit-base-patch16-224', { model_type: 'vit', architectures: ['ViTForImageClassification'], num_labels: 1000 }, 86_567_656],
    ['vit-mae-base', { model_type: 'vit_mae', architectures: ['ViTMAEForPreTraining'] }, 111_907_840],
    ['whisper-tiny', { model_type: 'whisper', architectures: ['WhisperForConditionalGeneration'] }, 37_760_640],
  ];
  for (const [name, config, count] of published) {
    it(`${name} has its published number of parameters`, () => assert.equal(tensorCounts(readOne(config)).parameters, count));
  }

  const unknown: readonly (readonly [why: string, config: object, reason: string])[] = [
    ['a model type of another library', { model_type: 'mamba' }, 'the model type `mamba` is not known (line 2)'],
    [
      'a class that has no rule',
      { model_type: 'bert', architectures: ['BertForSinging'] },
      '`BertForSinging` is not a class of the model type `bert` that is known (line 4)',
    ],
    ['a class without model type', { architectures: ['MyModel'] }, '`MyModel` is not a class that is known (line 3)'],
    ['a size in words', { model_type: 'vit', hidden_size: 'big' }, 'hidden_size is "big", not a whole number (line 3)'],
    [
      'heads that do not divide',
      { model_type: 'bert', num_attention_heads: 7 },
      'a width of 768 does not divide by num_attention_heads = 7 (line 3)',
    ],
    ['pruned heads', { model_type: 'bert', pruned_heads: { 1: [0] } }, 'pruned heads are not followed (line 3)'],
    ['an adapter', { model_type: 'wav2vec2', add_adapter: true }, 'adapters are not followed (line 3)'],
    [
      'a size inside',
      { model_type: 'clip', text_config: { hidden_size: -1 } },
      'text_config.hidden_size is -1, not a whole number (line 4)',
    ],
    ['blocks without end', { model_type: 'gpt2', n_layer: 99_999_999 }, '99999999 blocks are more than any model has (line 2)'],
  ];
  for (const [why, config, reason] of unknown) it(`${why} is unknown`, () => assert.equal(summary(readOne(config)), reason));

  const nothing: readonly (readonly [why: string, text: string, broken: boolean])[] = [
    ['another JSON file', '{"name": "x", "version": "1"}', false],
    ['a list', '[1, 2]', false],
    ['an empty text', '', true],
    ['half a file', '{"hidden_size": 3,', true],
    ['a nesting without end', '['.repeat(100_000), false],
  ];
  for (const [why, text, broken] of nothing)
    it(`${why} defines nothing`, () => assert.deepEqual(readConfiguration(text), { found: [], broken }));

  it('stands over the name of its class', () => {
    const [model] = readConfiguration('{\n  "architectures": [\n    "ViTModel"\n  ],\n  "model_type": "vit"\n}').found;
    assert.deepEqual(model?.range, { startLine: 2, startColumn: 4, endLine: 2, endColumn: 14 });
  });
});
