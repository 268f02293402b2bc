import assert from 'node:assert/strict';
import { allLayers } from '../../../src/architecture/counts';
import type { Architecture } from '../../../src/architecture/architecture';
import { read, sourceText, summary } from './reading';

type Recorded = Record<string, Record<string, Record<string, readonly number[]>>>;

const FOLDER = 'test/fixtures/definitions/flax';
const recorded = JSON.parse(sourceText(`${FOLDER}/recorded.json`)) as Recorded;

/** Shapes by the paths of the tree of parameters. */
function treeOf(architecture: Architecture): Record<string, readonly number[]> {
  const tensors = [...allLayers(architecture.layers)].flatMap(layer =>
    (layer.parameters.known ? layer.parameters.value : []).map(
      ({ name, shape }) => [[layer.path, name].filter(part => part !== '').join('/'), shape] as const,
    ),
  );
  return Object.fromEntries(tensors);
}

describe('reading Flax', () => {
  for (const [file, modules] of Object.entries(recorded)) {
    for (const [name, tensors] of Object.entries(modules)) {
      it(`${file}.py: ${name} has the parameters that Flax gives it`, async () => {
        const architecture = (await read(sourceText(`${FOLDER}/${file}.py`))).find(each => each.name === name);
        assert.ok(architecture, `${name} is not found`);
        assert.equal(typeof summary(architecture), 'number', String(summary(architecture)));
        assert.deepEqual(treeOf(architecture), tensors);
      });
    }
  }
});
