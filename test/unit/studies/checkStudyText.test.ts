import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { checkStudyText } from '../../../src/studies/checkStudyText';

const file = path.resolve('media/sample/fashion.study.json');
const sample = readFileSync(file, 'utf8');

const cases: readonly (readonly [why: string, text: string, code: string | undefined, underlined: string, says: RegExp])[] = [
  ['the sample is sound', sample, undefined, '', /^$/],
  ['a misspelt key', sample.replace('"holdOut"', '"holdout"'), 'study', '"holdout"', /not a key that is known/],
  ['no JSON', '{ "name": ', 'study', '', /JSON/],
  [
    'a definition that is not there',
    sample.replace('models/mae.py#', 'models/mea.py#'),
    'study-data',
    '"models/mea.py#MaskedAutoencoder"',
    /mea\.py, which does not exist$/,
  ],
  [
    'data that are not there, at their path',
    sample.replace('fashion-mnist/train-10k-images-idx3-ubyte.gz', 'fashion-mnist/nothing.gz'),
    'study-data',
    '"fashion-mnist/nothing.gz"',
    /does not exist/,
  ],
  [
    'patches that do not divide the images',
    sample.replace('"patch": 7', '"patch": 5'),
    'study-data',
    '5',
    /does not divide images of 28 × 28/,
  ],
  [
    'one law declared for masked and whole images',
    sample
      .replace('"domain": "measured"', '"domain": "same"')
      .replace(
        /"objective": \{[^}]*\{[^}]*\}[^}]*\}/,
        '"objective": { "kind": "context encoder", "steps": 10, "batch": 8, "learningRate": 0.01 }',
      ),
    'masked-domain',
    '"same"',
    /only assumed$/,
  ],
];

describe('a study as it is written', () => {
  for (const [why, text, code, underlined, says] of cases)
    it(why, async () => {
      const [first, ...others] = await checkStudyText(text, file);
      assert.equal(first?.code, code);
      if (!first) return;
      if (underlined !== '') assert.equal(text.slice(first.offset, first.offset + first.length), underlined);
      assert.match(first.problem, says);
      assert.deepEqual(others, []);
    });
});
