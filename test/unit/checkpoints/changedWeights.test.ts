import assert from 'node:assert/strict';
import { known, type Layer } from '../../../src/architecture/architecture';
import { changeNorms } from '../../../src/checkpoints/changedWeights';
import type { Checkpoint } from '../../../src/checkpoints/checkpoint';
import { matchWeights } from '../../../src/checkpoints/matchWeights';
import { plainProduct } from '../../../src/theory/weights/products';
import { close } from '../theory/support';
import { fixture, reference, withCheckpoint } from './fixtures';

const LAYER: Layer = {
  path: 'net.0',
  type: 'nn.Linear',
  kind: 'linear',
  arguments: {},
  parameters: known([{ name: 'weight', shape: [128, 64] }]),
  children: [],
  range: { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 },
};

/** A view of a checkpoint that gives its values so many at a time. */
const inParts = (checkpoint: Checkpoint, size: number): Checkpoint => ({
  file: checkpoint.file,
  format: checkpoint.format,
  tensors: checkpoint.tensors,
  read: checkpoint.read.bind(checkpoint),
  async *chunks(name) {
    const values = await checkpoint.read(name);
    for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
  },
  close: () => Promise.resolve(),
});

const changes = (size: number, sizeBefore: number, sigma?: number) =>
  withCheckpoint(fixture('mlp/model.safetensors'), trained =>
    withCheckpoint(fixture('mlp/init.safetensors'), async before => {
      const { matches } = matchWeights([LAYER], trained.tensors);
      const found = await changeNorms(
        inParts(trained, size),
        inParts(before, sizeBefore),
        [LAYER],
        matches,
        { product: plainProduct },
        sigma,
      );
      return found.get('net.0.weight')!;
    }),
  );

describe('what training changed of a matrix', () => {
  const expected = reference('mlp_64_128_64_10').layers[0]!;

  for (const [size, sizeBefore, why] of [
    [8192, 8192, 'one chunk each'],
    [1000, 1000, 'chunks that end together'],
    [700, 999, 'chunks that end at different places'],
    [5000, 11, 'many for one'],
  ] as const)
    it(`is measured from ${why}`, async () => {
      const found = await changes(size, sizeBefore);
      close(found.frobenius, expected.dist_init_frobenius, 1e-6);
      close(found.l21!, expected.dist_init_norm21_sum_of_row_l2, 1e-6);
      assert.equal(found.noise, undefined);
    });

  it('bears noise in proportion to each change, the same from any chunks', async () => {
    const [whole, parts] = [(await changes(8192, 8192, 0.5)).noise!, (await changes(70, 31, 0.5)).noise!];
    assert.deepEqual([whole.weights, parts.weights], [8192, 8192]);
    close(parts.logVariances, whole.logVariances, 1e-12);
    assert.ok(whole.logVariances > 8192 * Math.log(1e-6), 'more than that of weights that did not change');
  });
});
