import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { isReconstructions } from '../../../src/reporting/readReconstructions';
import { buildModel } from '../../../src/training/model';
import { PatchSet } from '../../../src/training/patches';
import { reconstructions } from '../../../src/training/saveReconstructions';
import { nativeEngine } from './engines';
import { smallImages } from './smallImages';

const shared = { steps: 1, batch: 2, learningRate: 0.01, warmup: 0 };
const decoder = { width: 8, depth: 1, heads: 2 };
const encoder = { kind: 'vit', patch: 7, width: 16, depth: 1, heads: 2, mlpRatio: 2 } as const;
const CASES = [
  { name: 'a masked autoencoder', objective: { kind: 'masked autoencoder', maskRatio: 0.5, decoder, ...shared }, hides: true },
  {
    name: 'one with normalised targets',
    objective: { kind: 'masked autoencoder', maskRatio: 0.5, decoder, normaliseTargets: true, ...shared },
    hides: true,
  },
] as const;

const bytes = (text: string): Buffer => Buffer.from(text, 'base64');

describe('pictures of what is painted', () => {
  for (const { name, objective } of CASES)
    it(`of ${name}: hidden pixels as they were painted, the others as they are, and the error that the objective measures`, async () => {
      const { images } = await smallImages();
      const set = new PatchSet(images, encoder.patch);
      const engine = await nativeEngine();
      const model = buildModel({ encoder, objective }, set, 1, new Random(0));
      const made = (await reconstructions(engine, model, set, new Random(1)))!;
      assert.ok(isReconstructions(JSON.parse(JSON.stringify(made))));
      assert.deepEqual([made.height, made.width, made.channels, made.images.length], [14, 14, 1, 6]);
      const pixels = await images.read([0]);
      for (const [i, value] of bytes(made.images[0]!.original).entries()) assert.equal(value, Math.round(255 * pixels[i]!));
      for (const { original, seen, hidden, painted } of made.images) {
        const [whole, shown, mask, result] = [original, seen, hidden!, painted].map(bytes) as [Buffer, Buffer, Buffer, Buffer];
        assert.equal(
          mask.reduce((sum, one) => sum + one, 0),
          98,
          'half of the patches',
        );
        for (const [i, isHidden] of mask.entries()) {
          assert.equal(shown[i], isHidden ? 0 : whole[i]);
          if (!isHidden) assert.equal(result[i], whole[i]);
        }
      }
      const feeds = model.objective!.feeds(await set.rows([0, 1, 2, 3, 4, 5]), new Random(1));
      const pass = await engine.forwardPass({
        inputs: model.objective!.inputs(6),
        parameters: model.parameters,
        outputs: inputs => ({ errors: model.objective!.clippedErrors(inputs) }),
      });
      const { errors } = await pass.run(feeds);
      pass.dispose();
      model.parameters.dispose();
      made.images.forEach(({ error }, i) => assert.ok(Math.abs(error - errors![i]!) < 1e-5, `${error} against ${errors![i]}`));
    });

  const broken = [
    { file: null, why: 'nothing' },
    { file: { version: 2, height: 1, width: 1, channels: 1, images: [] }, why: 'another version' },
    { file: { version: 1, height: 2, width: 2, channels: 1, images: [{ original: 'AA==' }] }, why: 'too few pixels' },
  ];
  for (const { file, why } of broken) it(`are not read from a file that holds ${why}`, () => assert.equal(isReconstructions(file), false));
});
