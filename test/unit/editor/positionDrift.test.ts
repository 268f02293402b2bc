import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drift, type Edit, type Place } from '../../../src/editor/positionDrift';

const at = (line: number, column: number): Place => ({ line, column });
const edit = (start: Place, end: Place, text: string): Edit => ({ start, end, text });

const cases: readonly (readonly [why: string, place: Place, edit: Edit, expected: Place])[] = [
  ['an edit behind changes nothing', at(2, 4), edit(at(3, 0), at(4, 0), 'x'), at(2, 4)],
  ['a line inserted above moves it down', at(2, 4), edit(at(0, 0), at(0, 0), 'import torch\n'), at(3, 4)],
  ['lines deleted above move it up', at(5, 4), edit(at(1, 0), at(3, 0), ''), at(3, 4)],
  ['text inserted before it on its line moves it right', at(2, 10), edit(at(2, 3), at(2, 3), 'abc'), at(2, 13)],
  ['a line break inserted before it takes it along', at(2, 10), edit(at(2, 4), at(2, 4), '\n  '), at(3, 8)],
  ['text around it falls to the end of what replaces it', at(2, 10), edit(at(2, 8), at(2, 20), 'ab'), at(2, 10)],
  ['text that ends exactly there moves it', at(2, 10), edit(at(2, 8), at(2, 10), ''), at(2, 8)],
];

describe('places that move with edits', () => {
  for (const [why, place, change, expected] of cases) it(why, () => assert.deepEqual(drift(place, change), expected));

  it('agrees with the text itself for every edit that does not touch the place', () => {
    const piece = fc.stringMatching(/^[ab\n]{0,12}$/);
    fc.assert(
      fc.property(piece, piece, piece, piece, (before, removed, inserted, between) => {
        const old = `${before}${removed}${between}`;
        const place = placeOf(old, old.length);
        const moved = drift(place, edit(placeOf(old, before.length), placeOf(old, before.length + removed.length), inserted));
        const text = `${before}${inserted}${between}`;
        assert.deepEqual(moved, placeOf(text, text.length));
      }),
    );
  });
});

function placeOf(text: string, offset: number): Place {
  const above = text.slice(0, offset).split('\n');
  return at(above.length - 1, above.at(-1)!.length);
}
