import assert from 'node:assert/strict';
import path from 'node:path';
import { constructionCall } from '../../../src/studies/constructionCall';
import { namedDefinition } from '../../../src/studies/namedDefinition';

describe('arguments of a study as a call', () => {
  const cases: readonly (readonly [why: string, given: Record<string, unknown>, expected: string])[] = [
    ['nothing', {}, 'Net()'],
    ['numbers', { width: 64, ratio: 0.5, tiny: 1e-7 }, 'Net(width=64, ratio=0.5, tiny=1e-7)'],
    ['texts, quotes and backslashes in them', { act: 'ge"lu\\' }, 'Net(act="ge\\"lu\\\\")'],
    ['Python’s own words', { bias: true, norm: false, drop: null }, 'Net(bias=True, norm=False, drop=None)'],
    ['lists in lists', { sizes: [1, [2, 'x'], []] }, 'Net(sizes=[1, [2, "x"], []])'],
    [
      'an object is a configuration with attributes',
      { cfg: { width: 64, head: { bias: true } } },
      'Net(cfg=SimpleNamespace(width=64, head=SimpleNamespace(bias=True)))',
    ],
    ['an object with keys that are no names is a dictionary', { table: { '3x3': [1] } }, 'Net(table={"3x3": [1]})'],
  ];
  for (const [why, given, expected] of cases) it(why, () => assert.equal(constructionCall('Net', given), expected));
});

describe('the definition that a study names', () => {
  const file = path.resolve('/work/models/mae.py');
  const cases: readonly (readonly [text: string, expected: ReturnType<typeof namedDefinition>])[] = [
    ['../models/mae.py#Net', { file, name: 'Net' }],
    ['../models/mae.py', undefined],
    ['#Net', undefined],
    ['../models/mae.py#', undefined],
  ];
  for (const [text, expected] of cases) it(text, () => assert.deepEqual(namedDefinition(text, path.resolve('/work/studies')), expected));
});
