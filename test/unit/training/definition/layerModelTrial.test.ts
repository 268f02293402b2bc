import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { contextEncoder, masked, maskReconstruction, models, OutputFolder, trialOf } from './ownTrials';
import { FIXTURES } from './programs';

describe('a trial with a model of Keras or TensorFlow.js as encoder', () => {
  const folder = new OutputFolder();

  before(() => folder.make());
  after(() => folder.remove());

  const transformer = {
    definition: `${FIXTURES}/keras/models.py#VisionTransformer`,
    arguments: { patch: 7, width: 8, depth: 2, heads: 2 },
  };

  it('leaves masked patches out of a transformer of Keras, and saves its weights under their paths', async () => {
    const { definition, pretraining } = await folder.run(trialOf(transformer, masked));
    assert.deepEqual(definition!.masking, { at: 'tokens', patch: 7 });
    assert.deepEqual(definition!.withoutDropout, [
      'block/multi_head_attention',
      'block/sequential/dropout',
      'block_1/multi_head_attention_1',
      'block_1/sequential_1/dropout_1',
    ]);
    assert.ok(pretraining!.trainLoss < 0.3 && pretraining!.withoutCertificate === undefined);
    const state = await folder.saved();
    assert.equal(state.size, 38);
    assert.equal(state.get('tokens/positions')!.length, 17 * 8);
    assert.equal(state.get('block_1/multi_head_attention_1/attention_output/kernel')!.length, 64);
  });

  it('begins with what another run of it saved', async () => {
    const checkpoint = path.join(folder.path, 'encoder.safetensors');
    const before = await folder.saved();
    const { definition } = await folder.run(trialOf({ ...transformer, checkpoint }, { kind: 'none' }));
    assert.deepEqual(definition!.checkpoint, { started: 38, missing: [], unused: [] });
    assert.deepEqual(await folder.saved(), before);
  });

  for (const objective of [contextEncoder, maskReconstruction])
    it(`pre-trains the sample of Keras by ${objective.kind}`, async () => {
      const features = { layer: 'encoder', side: 'output' } as const;
      const { pretraining } = await folder.run(trialOf({ definition: `${models}/context_encoder.py#ContextEncoder`, features }, objective));
      assert.ok(Number.isFinite(pretraining!.holdOutLoss) && pretraining!.trainLoss < 1.5);
      assert.equal((await folder.saved()).get('encoder/dense/kernel')!.length, 7 * 7 * 32 * 64);
    });

  it('normalises by batches while it trains, and keeps what they leave as moving statistics', async () => {
    await folder.run(trialOf({ definition: `${FIXTURES}/keras/networks.py#Convolutional` }));
    const state = await folder.saved();
    assert.ok(state.get('sequential/batch_normalization/moving_mean')!.some(value => Math.abs(value) > 1e-3));
    assert.ok(state.get('sequential/batch_normalization/moving_variance')!.every(value => value > 0 && value !== 1));
  });

  const nnx = `${FIXTURES}/nnx/models.py`;

  it('leaves masked patches out of a module of nnx, and saves its parameters where nnx holds them', async () => {
    const choice = { definition: `${nnx}#VisionTransformer`, arguments: { size: 28, patch: 7 } };
    const { definition, pretraining } = await folder.run(trialOf(choice, masked));
    assert.deepEqual(definition!.masking, { at: 'tokens', patch: 7 });
    assert.deepEqual(definition!.withoutDropout, ['blocks/0/attention', 'blocks/1/attention']);
    assert.ok(pretraining!.trainLoss < 0.3 && pretraining!.withoutCertificate === undefined);
    const state = await folder.saved();
    assert.equal(state.size, 4 + 2 * 16 + 2);
    assert.equal(state.get('blocks/1/attention/query/kernel')!.length, 12 * 12);
    const { definition: again } = await folder.run(
      trialOf({ ...choice, checkpoint: path.join(folder.path, 'encoder.safetensors') }, { kind: 'none' }),
    );
    assert.deepEqual(again!.checkpoint, { started: 38, missing: [], unused: [] });
    assert.deepEqual(await folder.saved(), state);
  });

  for (const objective of [contextEncoder, maskReconstruction])
    it(`pre-trains a module of nnx with running statistics by ${objective.kind}`, async () => {
      const { pretraining } = await folder.run(trialOf({ definition: `${nnx}#Convolutional`, arguments: { width: 6 } }, objective));
      assert.ok(Number.isFinite(pretraining!.holdOutLoss) && pretraining!.trainLoss < 1.5);
      const state = await folder.saved();
      assert.ok(state.get('norm/mean')!.some(value => value !== 0));
      assert.ok(state.get('norm/var')!.every(value => value > 0 && value !== 1));
    });

  it('takes the features of nnx where an inner module of its own makes them', async () => {
    const features = { layer: 'blocks/0', side: 'output' } as const;
    const { encoderParameters } = await folder.run(
      trialOf({ definition: `${nnx}#VisionTransformer`, arguments: { size: 28, patch: 7 }, features }),
    );
    const [block, patches, tokens] = [4 * 12 * 13 + 2 * 24 + 12 * 24 * 2 + 36, 49 * 12 + 12, 12 + 17 * 12];
    assert.equal(encoderParameters, block + patches + tokens);
  });

  it('saves the sample of TensorFlow.js in its own files too', async () => {
    const features = { layer: 'encoder', side: 'output' } as const;
    const { pretraining } = await folder.run(trialOf({ definition: `${models}/denoising.js#autoencoder`, features }));
    assert.ok(pretraining!.trainLoss < 0.3);
    const state = await folder.saved();
    const [group] = JSON.parse(await readFile(path.join(folder.path, 'weights_manifest.json'), 'utf8')) as [
      io.WeightsManifestConfig[number],
    ];
    assert.deepEqual(group.paths, ['weights.bin']);
    const bytes = await readFile(path.join(folder.path, 'weights.bin'));
    const tensors = io.decodeWeights(new Uint8Array(bytes).buffer, group.weights);
    assert.deepEqual(Object.keys(tensors), [...state.keys()]);
    for (const [name, tensor] of Object.entries(tensors)) assert.deepEqual(await tensor.data(), state.get(name), name);
    assert.deepEqual(tensors['conv2d_Conv2D2/kernel']!.shape, [3, 3, 16, 32]);
  });

  it('names by line what of a model of Keras cannot be computed', async () => {
    const definition = `${FIXTURES}/keras/networks.py#Recurrent`;
    await assert.rejects(
      folder.run(trialOf({ definition })),
      /Recurrent cannot be trained as it is: line \d+: LSTM \(`stateful` and `time_major` are not followed\).*use the built-in encoder/,
    );
  });
});
