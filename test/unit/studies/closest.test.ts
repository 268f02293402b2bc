import assert from 'node:assert/strict';
import { closest } from '../../../src/studies/closest';

describe('closest', () => {
  const rows: readonly (readonly [word: string, meant: string | undefined])[] = [
    ['lamda', 'lambda'],
    ['Lambda', 'lambda'],
    ['lambad', 'lambda'],
    ['bacth', 'batch'],
    ['draw', 'draws'],
    ['temperature', undefined],
    ['x', undefined],
  ];
  for (const [word, meant] of rows)
    it(`takes "${word}" for ${meant ?? 'nothing'}`, () => assert.equal(closest(word, ['lambda', 'batch', 'draws', 'radius']), meant));
});
