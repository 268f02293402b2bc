import assert from 'node:assert/strict';
import path from 'node:path';
import { mean, reshape } from '@tensorflow/tfjs-core';
import { instantiationIn } from '../../../../src/architecture/obstacles';
import { Random } from '../../../../src/common/random';
import { DefinedEncoder } from '../../../../src/training/definition/definedEncoder';
import { tokenStage, type TokenStage } from '../../../../src/training/definition/tokenStage';
import { Parameters } from '../../../../src/training/engine/parameters';
import { gatherPad } from '../../../../src/training/engine/operations';
import { ImageLayout } from '../../../../src/training/imageLayout';
import { nativeEngine } from '../engines';
import { FIXTURES, fixWeights, programOf, wave } from './programs';

const file = path.join(FIXTURES, 'tokens.py');
const IMAGES = 3;
const PATCHES = 4;
const VALUES = 16;
const layout = new ImageLayout({ height: 8, width: 8, channels: 1 }, 4);

/** The method that makes the features, where it is not `forward`. */
const methodOf = (name: string) => (/Masking$/.test(name) ? { method: 'encode' } : {});

/** What is encoded of some patches of each image. */
async function encoded(name: string, kept: readonly number[], images = wave(IMAGES * 64, 0, 0.5, 0.5)) {
  const { program } = await programOf({ name, file, ...methodOf(name) });
  const stage = tokenStage(program)!;
  const parameters = new Parameters(new Random(1));
  const encoder = new DefinedEncoder(parameters, layout, { program, stage });
  fixWeights(parameters, encoder);
  const visible = Int32Array.from({ length: IMAGES * kept.length }, (_, i) => {
    return Math.floor(i / kept.length) * PATCHES + kept[i % kept.length]!;
  });
  const place = Int32Array.from({ length: IMAGES * PATCHES }, (_, i) => visible.indexOf(i));
  const pass = await (
    await nativeEngine()
  ).forwardPass({
    inputs: {
      patches: { shape: layout.shape(IMAGES) },
      visible: { shape: [visible.length], dtype: 'int32' },
      place: { shape: [place.length], dtype: 'int32' },
    },
    parameters,
    outputs: ({ patches, visible: chosen, place: places }) => {
      const { tokens } = encoder;
      const made = tokens!.encode(gatherPad(tokens!.embed(patches!), chosen!, places!), kept.length);
      const means = mean(reshape(made, [IMAGES, kept.length, tokens!.width]), 1);
      return { tokens: made, means, features: encoder.features(patches!) };
    },
  });
  const result = await pass.run({ patches: images, visible, place });
  pass.dispose();
  parameters.dispose();
  return { stage, tokens: result.tokens!, means: result.means!, features: result.features! };
}

const distance = (left: Float32Array, right: Float32Array): number =>
  left.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0);

describe('the tokens of a definition', () => {
  const cases: readonly [name: string, prefix: number, why: string][] = [
    ['ClassToken', 1, 'positions follow the class token, so the stage begins behind both'],
    ['MaskedEncoder', 1, 'the class token has its own position'],
    ['Reshaped', 0, 'views and permutations cut patches too'],
    ['SelfMasking', 1, 'where it hides no token itself, the order that it draws decides nothing'],
    ['IndexMasking', 1, 'indices for each image are an order too, and the share that a module keeps is 0'],
    ['OrderMasking', 0, 'one order for all images is one'],
  ];
  for (const [name, prefix, why] of cases)
    it(`are found: ${name}, as ${why}`, async () => {
      const { program } = await programOf({ name, file, ...methodOf(name) });
      const { patch, patches, ...rest }: TokenStage = tokenStage(program)!;
      assert.deepEqual([patch, patches, rest.prefix], [4, PATCHES, prefix]);
    });

  it('are the same whether chance puts them in order or nothing does', async () => {
    const [masking, plain] = [await encoded('SelfMasking', [3, 1]), await encoded('MaskedEncoder', [3, 1])];
    assert.equal(distance(masking.tokens, plain.tokens), 0);
    assert.equal(distance(masking.features, plain.features), 0);
  });

  it('are not computed of a pass that hides some itself, which says what to name instead', async () => {
    const { architecture } = await programOf({ name: 'SelfMasking', file, method: 'encode' });
    const { obstacles } = instantiationIn(architecture);
    assert.match(
      obstacles.map(({ why }) => why).join(),
      /chance decides which tokens it keeps: name the method that encodes in `encoder\.method`/,
    );
  });

  it('are not found where windows overlap', async () => {
    assert.equal(tokenStage((await programOf({ name: 'Overlapping', file })).program), undefined);
  });

  it('are not found where attention has a bias for each pair of places', async () => {
    const { program } = await programOf({ name: 'VisionTransformer', method: 'forward_features' });
    assert.equal(tokenStage(program), undefined);
  });

  it('make the features when all of them are encoded', async () => {
    const { means, features } = await encoded('Reshaped', [0, 1, 2, 3]);
    assert.ok(distance(means, features) < 1e-5, `differ by ${distance(means, features)}`);
  });

  for (const [name] of cases)
    it(`know nothing of patches that are left out, and come in any order: ${name}`, async () => {
      const some = await encoded(name, [2, 0]);
      const hidden = wave(IMAGES * 64, 0, 0.5, 0.5).map((value, i) => ([1, 3].includes(Math.floor(i / VALUES) % PATCHES) ? 9 : value));
      assert.equal(distance((await encoded(name, [2, 0], hidden)).tokens, some.tokens), 0);
      const { tokens } = await encoded(name, [0, 2]);
      const width = tokens.length / IMAGES / 2;
      const swapped = tokens.map((_, i) => tokens[i + (Math.floor(i / width) % 2 === 0 ? width : -width)]!);
      assert.ok(distance(swapped, some.tokens) < 1e-5);
      assert.ok(distance(tokens, (await encoded(name, [1, 3])).tokens) > 1e-3, 'other patches make other tokens');
    });
});
