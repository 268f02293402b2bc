import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { obstaclesIn } from '../../../../src/architecture/obstacles';
import { requireOrthogonal } from '../orthogonality';
import { encoderOf, FIXTURES, programOf } from './programs';

type Laws = Readonly<Record<string, { readonly rows: number; readonly gain: number }>>;

const folder = path.join(FIXTURES, 'orthogonal');

describe('orthogonal starting weights', () => {
  for (const [framework, definition, follows] of [
    ['PyTorch', 'torchModel.py#Turned'],
    ['Keras', 'kerasModel.py#turned'],
    ['Flax', 'flaxModel.py#Turned'],
    ['TensorFlow.js', 'tensorflowJsModel.js#turned', 'kerasModel.py#turned'],
  ] as const)
    it(`are the matrix with the gain that ${framework} draws`, async () => {
      const recorded = JSON.parse(await readFile(path.join(folder, 'recorded.json'), 'utf8')) as Readonly<Record<string, Laws>>;
      const [file, name] = definition.split('#') as [string, string];
      const { program } = await programOf({ file: path.join(folder, file), name });
      assert.deepEqual(obstaclesIn(program), []);
      const found = program.state.filter(({ start }) => start.kind === 'orthogonal');
      const laws = recorded[follows ?? definition]!;
      // TensorFlow.js names its tensors otherwise, in the same order.
      if (!follows) assert.deepEqual(found.map(({ name: one }) => one).sort(), Object.keys(laws).sort());
      const expected = found.map(({ name: one }, place) => (follows ? Object.values(laws)[place]! : laws[one]!));
      const { encoder, parameters } = encoderOf(program);
      for (const [place, { name: one, start }] of found.entries()) {
        const { rows, gain } = expected[place]!;
        assert.ok(
          start.kind === 'orthogonal' && start.rows === rows && Math.abs(start.gain - gain) < 1e-4,
          `${one}: ${JSON.stringify(start)}`,
        );
        requireOrthogonal(parameters.values(encoder.saved[one]!), rows, start.gain);
      }
      assert.equal(found.length, Object.keys(laws).length);
      parameters.dispose();
    });
});
