import assert from 'node:assert/strict';
import { filterMessage, passesFilter } from '../../../src/editor/runFilter';
import { entry } from './builders';

describe('the filter of the runs view', () => {
  const cases = [
    { filter: '', expected: true, why: 'nothing asked for' },
    { filter: '  ', expected: true, why: 'blanks ask for nothing' },
    { filter: 'FINISHED', expected: true, why: 'the state, in any case' },
    { filter: 'seed 0', expected: true, why: 'the seed' },
    { filter: 'finished seed', expected: true, why: 'words in any order' },
    { filter: 'finished nonsense', expected: false, why: 'one word that is nowhere' },
  ];
  for (const { filter, expected, why } of cases)
    it(`“${filter}” ${expected ? 'finds' : 'leaves out'} a finished run: ${why}`, () =>
      assert.equal(passesFilter(entry({ state: 'finished' }), filter), expected));

  const messages = [
    { filter: '', shown: 3, total: 3, expected: undefined },
    { filter: 'radreg', shown: 3, total: 12, expected: '“radreg”: 3 of 12 runs' },
    { filter: 'x', shown: 0, total: 12, expected: 'No run matches “x”.' },
  ];
  for (const { filter, shown, total, expected } of messages)
    it(`says ${expected ?? 'nothing without a filter'}`, () => assert.equal(filterMessage(filter, shown, total), expected));
});
