import assert from 'node:assert/strict';
import { studyFolderName } from '../../../src/studies/studyFolderName';

const cases: readonly (readonly [name: string, folder: string, why: string])[] = [
  ['fashion-binary', 'fashion-binary', 'a plain name stays'],
  ['Fashion: T-shirt or coat', 'Fashion - T-shirt or coat', 'Windows has no colons in names'],
  ['../../etc', 'etc', 'never out of the runs folder'],
  ['λ = 0.01', 'λ = 0.01', 'letters of all scripts stay'],
  ['a/b\\c', 'a - b - c', 'one folder, not three'],
  ['ends with a dot.', 'ends with a dot', 'Windows drops it'],
  ['…', '…', 'an ellipsis is no dot'],
  ['//', 'study', 'nothing is left'],
];

describe('folders of studies', () => {
  for (const [name, folder, why] of cases) it(`${name}: ${why}`, () => assert.equal(studyFolderName(name), folder));
});
