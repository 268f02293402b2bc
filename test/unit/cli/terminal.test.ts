import assert from 'node:assert/strict';
import { parse, positiveInteger } from '../../../src/cli/command';
import { table } from '../../../src/reporting/table';
import { progressLine } from '../../../src/cli/terminal';

describe('command line', () => {
  it('aligns columns by their widest cell', () => {
    assert.equal(
      table(
        [{ title: 'arm' }, { title: 'probe', align: 'right' }],
        [
          ['none', '94.9 ± .4'],
          ['RadReg λ=.01', '95.6'],
        ],
      ),
      ['arm               probe', '────────────  ─────────', 'none          94.9 ± .4', 'RadReg λ=.01       95.6'].join('\n'),
    );
  });

  const lines: readonly (readonly [fraction: number, left: number | undefined, columns: number, expected: RegExp])[] = [
    [0, undefined, 200, /^░{28} {3}0 % · pre-training$/],
    [0.5, 65, 200, /^█{14}░{14} {2}50 % · 1 min 05 s left · pre-training$/],
    [1, 0, 200, /^█{28} 100 % · 0 s left/],
    [0.5, 65, 20, /^.{19}$/u],
  ];
  for (const [fraction, left, columns, expected] of lines)
    it(`draws ${fraction * 100} % in ${columns} columns`, () =>
      assert.match(progressLine(fraction, 'pre-training', left, columns), expected));

  const command = { name: 'run', usage: 'STUDY [--out DIR]' };
  it('knows its options and refuses others with the usage', () => {
    assert.deepEqual({ ...parse(command, ['a.json', '--out', 'b'], { out: 'string' }).options }, { out: 'b' });
    assert.throws(
      () => parse(command, ['--uot', 'b'], { out: 'string' }),
      /Unknown option '--uot': use boundlens run STUDY \[--out DIR\]\./,
    );
  });

  for (const value of ['0', '-1', '1.5', 'two'])
    it(`refuses --jobs ${value}`, () => assert.throws(() => positiveInteger('jobs', value), /--jobs is/));
});
