import assert from 'node:assert/strict';
import type { Architecture } from '../../../src/architecture/architecture';
import { allLayers, tensorCounts } from '../../../src/architecture/counts';
import { read, sourceText, summary } from './reading';

type Weight = readonly [path: string, shape: readonly number[], trainable: boolean];
type Recorded = Record<string, Record<string, { readonly parameters: number; readonly weights: readonly Weight[] }>>;

const FOLDER = 'test/fixtures/definitions/keras';
const recorded = JSON.parse(sourceText(`${FOLDER}/recorded.json`)) as Recorded;

/** Every weight with its path, shape and whether it is trained, in the order of the paths. */
const weightsOf = (architecture: Architecture): Weight[] =>
  sorted(
    [...allLayers(architecture.layers)].flatMap(layer => {
      const pathOf = (name: string) => (layer.path === '' ? name : `${layer.path}/${name}`);
      const trained = layer.parameters.known ? layer.parameters.value : [];
      return [
        ...trained.map(({ name, shape }): Weight => [pathOf(name), shape, true]),
        ...(layer.frozen ?? []).map(({ name, shape }): Weight => [pathOf(name), shape, false]),
      ];
    }),
  );

const sorted = (weights: readonly Weight[]): Weight[] => [...weights].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));

describe('reading Keras', () => {
  for (const [file, definitions] of Object.entries(recorded)) {
    for (const [name, { parameters, weights }] of Object.entries(definitions)) {
      it(`${file}.py: ${name} has the weights that Keras gives it`, async () => {
        const architecture = (await read(sourceText(`${FOLDER}/${file}.py`))).find(each => each.name === name);
        assert.ok(architecture, `${name} is not found`);
        assert.equal(typeof summary(architecture), 'number', String(summary(architecture)));
        assert.deepEqual(weightsOf(architecture), sorted(weights));
        assert.equal(tensorCounts(architecture).parameters, parameters);
      });
    }
  }
});
