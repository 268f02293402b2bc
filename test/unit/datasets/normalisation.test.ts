import assert from 'node:assert/strict';
import { ValueFault } from '../../../src/common/fault';
import { fitNormalisation, normalised, requireUnitRange } from '../../../src/datasets/normalisation';
import { everySample, memorySamples } from '../../../src/datasets/samples';

/** 50 images of 1 × 2 pixels and two channels: one from 0.2 to 0.4, the other 0.9 throughout. */
const images = memorySamples(
  { count: 50, height: 1, width: 2, channels: 2 },
  Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.2 + (0.2 * i) / 198 : 0.9)),
);
/** 60 rows of three columns, which lie in [0, 59], [−590, 0] and at 7. */
const rows = memorySamples(
  { count: 60, height: 1, width: 3, channels: 1 },
  Float32Array.from({ length: 180 }, (_, i) => [Math.floor(i / 3), -10 * Math.floor(i / 3), 7][i % 3]!),
);
const moments = (values: Float32Array, groups: number, group: number) => {
  const own = [...values].filter((_, i) => i % groups === group);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  return [mean, Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length)];
};

describe('normalisation', () => {
  for (const [what, samples, tabular, groups] of [
    ['channel of images', images, false, 2],
    ['column of a table', rows, true, 3],
  ] as const) {
    it(`gives each ${what} mean 0 and deviation 1, a constant one 0`, async () => {
      const normalisation = await fitNormalisation(samples, 'standardise', tabular);
      const mapped = normalised(samples, normalisation);
      const values = await mapped.read(everySample(samples));
      for (let group = 0; group < groups; group++) {
        const [mean, deviation] = moments(values, groups, group);
        assert.ok(Math.abs(mean!) < 1e-5, `${mean}`);
        assert.ok(Math.abs(deviation! - (group === groups - 1 ? 0 : 1)) < 1e-5, `${deviation}`);
      }
      assert.deepEqual(mapped.range, normalisation.range);
    });

    it(`brings each ${what} onto [0, 1]`, async () => {
      const normalisation = await fitNormalisation(samples, 'range', tabular);
      assert.deepEqual(normalisation.range, [0, 1]);
      const values = [...(await normalised(samples, normalisation).read(everySample(samples)))];
      for (let group = 0; group < groups - 1; group++) {
        const own = values.filter((_, i) => i % groups === group);
        assert.ok(Math.abs(Math.min(...own)) < 1e-6 && Math.abs(Math.max(...own) - 1) < 1e-6);
      }
    });
  }

  it('keeps everything that an image can hold inside its range', async () => {
    const normalisation = await fitNormalisation(images, 'standardise', false);
    const extremes = memorySamples({ ...images, count: 1 }, Float32Array.of(0, 0, 1, 1));
    const [low, high] = normalisation.range;
    const values = await normalised(extremes, normalisation).read([0]);
    assert.ok(
      Math.abs(Math.min(...values) - low) < 1e-5 && Math.abs(Math.max(...values) - high) < 1e-5,
      `${values.join(', ')} in ${low}, ${high}`,
    );
  });

  it('clips rows that were not looked at', async () => {
    const far = memorySamples({ ...rows, count: 1 }, Float32Array.of(1e6, -1e6, 7));
    for (const [kind, expected] of [
      ['standardise', [6, -6, 0]],
      ['range', [1, 0, 0]],
    ] as const)
      assert.deepEqual([...(await normalised(far, await fitNormalisation(rows, kind, true)).read([0]))], expected);
  });

  it('is asked for where a table needs it', async () => {
    const checked = requireUnitRange(rows, ['age', 'height', 'size'], 's.json');
    await assert.rejects(
      checked.read([0, 1]),
      error =>
        error instanceof ValueFault &&
        error.message ===
          's.json: data.normalise leaves the value 7 of column size as it is, outside of [0, 1]: write "range" or "standardise".',
    );
  });
});
