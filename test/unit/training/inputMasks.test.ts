import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { ImageLayout } from '../../../src/training/imageLayout';
import { drawInputMasks, type InputMasking } from '../../../src/training/objectives/inputMasks';

const IMAGES = 50;

/** Masks in the order of the image as it was read, one list for each image. */
function natural(layout: ImageLayout, masking: InputMasking, ratio: number): number[][] {
  const masks = drawInputMasks(new Random('masks'), IMAGES, layout, masking, ratio);
  return Array.from({ length: IMAGES }, (_, image) => {
    const values = new Array<number>(layout.size).fill(NaN);
    layout.places.forEach((place, i) => (values[place] = masks[image * layout.size + i]!));
    return values;
  });
}
const share = (mask: readonly number[]): number => mask.reduce((sum, value) => sum + value, 0) / mask.length;

describe('drawInputMasks', () => {
  const image = { height: 12, width: 16, channels: 3 };
  const layouts = [
    ['whole images', new ImageLayout(image)],
    ['patches', new ImageLayout(image, 4)],
  ] as const;
  for (const [what, layout] of layouts) {
    it(`hides the asked share in one rectangle, ${what}`, () => {
      for (const mask of natural(layout, { mask: 'region', cell: 1 }, 0.3)) {
        const hidden = mask.flatMap((value, i) => (value ? [[Math.floor(i / 48), Math.floor((i % 48) / 3)] as const] : []));
        const [rows, columns] = [new Set(hidden.map(([row]) => row)), new Set(hidden.map(([, column]) => column))];
        assert.equal(hidden.length, 3 * rows.size * columns.size, 'all channels of a full rectangle');
        assert.equal(Math.max(...rows) - Math.min(...rows) + 1, rows.size);
        assert.ok(Math.abs(share(mask) - 0.3) < 0.06, `${share(mask)}`);
      }
    });

    it(`hides exactly the asked number of cells, ${what}`, () => {
      const masks = natural(layout, { mask: 'random', cell: 4 }, 0.5);
      for (const mask of masks) {
        assert.equal(share(mask), 0.5);
        for (let i = 0; i < mask.length; i++)
          assert.equal(mask[i], mask[Math.floor(i / 192) * 192 + Math.floor((i % 48) / 12) * 12], 'cells are of one piece');
      }
      assert.ok(new Set(masks.map(mask => mask.join(''))).size > IMAGES / 2, 'differently in each image');
    });
  }

  const extremes: readonly (readonly [string, ImageLayout, InputMasking, number])[] = [
    ['a tiny ratio', new ImageLayout(image), { mask: 'random', cell: 4 }, 0.001],
    ['a ratio near 1', new ImageLayout(image), { mask: 'random', cell: 4 }, 0.999],
    ['a region near the whole image', new ImageLayout(image), { mask: 'region', cell: 4 }, 0.999],
    ['a region of almost nothing', new ImageLayout(image), { mask: 'region', cell: 4 }, 0.001],
    ['cells that do not divide the image', new ImageLayout(image), { mask: 'random', cell: 5 }, 0.4],
    ['a row of a table', new ImageLayout({ height: 1, width: 9, channels: 1 }), { mask: 'random', cell: 1 }, 0.3],
    ['a region of a row', new ImageLayout({ height: 1, width: 9, channels: 1 }), { mask: 'region', cell: 1 }, 0.95],
  ];
  for (const [why, layout, masking, ratio] of extremes)
    it(`hides something and shows something: ${why}`, () => {
      for (const mask of natural(layout, masking, ratio)) {
        assert.ok(mask.every(value => value === 0 || value === 1));
        assert.ok(share(mask) > 0 && share(mask) < 1, `${share(mask)}`);
      }
    });
});
