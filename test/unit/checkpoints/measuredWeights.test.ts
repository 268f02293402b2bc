import assert from 'node:assert/strict';
import path from 'node:path';
import { known, type Layer } from '../../../src/architecture/architecture';
import type { WeightNorms } from '../../../src/architecture/compositionWeights';
import { matchWeights } from '../../../src/checkpoints/matchWeights';
import { measureWeights, peeledWeights, type MeasuredWeight } from '../../../src/checkpoints/measuredWeights';
import { openCheckpoint } from '../../../src/checkpoints/openCheckpoint';
import { plainProduct } from '../../../src/theory/weights/products';

const range = { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };
const layer = (path: string, own: Readonly<Record<string, readonly number[]>>, buffers?: Layer['buffers']): Layer => ({
  path,
  type: 'layer',
  kind: 'other',
  arguments: {},
  parameters: known(Object.entries(own).map(([name, shape]) => ({ name, shape }))),
  ...(buffers && { buffers }),
  children: [],
  range,
});
const otherwise: WeightNorms = { spectral: () => 7, length: () => 8, largest: () => 9, leastVariance: () => 10 };

async function measured(file: string, layers: readonly Layer[]): Promise<readonly MeasuredWeight[]> {
  const checkpoint = await openCheckpoint(path.join('test/fixtures/checkpoints', file));
  try {
    const matching = matchWeights(layers, checkpoint.tensors);
    assert.deepEqual(matching.missing, []);
    return await measureWeights(checkpoint, matching, { product: plainProduct });
  } finally {
    await checkpoint.close();
  }
}

describe('measured weights of a definition', () => {
  it('give norms that are at least the measured ones and at most a grid step above, and the others where nothing was measured', async () => {
    const found = await measured('mlp/model.safetensors', [layer('net.0', { weight: [128, 64], bias: [128] })]);
    const { norms, nats } = peeledWeights(found, otherwise);
    const [weight, bias] = found.map(one => one.norms);
    const step = 1 + 1 / 2;
    const spectral = norms.spectral('net.0', 'weight')!;
    assert.ok(spectral >= weight!.spectral!.upper && spectral < step * weight!.spectral!.upper);
    const length = norms.length('net.0', 'bias')!;
    assert.ok(length >= bias!.frobenius && length < step * bias!.frobenius);
    assert.ok(nats > 0);
    assert.deepEqual([norms.spectral('net.2', 'weight'), norms.length('net.2', 'bias'), norms.leastVariance('net.2')], [7, 8, 10]);
  });

  it('know gains of normalisations, running variances from below, and tensors that are used as they are', async () => {
    const running = known([
      { name: 'running_mean', shape: [6] },
      { name: 'running_var', shape: [6] },
      { name: 'num_batches_tracked', shape: [] },
    ]);
    const found = await measured('cnn/model.safetensors', [layer('bn1', { weight: [6], bias: [6] }, running)]);
    const { norms } = peeledWeights(found, otherwise);
    const gain = found.find(({ parameter }) => parameter === 'weight')!;
    const variance = found.find(({ parameter }) => parameter === 'running_var')!;
    assert.ok(norms.largest('bn1', 'weight')! >= gain.largest! && norms.leastVariance('bn1')! <= variance.least!);
    assert.ok(norms.leastVariance('bn1')! > 0.5 * variance.least!);
    const tokens = await measured('vit/model.safetensors', [
      layer('cls_token', { '': [1, 1, 32] }),
      layer('pos_embed', { '': [1, 17, 32] }),
    ]);
    const peeled = peeledWeights(tokens, otherwise).norms;
    for (const { layer: token, norms: own } of tokens) {
      const [length, spectral] = [peeled.length(token, '')!, peeled.spectral(token, '')!];
      assert.ok(length >= own.frobenius && length < 1.5 * own.frobenius && spectral >= own.frobenius, token);
    }
  });

  it('cost nothing and are the others where there is none', () =>
    assert.deepEqual(peeledWeights([], otherwise), { norms: otherwise, nats: 0 }));
});
