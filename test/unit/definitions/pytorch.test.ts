import assert from 'node:assert/strict';
import { read, sourceText, summary, tensorsOf } from './reading';

type Recorded = Record<string, Record<string, Record<string, number[]>>>;

const recorded = JSON.parse(sourceText('test/fixtures/definitions/recorded.json')) as Recorded;

const FILES: Readonly<Record<string, string>> = {
  layers: 'test/fixtures/definitions/layers.py',
  constructs: 'test/fixtures/definitions/constructs.py',
  language: 'test/fixtures/definitions/language.py',
  mae: 'media/sample/models/mae.py',
  mlp: 'media/sample/models/mlp.py',
};

const size = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

describe('reading PyTorch', () => {
  for (const [file, path] of Object.entries(FILES)) {
    for (const [name, tensors] of Object.entries(recorded[file]!)) {
      it(`${file}.py: ${name} has the tensors that PyTorch gives it`, async () => {
        const architecture = (await read(sourceText(path))).find(each => each.name === name);
        assert.ok(architecture, `${name} is not found`);
        assert.equal(
          summary(architecture),
          Object.values(tensors).reduce((sum, shape) => sum + size(shape), 0),
        );
        assert.deepEqual(tensorsOf(architecture), tensors);
      });
    }
  }
});
