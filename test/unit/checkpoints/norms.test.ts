import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkpointNorms, type NormOptions } from '../../../src/checkpoints/norms';
import { Random } from '../../../src/common/random';
import { plainProduct } from '../../../src/theory/weights/products';
import { nativeProduct } from '../../../src/training/engine/nativeProduct';
import { nativeSingle } from '../../../src/training/engine/nativeSingle';
import { fixture, reference, withCheckpoint } from './fixtures';

const close = (actual: number | undefined, expected: number, what: string) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= 1e-6 * Math.abs(expected), `${what}: ${actual} instead of ${expected}`);

const normsOf = (file: string, options: Partial<NormOptions> = {}) =>
  withCheckpoint(fixture(file), checkpoint => checkpointNorms(checkpoint, { product: plainProduct, ...options }));

describe('norms of a checkpoint', () => {
  for (const [file, model] of [
    ['cnn/model.safetensors', 'cnn_bn_6_12'],
    ['cnn/model_legacy.pt', 'cnn_bn_6_12'],
    ['mlp/model.safetensors', 'mlp_64_128_64_10'],
    ['vit/model.safetensors', 'vit_d32'],
  ] as const)
    it(`are those of NumPy for every layer of ${file}`, async () => {
      const { tensors, totals } = await normsOf(file);
      const { layers, measures } = reference(model);
      for (const layer of layers) {
        const found = tensors.find(({ name }) => name === `${layer.name}.weight`)!;
        assert.ok(
          found.spectral!.lower <= layer.spectral * (1 + 1e-12) && found.spectral!.upper >= layer.spectral * (1 - 1e-12),
          layer.name,
        );
        close(found.spectral!.lower, layer.spectral, 'lower');
        close(found.spectral!.upper, layer.spectral, 'upper');
        close(found.frobenius, layer.frobenius, 'Frobenius');
        close(found.l21, layer.norm21_sum_of_row_l2, '(2,1)');
        close(found.l1Infinity, layer.max_row_l1, '(1,∞)');
        close(found.stableRank, layer.stable_rank, 'stable rank');
      }
      close(totals.logProductSpectral.upper, measures.log_prod_spectral!, 'product');
      assert.equal(totals.matrices, layers.length);
    });

  it('are the same where memory is scarce and matrices are streamed, and cut into blocks that are said to be where it is scarcer', async () => {
    const stream = { side: 100, doubleSide: 20, slice: 1000, window: 1000 };
    const held = await normsOf('mlp/model.safetensors');
    const streamed = await normsOf('mlp/model.safetensors', { limits: { bytes: 0, stream } });
    const cut = await normsOf('mlp/model.safetensors', { limits: { bytes: 0, stream: { ...stream, side: 40 } } });
    for (const [at, { name, spectral }] of held.tensors.entries()) {
      if (!spectral) continue;
      const [one, coarse] = [streamed.tensors[at]!.spectral!, cut.tensors[at]!.spectral!];
      close(one.upper, spectral.upper, name);
      assert.ok(one.lower <= spectral.upper && spectral.lower <= one.upper && one.upperBy === undefined, name);
      const isCut = Math.min(...held.tensors[at]!.shape) > 40;
      assert.equal(coarse.upperBy, isCut ? 'blocks' : undefined, name);
      assert.ok(coarse.lower <= spectral.upper && spectral.lower <= coarse.upper && coarse.upper < 1.4 * spectral.upper, name);
    }
  });

  it('give vectors, counters, positions and tokens no spectral norm', async () => {
    const { tensors } = await normsOf('vit/model.safetensors');
    for (const name of ['cls_token', 'pos_embed', 'patch_embed.bias'])
      assert.equal(tensors.find(tensor => tensor.name === name)!.spectral, undefined, name);
    const { tensors: cnn } = await normsOf('cnn/model.pt');
    assert.deepEqual(Object.keys(cnn.find(({ name }) => name === 'bn1.num_batches_tracked')!), ['name', 'shape', 'dtype', 'frobenius']);
  });

  it('are the same from a matrix that is read whole and from its chunks; a file that became shorter meanwhile is refused', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-norms-'));
    const file = path.join(folder, 'wide.safetensors');
    try {
      const random = new Random('wide');
      const values = Float32Array.from({ length: 600 * 2000 }, () => random.normal());
      const header = Buffer.from(JSON.stringify({ wide: { dtype: 'F32', shape: [600, 2000], data_offsets: [0, values.byteLength] } }));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      writeFileSync(file, Buffer.concat([length, header, Buffer.from(values.buffer)]));
      const options = { product: await nativeProduct(1), single: await nativeSingle(1) };
      await withCheckpoint(file, async checkpoint => {
        let filled = 0;
        const watched = {
          file,
          format: checkpoint.format,
          tensors: checkpoint.tensors,
          read: checkpoint.read.bind(checkpoint),
          chunks: checkpoint.chunks.bind(checkpoint),
          close: checkpoint.close.bind(checkpoint),
        };
        const chunked = await checkpointNorms(watched, options);
        const fill = async (name: string, into: Float32Array) => {
          const done = await checkpoint.fill!(name, into);
          if (done) filled++;
          return done;
        };
        assert.deepEqual(await checkpointNorms({ ...watched, fill }, options), chunked);
        assert.equal(filled, 1);
        const { lower, upper } = chunked.tensors[0]!.spectral!;
        assert.ok(upper / lower - 1 < 1e-3);
        truncateSync(file, 1000);
        await assert.rejects(checkpointNorms(checkpoint, options), /became shorter while it was read/);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('sum over output units wherever the format stores them', async () => {
    const expected = reference('mlp_64_128_64_10').layers.map(layer => layer.norm21_sum_of_row_l2);
    for (const file of [
      'mlp/model.keras',
      'mlp/weights_keras2_layout.h5',
      'mlp/tfjs/model.json',
      'mlp/sharded/model.safetensors.index.json',
    ]) {
      const { tensors } = await normsOf(file);
      const found = tensors.filter(({ spectral }) => spectral).map(({ l21 }) => l21);
      expected.forEach((value, index) => close(found[index], value, file));
    }
  });

  /** A kernel of one input channel and as many filters as the input has channels may also be a depthwise one, and is taken so. */
  it('take a convolution as the operator it is when its input is known, as a kernel otherwise', async () => {
    for (const layer of reference('cnn_bn_6_12').layers.filter(({ conv_input_hw }) => conv_input_hw)) {
      const size = layer.conv_input_hw!;
      const channels = layer.name === 'conv1' ? 1 : 6;
      const { tensors } = await normsOf('cnn/model.safetensors', { inputShape: { channels, plane: [size, size] } });
      for (const { name, shape, spectral } of tensors.filter(tensor => tensor.spectral && tensor.shape.length === 4))
        assert.equal(spectral!.of, shape[1] === channels || shape[0] === channels ? 'operator' : 'kernel', name);
      const found = tensors.find(({ name }) => name === `${layer.name}.weight`)!.spectral!;
      close(found.lower, layer.dense_operator_spectral!, 'lower');
      close(found.upper, layer.dense_operator_spectral!, 'upper');
    }
  });

  it('fit a power law only where it is asked for and the spectrum is long enough', async () => {
    const { tensors } = await normsOf('mlp/model.safetensors', { powerLaw: true });
    assert.deepEqual(
      tensors.filter(({ powerLaw }) => powerLaw).map(({ name }) => name),
      ['net.0.weight', 'net.2.weight'],
    );
  });

  it('report progress and stop when asked', async () => {
    const controller = new AbortController();
    const fractions: number[] = [];
    const progress = (fraction: number) => {
      fractions.push(fraction);
      if (fractions.length === 3) controller.abort();
    };
    await assert.rejects(() => normsOf('mlp/model.safetensors', { progress, signal: controller.signal }), /stopped/);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.equal(fractions.length, 3);
  });
});
