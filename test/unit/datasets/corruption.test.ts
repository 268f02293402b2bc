import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { corrupted, SEVERITIES, type Corruption } from '../../../src/datasets/corruption';
import type { DataSource } from '../../../src/datasets/dataSource';
import { everySample, memorySamples } from '../../../src/datasets/samples';

const SHAPE = { count: 3, height: 12, width: 10, channels: 3 };
const SIZE = 12 * 10 * 3;
const values = Float32Array.from({ length: 3 * SIZE }, (_, i) => 0.5 + 0.4 * Math.sin(i / 7));
const source: DataSource = { ...memorySamples(SHAPE, values), name: 'a set', files: [], close: () => Promise.resolve() };
const KINDS = Object.keys(SEVERITIES) as Corruption['kind'][];

const apply = async (kind: Corruption['kind'], severity: number, seed = 0) =>
  corrupted(source, { kind, severity }, new Random(seed)).read(everySample(SHAPE));
const distance = (a: Float32Array, b: Float32Array) => Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);

describe('corruptions', () => {
  for (const kind of KINDS) {
    it(`grow with their severity and stay in [0, 1]: ${kind}`, async () => {
      const distances = await Promise.all([1, 2, 3, 4, 5].map(async severity => distance(await apply(kind, severity), values)));
      distances.forEach((one, i) => assert.ok(one > (distances[i - 1] ?? 0), distances.join(', ')));
      assert.ok((await apply(kind, 5)).every(value => value >= 0 && value <= 1));
    });

    it(`do the same to the same image, in whatever company it is read: ${kind}`, async () => {
      const shifted = corrupted(source, { kind, severity: 3 }, new Random(1));
      const all = await shifted.read([0, 1, 2]);
      const some = await shifted.read([2, 0]);
      assert.deepEqual(some.subarray(0, SIZE), all.subarray(2 * SIZE));
      assert.deepEqual(some.subarray(SIZE), all.subarray(0, SIZE));
    });
  }

  it('draw anew with each seed where they are random', async () => {
    for (const kind of ['gaussian noise', 'occlusion'] as const)
      assert.notDeepEqual(await apply(kind, 3, 1), await apply(kind, 3, 2), kind);
  });

  it('are what they are called', async () => {
    const noise = (await apply('gaussian noise', 1)).map((value, i) => value - values[i]!);
    assert.ok(Math.abs(distance(noise, new Float32Array(noise.length)) - 0.04) < 0.005, 'the deviation of the noise');
    const flat = await apply('contrast', 5);
    const mean = (image: Float32Array) => image.reduce((sum, value) => sum + value, 0) / image.length;
    assert.ok(Math.abs(mean(flat.subarray(0, SIZE)) - mean(values.subarray(0, SIZE))) < 1e-6, 'contrast keeps the mean');
    const hidden = (await apply('occlusion', 3)).subarray(0, SIZE).filter((value, i) => value === 0.5 && values[i] !== 0.5).length / SIZE;
    assert.ok(Math.abs(hidden - 0.2) < 0.05, `${hidden} of the image is grey`);
    const dot = new Float32Array(SIZE);
    dot[(6 * 10 + 5) * 3] = 1;
    const one = { ...source, ...memorySamples({ ...SHAPE, count: 1 }, dot) };
    const blurred = await corrupted(one, { kind: 'blur', severity: 5 }, new Random(0)).read([0]);
    assert.ok(Math.abs(blurred.reduce((sum, value) => sum + value, 0) - 1) < 1e-5, 'blur keeps the light');
    assert.ok(
      blurred.every((value, i) => i % 3 === 0 || value === 0),
      'in its channel',
    );
    assert.ok(Math.abs(blurred[(6 * 10 + 4) * 3]! - blurred[(6 * 10 + 6) * 3]!) < 1e-7, 'evenly');
  });
});
