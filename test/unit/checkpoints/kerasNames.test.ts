import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Architecture } from '../../../src/architecture/architecture';
import { matchWeights } from '../../../src/checkpoints/matchWeights';
import { openCheckpoint } from '../../../src/checkpoints/openCheckpoint';
import { Documents } from '../../../src/definitions/documents';
import { checkpointValues } from '../../../src/training/definition/checkpointValues';
import { inputShapesOf } from '../../../src/training/definition/definedEncoder';
import { readProgram } from '../../../src/training/definition/readProgram';
import { ImageLayout } from '../../../src/training/imageLayout';

interface Recorded {
  readonly path: string;
  readonly shape: readonly number[];
  readonly sum: number;
}

const FOLDER = path.resolve('test/fixtures/checkpoints/keras3');
const { models } = JSON.parse(readFileSync(path.join(FOLDER, 'recorded.json'), 'utf8')) as {
  readonly models: Readonly<Record<string, readonly Recorded[]>>;
};

async function definitionIn(name: string): Promise<Architecture> {
  const file = path.join(FOLDER, `${name}.py`);
  const uri = pathToFileURL(file).href;
  const documents = await Documents.load(path.resolve('dist'));
  await documents.prepare(uri);
  return documents.read({ uri, text: readFileSync(file, 'utf8') }, { folders: [FOLDER] }).definitions.at(-1)!.architecture;
}

const sumOf = (values: Iterable<number | bigint>) => [...values].reduce<number>((sum, value) => sum + Number(value), 0);
const near = (sum: number, expected: number, what: string) =>
  assert.ok(Math.abs(sum - expected) < 1e-4, `${what}: ${sum}, not ${expected}`);

const MODELS: readonly (readonly [name: string, why: string])[] = [
  ['functional', 'paths count the layers of a class: those with a name, those without, and two branches of equal shapes'],
  ['sequence', 'layers without a name, numbered over a session in which others were made before'],
  ['attributes', 'paths are of attributes and lists, with layers in layers and a cell'],
];

describe('weights of a .keras file by the names of its layers', () => {
  for (const [name, why] of MODELS)
    it(`finds every weight of a definition: ${why}`, async () => {
      const { layers } = await definitionIn(name);
      const checkpoint = await openCheckpoint(path.join(FOLDER, `${name}.keras`));
      try {
        const { matches, missing } = matchWeights(layers, checkpoint.tensors);
        assert.deepEqual(missing, []);
        const recorded = models[name]!;
        assert.equal(matches.length, recorded.length);
        for (const { layer, parameter, tensor } of matches) {
          const key = `${layer}/${parameter.name}`;
          const one = recorded.find(each => each.path === key || each.path.replace(/[a-z]+_cell\//, '') === key);
          assert.ok(one, key);
          near(sumOf(await checkpoint.read(tensor.name)), one.sum, `${key} in ${tensor.name}`);
        }
      } finally {
        await checkpoint.close();
      }
    });

  it('begins training with them', async () => {
    const choice = { file: path.join(FOLDER, 'functional.py'), name: 'model' };
    const read = await readProgram(choice, inputShapesOf(new ImageLayout({ height: 6, width: 6, channels: 1 })), path.resolve('dist'));
    const { values, missing } = await checkpointValues(path.join(FOLDER, 'functional.keras'), read);
    assert.deepEqual(missing, []);
    for (const { path: key, sum } of models['functional']!) {
      assert.ok(values.has(key), `${key}, there are ${[...values.keys()].join(', ')}`);
      near(sumOf(values.get(key)!), sum, key);
    }
  });
});
