import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { ValueFault } from '../../../../src/common/fault';
import type { Trial } from '../../../../src/studies/study';
import type { TrialResults } from '../../../../src/training/results';
import { contextEncoder, masked, maskReconstruction, models, OutputFolder, training, trialOf } from './ownTrials';
import { FIXTURES } from './programs';

describe('a trial with a definition as encoder', () => {
  const folder = new OutputFolder();
  const run = (trial: Trial): Promise<TrialResults> => folder.run(trial);
  const saved = (file?: string): Promise<ReadonlyMap<string, Float32Array>> => folder.saved(file);

  before(() => folder.make());
  after(() => folder.remove());

  it('pre-trains the masked autoencoder of the sample by its method, and saves the whole state under its own names', async () => {
    const results = await run(trialOf({ definition: `${models}/mae.py#MaskedAutoencoder`, method: 'features' }));
    assert.ok(results.pretraining!.trainLoss < 0.3);
    assert.equal(results.encoderParameters, 59_808, 'the decoder of the source counts for nothing: no feature depends on it');
    const state = await saved();
    assert.equal(state.get('blocks.1.attn.qkv.weight')!.length, 144 * 48);
    assert.equal(state.get('decoder_pred.weight')!.length, 49 * 32);
    assert.equal(state.size, 49);
  });

  const flax = path.join(FIXTURES, 'flax/models.py');

  it('leaves masked patches out of a Flax module with tokens, and saves its variables by their collections', async () => {
    const { definition, pretraining } = await run(
      trialOf({ definition: `${flax}#VisionTransformer`, arguments: { patch: 7, depth: 1 } }, masked),
    );
    assert.deepEqual(definition!.masking, { at: 'tokens', patch: 7 });
    assert.ok(pretraining!.trainLoss < 0.5);
    const state = await saved();
    assert.equal(state.get('params/encoder_0/MultiHeadDotProductAttention_0/query/kernel')!.length, 12 * 12);
    assert.equal(state.size, 2 + 2 + 2 + 16);
  });

  it('moves the running statistics of a Flax module', async () => {
    const { pretraining } = await run(trialOf({ definition: `${flax}#Convolutional` }));
    assert.ok(Number.isFinite(pretraining!.trainLoss));
    const state = await saved();
    assert.ok(state.get('batch_stats/norm/mean')!.some(value => value !== 0));
    assert.ok(state.get('batch_stats/norm/var')!.every(value => value > 0 && value !== 1));
  });

  it('leaves masked patches out of a definition with tokens', async () => {
    const { definition, pretraining } = await run(
      trialOf({ definition: `${models}/mae.py#MaskedAutoencoder`, method: 'features' }, masked),
    );
    assert.deepEqual(definition!.masking, { at: 'tokens', patch: 7 });
    assert.ok(pretraining!.trainLoss < 0.3 && pretraining!.withoutCertificate === undefined);
    assert.equal((await saved()).size, 49);
  });

  it('draws the masks of an encoder that would hide tokens itself', async () => {
    const choice = { definition: `${FIXTURES}/tokens.py#SelfMasking`, arguments: { size: 28, patch: 7 }, method: 'encode' };
    const { definition, pretraining } = await run(trialOf(choice, masked));
    assert.deepEqual(definition!.masking, { at: 'tokens', patch: 7 });
    assert.ok(pretraining!.trainLoss < 0.3);
  });

  it('masks the image of a definition without tokens, and says so', async () => {
    const features = { layer: 'head', side: 'input' } as const;
    const { definition, pretraining } = await run(trialOf({ definition: `${models}/mlp.py#Convolutional`, features }, masked));
    assert.equal(definition!.masking!.at, 'input');
    assert.ok(pretraining!.trainLoss < 0.3);
  });

  for (const objective of [contextEncoder, maskReconstruction])
    it(`pre-trains a definition by ${objective.kind}`, async () => {
      const { pretraining } = await run(trialOf({ definition: `${models}/mae.py#MaskedAutoencoder`, method: 'features' }, objective));
      assert.ok(Number.isFinite(pretraining!.holdOutLoss) && pretraining!.trainLoss < 1.5);
      assert.equal((await saved()).size, 49, 'neither decoder nor teacher are saved with it');
    });

  it('normalises by batches while it trains, and keeps what they leave as running statistics', async () => {
    const features = { layer: 'head', side: 'input' } as const;
    await run(trialOf({ definition: `${models}/mlp.py#Convolutional`, arguments: { width: 4 }, features }));
    const state = await saved();
    assert.equal(state.get('encoder.1.num_batches_tracked')![0], training.steps);
    assert.ok(state.get('encoder.1.running_mean')!.some(value => Math.abs(value) > 1e-3));
    assert.ok(state.get('encoder.1.running_var')!.every(value => value > 0 && value !== 1));
    assert.equal(state.get('head.weight')!.length, 160);
  });

  it('begins with a checkpoint, and says what of it had no counterpart', async () => {
    const kept = path.join(folder.path, 'start.safetensors');
    await copyFile(path.join(folder.path, 'encoder.safetensors'), kept);
    const before = await saved(kept);
    const choice = { definition: `${models}/mlp.py#Convolutional`, checkpoint: kept, features: { layer: 'head', side: 'input' } } as const;
    const { definition } = await run(trialOf({ ...choice, arguments: { width: 4, classes: 3 } }, { kind: 'none' }));
    assert.deepEqual(definition!.checkpoint, {
      started: 21,
      missing: [
        { name: 'head.weight', why: 'head.weight has shape [10, 16], the definition [3, 16]' },
        { name: 'head.bias', why: 'head.bias has shape [10], the definition [3]' },
      ],
      unused: ['head.weight', 'head.bias'],
    });
    assert.deepEqual((await saved()).get('encoder.3.weight'), before.get('encoder.3.weight'));
  });

  it('trains a chain with dropout, which it leaves out and names', async () => {
    const file = path.join(FIXTURES, 'modules.py');
    const results = await run(
      trialOf({ definition: `${file}#VisionTransformer`, arguments: { img_size: 28, patch_size: 7 }, method: 'forward_features' }),
    );
    assert.deepEqual(results.definition, { withoutDropout: ['blocks.0.attn.drop', 'blocks.1.attn.drop'] });
  });

  it('makes a smaller model by scaled arguments', async () => {
    const scale = { depth: 0.5, width: 0.5, heads: 0.5 };
    await run(trialOf({ definition: `${models}/mae.py#MaskedAutoencoder`, method: 'features', scale }, { kind: 'none' }));
    const state = await saved();
    assert.equal(state.get('blocks.0.attn.qkv.weight')!.length, 72 * 24);
    assert.ok(!state.has('blocks.1.attn.qkv.weight'));
  });

  it('names what cannot be computed by line, with the nearest encoder of its own', async () => {
    const file = path.join(FIXTURES, 'modules.py');
    await assert.rejects(run(trialOf({ definition: `${file}#Unfinished` })), (error: unknown) => {
      assert.ok(error instanceof ValueFault);
      assert.match(
        error.message,
        /cannot be trained as it is: line 304: logcumsumexp \(.*\); line 305: rot90 \(.*\); line 300: volume \(.*sparse_/,
      );
      assert.match(error.message, /use the built-in encoder \{ "kind": "deep net"/);
      return true;
    });
  });

  it('gives the same weights for the same seed', async () => {
    const trial = trialOf({ definition: `${models}/mlp.py#perceptron`, features: { layer: '3', side: 'output' } });
    await run(trial);
    const first = await saved();
    await run(trial);
    assert.deepEqual(await saved(), first);
    assert.equal(first.get('1.weight')!.length, 784 * 256);
  });
});
