import assert from 'node:assert/strict';
import { posix } from 'node:path';
import * as url from 'node:url';
import fc from 'fast-check';
import * as fileUrl from '../../../src/web/fileUrl';
import * as own from '../../../src/web/posixPath';

const path = fc
  .array(fc.constantFrom('a', 'b.py', '.', '..', '', '.git', 'c.d.ts', 'é ü'), { maxLength: 6 })
  .map(parts => parts.join('/'))
  .chain(joined => fc.constantFrom(joined, `/${joined}`));

describe("paths in a browser's bundles", () => {
  it('are what Node says of POSIX paths', () => {
    fc.assert(
      fc.property(path, path, (a, b) => {
        for (const name of ['normalize', 'basename', 'extname', 'isAbsolute'] as const)
          assert.equal(own[name](a), posix[name](a), `${name} ${a}`);
        const plain = posix.normalize(a);
        assert.equal(own.dirname(plain), posix.dirname(plain), `dirname ${plain}`);
        assert.equal(own.join(a, b), posix.join(a, b), `join ${a}, ${b}`);
        assert.equal(own.resolve('/w', a, b), posix.resolve('/w', a, b), `resolve ${a}, ${b}`);
        assert.equal(own.relative(`/${a}`, `/${b}`), posix.relative(`/${a}`, `/${b}`), `relative ${a}, ${b}`);
        assert.equal(own.basename(a, '.py'), posix.basename(a, '.py'), `basename ${a}`);
      }),
      { numRuns: 2_000, examples: [['///', '']] },
    );
  });

  it('are the paths of file addresses, and back', () => {
    for (const name of ['/a/b.py', '/a b/ü.py', '/a#b/c?d.py', '/100%.py']) {
      const address = url.pathToFileURL(name).href;
      assert.equal(fileUrl.fileURLToPath(address), name);
      assert.equal(fileUrl.fileURLToPath(fileUrl.pathToFileURL(name).href), name);
    }
  });
});
