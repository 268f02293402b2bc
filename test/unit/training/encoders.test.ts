import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadNativeRuntime } from '../../../src/training/engine/native';
import { FeatureExtractor } from '../../../src/training/features';
import { Pace } from '../../../src/training/pace';
import { saveEncoder } from '../../../src/training/saveEncoder';
import { nativeEngine } from './engines';
import { CASES, prepared } from './pretrainingCases';

const shapesOf = (names: readonly string[], shape: (name: string) => readonly number[]): Record<string, string> =>
  Object.fromEntries(names.map(name => [name, shape(name).join('×')]));

describe('encoders', () => {
  const named = (name: string) => CASES.find(one => one.name.startsWith(name))!;
  const layouts: readonly (readonly [string, Record<string, string>])[] = [
    [
      'denoising, gaussian noise, deep net',
      { 'layers.0.weight': '24×196', 'layers.0.bias': '24', 'layers.1.weight': '16×24', 'layers.1.bias': '16' },
    ],
    ['context encoder, linear decoder and region', { 'layers.0.weight': '20×196', 'layers.1.weight': '20×20' }],
    [
      'context encoder, deep decoder',
      {
        'stages.0.conv.weight': '4×1×3×3',
        'stages.0.conv.bias': '4',
        'stages.0.norm.weight': '4',
        'stages.0.norm.bias': '4',
        'stages.1.conv.weight': '6×4×3×3',
        'stages.1.conv.bias': '6',
        'stages.1.norm.weight': '6',
        'stages.1.norm.bias': '6',
        'fc.weight': '12×96',
        'fc.bias': '12',
      },
    ],
    [
      'mask reconstruction, momentum teacher and deep predictor',
      { 'stages.0.conv.weight': '4×1×3×3', 'stages.0.conv.bias': '4', 'stages.1.conv.weight': '8×4×3×3', 'stages.1.conv.bias': '8' },
    ],
  ];
  for (const [name, shapes] of layouts)
    it(`have parameters as PyTorch names and lays them out: ${name}`, async () => {
      const { model } = await prepared(named(name));
      assert.deepEqual(
        shapesOf(model.encoderNames, one => model.parameters.shape(one)),
        shapes,
      );
      model.parameters.dispose();
    });

  const freedoms: readonly (readonly [string, string])[] = [
    ['masked autoencoder, vit', 'bounded'],
    ['masked autoencoder, normalised', 'bounded'],
    ['context encoder, vit without norms', 'free'],
    ['denoising, gaussian', 'free'],
    ['mask reconstruction, scaled', 'fixed'],
  ];
  for (const [name, freedom] of freedoms)
    it(`say that the norm of their features is ${freedom}: ${name}`, async () => {
      const { model } = await prepared(named(name));
      assert.equal(model.encoder.norm, freedom);
      model.parameters.dispose();
    });

  for (const one of CASES)
    it(`are saved with their own names, and as ONNX with the same features: ${one.name}`, async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'boundlens-'));
      const engine = await nativeEngine();
      const { model, data } = await prepared(one);
      try {
        await saveEncoder(engine, model, folder);
        const bytes = await readFile(path.join(folder, 'encoder.safetensors'));
        const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE(0)))) as Record<string, { shape: number[] }>;
        const { __metadata__: _metadata, ...tensors } = header;
        assert.deepEqual(
          Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape])),
          Object.fromEntries(model.encoderNames.map(name => [name, [...model.parameters.shape(name)]])),
        );
        const { InferenceSession, Tensor } = loadNativeRuntime();
        const session = await InferenceSession.create(await readFile(path.join(folder, 'encoder.onnx')));
        const indices = [3, 1, 4, 1, 5];
        const input = data.images.tokens > 1 ? 'patches' : 'images';
        const rows = new Tensor('float32', await data.images.rows(indices), data.images.layout.shape(indices.length));
        const exported = (await session.run({ [input]: rows })).features!;
        const extractor = await FeatureExtractor.create(engine, model.parameters, model.encoder, new Pace());
        const { values, columns } = await extractor.features(data.images, indices);
        extractor.dispose();
        assert.deepEqual(exported.dims, [indices.length, columns]);
        (exported.data as Float32Array).forEach((value, i) => assert.ok(Math.abs(value - values[i]!) < 1e-5, `${i}`));
        if (one.name.includes('features of norm 1'))
          for (let row = 0; row < indices.length; row++)
            assert.ok(Math.abs(Math.hypot(...values.slice(row * columns, (row + 1) * columns)) - 1) < 1e-4);
      } finally {
        model.parameters.dispose();
        await rm(folder, { recursive: true });
      }
    });
});
