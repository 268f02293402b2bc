import assert from 'node:assert/strict';
import { fitted } from '../../../src/datasets/geometry';
import { resizer } from '../../../src/datasets/resize';

const close = (actual: Float32Array, expected: readonly number[]) => {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i]! - value) < 1e-6, `${i}: ${actual[i]!} instead of ${value}`));
};

/** 4 × 5 pixels: 0, 1/20, 2/20 … */
const ramp = Float32Array.from({ length: 20 }, (_, i) => i / 20);

describe('resizing', () => {
  it('is the bilinear interpolation of PyTorch where both sides grow', () => {
    const grown = resizer({ height: 4, width: 5, channels: 1 }, [7, 8])(ramp);
    assert.equal(grown.length, 56);
    // torch.nn.functional.interpolate(x, (7, 8), mode='bilinear', align_corners=False), its first two rows.
    close(
      grown.subarray(0, 16),
      [0, 0.021875, 0.053125, 0.084375, 0.115625, 0.146875, 0.178125, 0.2].concat([
        0.08928572, 0.11116072, 0.14241073, 0.17366073, 0.20491073, 0.23616073, 0.26741073, 0.28928572,
      ]),
    );
  });

  const averages: readonly (readonly [
    what: string,
    from: readonly [number, number],
    to: readonly [number, number],
    input: number[],
    output: number[],
  ])[] = [
    ['halves', [2, 4], [1, 2], [0, 0.2, 0.4, 0.6, 0.2, 0.4, 0.6, 0.8], [0.2, 0.6]],
    ['takes the share of a pixel that is covered', [1, 3], [1, 2], [0.3, 0.6, 0.9], [0.4, 0.8]],
    ['grows one side and shrinks the other', [1, 4], [2, 2], [0, 1, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5]],
    ['spreads a single pixel', [1, 1], [2, 2], [0.7], [0.7, 0.7, 0.7, 0.7]],
    ['leaves the size it has', [1, 2], [1, 2], [0.1, 0.9], [0.1, 0.9]],
  ];
  for (const [what, [height, width], to, input, output] of averages)
    it(what, () => close(resizer({ height, width, channels: 1 }, to)(Float32Array.from(input)), output));

  it('keeps channels apart and constants constant', () => {
    const image = Float32Array.from({ length: 5 * 7 * 3 }, (_, i) => [0.1, 0.5, 1][i % 3]!);
    for (const to of [
      [3, 2],
      [11, 20],
      [2, 30],
    ] as const)
      close(
        resizer({ height: 5, width: 7, channels: 3 }, to)(image),
        Array.from({ length: to[0] * to[1] * 3 }, (_, i) => [0.1, 0.5, 1][i % 3]!),
      );
  });
});

describe('channels', () => {
  const colour = { height: 1, width: 1, channels: 3, values: Float32Array.of(1, 0.5, 0) };
  const cases: readonly (readonly [what: string, picture: typeof colour, channels: 'grey' | 'rgb' | undefined, expected: number[]])[] = [
    ['colours become luma', colour, 'grey', [0.299 + 0.587 / 2]],
    ['colours stay', colour, 'rgb', [1, 0.5, 0]],
    ['grey becomes three times the same', { ...colour, channels: 1, values: Float32Array.of(0.4) }, 'rgb', [0.4, 0.4, 0.4]],
    ['opacity is dropped beside grey', { ...colour, channels: 2, values: Float32Array.of(0.4, 0.1) }, undefined, [0.4]],
    ['opacity is dropped beside colours', { ...colour, channels: 4, values: Float32Array.of(1, 0.5, 0, 0.1) }, undefined, [1, 0.5, 0]],
  ];
  for (const [what, picture, channels, expected] of cases)
    it(what, () => close(fitted(picture, channels ? { channels } : {}).values, expected));
});
