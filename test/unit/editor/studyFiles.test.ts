import assert from 'node:assert/strict';
import path from 'node:path';
import { glance, inOrder, type Place } from '../../../src/editor/studyFiles';
import { faultOf } from '../../../src/editor/studyProcess';

const file = path.resolve('/work/studies/fashion.study.json');
const at = (name: string) => ({ file: path.resolve(name), name: 'Net' });

const texts: readonly (readonly [why: string, text: string, expected: object])[] = [
  [
    'name, definition and size of the sweep; comments and trailing commas are allowed',
    '{ // what for\n "name": "fashion", "definition": "../models/mae.py#Net", "sweep": { "arms": [{}, {}], "seeds": [0, 1, 2], } }',
    { name: 'fashion', definition: at('/work/models/mae.py'), trials: 6 },
  ],
  [
    'how it constructs its definition; names that no argument can have are left out',
    '{ "name": "a", "definition": "../models/mae.py#Net", "arguments": { "width": 64, "mask-ratio": 1 } }',
    { name: 'a', definition: at('/work/models/mae.py'), call: 'Net(width=64)', trials: undefined },
  ],
  [
    'what it trains of its definition; a layer without a side is left out',
    '{ "name": "a", "definition": "../models/mae.py#Net", "encoder": { "kind": "definition", "method": "encode", "features": { "layer": "head" } } }',
    { name: 'a', definition: at('/work/models/mae.py'), trained: { method: 'encode' }, trials: undefined },
  ],
  [
    'nothing of it, where the encoder is another definition',
    '{ "name": "a", "definition": "../models/mae.py#Net", "encoder": { "kind": "definition", "definition": "other.py#Net", "method": "encode" } }',
    { name: 'a', definition: at('/work/models/mae.py'), trials: undefined },
  ],
  ['a study without a name is called after its file', '{}', { name: 'fashion', definition: undefined, trials: undefined }],
  ['broken text is still listed, as far as it goes', '{ "name": "fash', { name: 'fash', definition: undefined, trials: undefined }],
  [
    'values of the wrong kind are left out',
    '{ "name": 3, "definition": [], "sweep": "all" }',
    { name: 'fashion', definition: undefined, trials: undefined },
  ],
  ['a list is no study', '[1, 2]', { name: 'fashion', definition: undefined, trials: undefined }],
];

describe('a glance at a study file', () => {
  for (const [why, text, expected] of texts)
    it(why, () => assert.deepEqual(glance(file, text), { file, call: undefined, trained: undefined, usesRadReg: false, ...expected }));
});

describe('the order of studies', () => {
  const study = (name: string, definition?: string) => ({
    file: `/work/${name}`,
    name,
    definition: definition ? at(definition) : undefined,
    usesRadReg: false,
  });
  const studies = [study('b'), study('a'), study('mine', '/work/mae.py'), study('last')];
  const cases: readonly (readonly [why: string, place: Place | undefined, last: string | undefined, expected: string[]])[] = [
    ['by name', undefined, undefined, ['a', 'b', 'last', 'mine']],
    ['the one used last first', undefined, '/work/last', ['last', 'a', 'b', 'mine']],
    ['those of a file, whatever the definition', { file: at('/work/mae.py').file }, undefined, ['mine', 'a', 'b', 'last']],
    ['those of the definition before it', at('/work/mae.py'), '/work/last', ['mine', 'last', 'a', 'b']],
  ];
  for (const [why, place, last, expected] of cases)
    it(why, () =>
      assert.deepEqual(
        inOrder(studies, place, last).map(({ name }) => name),
        expected,
      ),
    );
});

describe('how a study ended', () => {
  const cases: readonly (readonly [code: number | null, word: string, stopped: boolean, sentence: string | undefined, why: string])[] = [
    [0, '', false, undefined, 'well'],
    [1, 'The run was stopped: resume it.', true, undefined, 'stopped on purpose is no fault'],
    [
      1,
      'a.study.json:3: regulariser.lambda is -1: give 0 or more.',
      false,
      'a.study.json:3: regulariser.lambda is -1: give 0 or more.',
      'its own sentence',
    ],
    [1, '', false, 'The study ended with exit code 1: see the log of its runs.', 'without a word'],
    [null, 'Killed', false, 'The study was ended by the system (Killed): see the log of its runs.', 'by the system'],
  ];
  for (const [code, word, stopped, sentence, why] of cases)
    it(why, () => assert.equal(faultOf({ code, sentence: word }, stopped)?.message, sentence));
});
