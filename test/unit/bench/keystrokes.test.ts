import assert from 'node:assert/strict';
import { longSource } from '../../bench/definitions';
import { afterKeystrokes, editedPlace } from '../../bench/keystrokes';

describe('the keystrokes that are measured', () => {
  it('change a number of the last definition of the long source, and take it back', () => {
    const text = longSource();
    assert.ok(Math.abs(text.split('\n').length - 4900) < 10);
    const lines = [0, 1, 2].map(count => afterKeystrokes(text, count).split('\n')[editedPlace(text).line - 1]!);
    assert.match(lines[0]!, /width: int = 64, classes/);
    assert.match(lines[1]!, /width: int = 641, classes/);
    assert.equal(lines[2], lines[0]);
  });

  it('go into the middle of any other text', () => assert.deepEqual(editedPlace('ab\ncd'), { at: 2, line: 1, column: 3 }));
});
