import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { openCsv } from '../../../src/datasets/csv';
import type { SourceChoice } from '../../../src/datasets/openDataSource';
import { shapeOf, sourceFolder } from './sourceFolder';

describe('data sources: CSV', () => {
  const { put, withSource, refuses } = sourceFolder();

  describe('tables', () => {
    const table = (text: string, rest: object = {}): SourceChoice => ({ format: 'csv', path: put('t.csv', text), label: 'kind', ...rest });

    it('read numbers by column and number named classes by their order', async () => {
      const text = '\uFEFFa, kind ,"b, c"\r\n1,oak,-2.5\r\n"3e2", "ash" ,4\n\n5,"oak",6';
      await withSource(table(text), async source => {
        assert.deepEqual(shapeOf(source), [3, 1, 2, 1]);
        assert.deepEqual([source.columns, source.classNames, source.tabular], [['a', 'b, c'], ['ash', 'oak'], true]);
        assert.deepEqual([...source.labels!], [1, 0, 1]);
        assert.deepEqual([...(await source.read([2, 0, 1]))], [5, 6, 1, -2.5, 300, 4]);
      });
    });

    it('keep class numbers, find their delimiter, and need no label in a pool', async () => {
      await withSource(table('x;kind\n1;7\n2;0\n'), source => assert.deepEqual([...source.labels!], [7, 0]));
      await withSource(table('x\ty\n1\t2\n', { label: undefined }), async source =>
        assert.deepEqual([...(await source.read([0]))], [1, 2]),
      );
    });

    it('give the same values when they are too large to be held', async () => {
      const lines = Array.from({ length: 500 }, (_, i) => `${i / 8},c${i % 3},${-i}`);
      const file = put('t.csv', `a,kind,b\n${lines.join('\n')}\n`);
      const [held, read] = [
        await openCsv({ format: 'csv', path: file, label: 'kind' }),
        await openCsv({ format: 'csv', path: file, label: 'kind' }, 100),
      ];
      const wanted = [499, 0, 17, 17, 250];
      assert.deepEqual(await read.read(wanted), await held.read(wanted));
      assert.deepEqual(read.labels, held.labels);
      truncateSync(file, 300);
      await assert.rejects(read.read([499]), /t\.csv became shorter while it was read/);
      await read.close();
    });

    const refusals: readonly (readonly [what: string, text: string, sentence: RegExp])[] = [
      ['nothing', '', /t\.csv is empty/],
      ['a header alone', 'a,kind\n', /t\.csv has no row below its header/],
      ['no header', '1,2\n3,4\n', /t\.csv has no header: its first line holds numbers alone/],
      ['another label', 'a,b\n1,2\n', /t\.csv has no column "kind" for the labels: name one of a, b\.$/],
      ['labels alone', 'kind\nx\n', /t\.csv has no column beside the labels/],
      ['a column twice', 'a,a,kind\n1,2,x\n', /t\.csv has two columns "a"/],
      ['a short row', 'a,b,kind\n1,2,x\n1,x\n', /t\.csv, line 3 has 2 fields where the header has 3: correct it\.$/],
      ['a word', 'a,kind\n1,x\nn\/a,x\n', /t\.csv, line 3 has "n\/a" in column "a", not a number: correct it/],
      ['a gap', 'a,b,kind\n1,,x\n', /t\.csv, line 2 has nothing in column "b", not a number/],
      ['a number too large', 'a,kind\n1e300,x\n', /line 2 has "1e300" in column "a", not a number/],
      ['a missing label', 'a,kind\n1,\n', /line 2 has no label in column "kind"/],
      ['an open quote', 'a,kind\n"1,x\n', /line 2 has a quote that is not closed/],
      ['one endless line', 'a'.repeat(5 << 20), /t\.csv has a line of more than 4 MB/],
    ];
    for (const [what, text, sentence] of refusals) it(`refuse ${what}`, () => refuses(() => table(text), sentence));
  });
});
