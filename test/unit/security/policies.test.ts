import assert from 'node:assert/strict';
import { panelPage } from '../../../src/editor/panelPage';
import { guardedReport, reportPage } from '../../../src/reporting/reportPage';
import { arm, run, snapshot, summaryOf } from '../webview/snapshots';

/** The directives of the content security policy of a page. */
function policyOf(page: string): ReadonlyMap<string, string> {
  const found = [...page.matchAll(/<meta http-equiv="Content-Security-Policy" content="([^"]+)"/g)];
  assert.equal(found.length, 1, 'one policy');
  assert.ok(page.indexOf(found[0]![0]) < page.indexOf('<script'), 'before the first script');
  return new Map(found[0]![1]!.split(';').map(directive => /^\s*(\S+)\s*(.*)$/.exec(directive)!.slice(1) as [string, string]));
}

const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(1)>';
const hostileSnapshot = () =>
  snapshot({
    study: hostile,
    studies: [hostile],
    runs: [run(hostile, { study: hostile, arm: hostile })],
    summary: summaryOf([arm(hostile)]),
  });

const PAGES: readonly (readonly [name: string, page: string])[] = [
  ['the panel', panelPage({ script: 'https://file/panel.js', cspSource: 'https://file', nonce: 'n0nce' })],
  ['the report', reportPage(hostileSnapshot(), 'start();', hostile)],
];

describe('content security policies', () => {
  for (const [name, page] of PAGES) {
    it(`${name} admits nothing by default, and no connection, frame or form`, () => {
      const policy = policyOf(page);
      assert.equal(policy.get('default-src'), `'none'`);
      for (const directive of ['connect-src', 'frame-src', 'child-src', 'worker-src', 'object-src', 'media-src'])
        assert.ok(!policy.has(directive), directive);
      assert.doesNotMatch([...policy.values()].join(' '), /unsafe-eval|wasm-unsafe-eval|\*|\bhttp:/);
    });

    it(`${name} has no handler in an attribute and no address of another host`, () => {
      const outside = page.replace(/<script[^>]*>[\s\S]*?<\/script>/g, '').replace(/&lt;[^>]*/g, '');
      assert.doesNotMatch(outside, /<[^>]+\son\w+=/i);
      assert.doesNotMatch(outside.replace('https://file', ''), /(src|href)="https?:/);
    });
  }

  it('a report that lies in a workspace is shown behind the policy of reports, whatever it brings', () => {
    const own = '<meta http-equiv="Content-Security-Policy" content="default-src *"><script src="https://evil.example/x.js"></script>';
    const [first] = /^<!doctype html><meta http-equiv="Content-Security-Policy" content="[^"]+">/.exec(guardedReport(own))!;
    assert.equal(guardedReport(own), `${first}${own}`);
    const page = `${first}<script>`;
    assert.deepEqual(policyOf(page), policyOf(PAGES[1]![1]));
    assert.equal(policyOf(page).get('default-src'), `'none'`);
  });

  it('the panel runs scripts with its nonce alone', () => {
    const policy = policyOf(PAGES[0]![1]);
    assert.equal(policy.get('script-src'), `'nonce-n0nce'`);
    assert.doesNotMatch(policy.get('style-src') ?? '', /unsafe/);
  });

  it('names of studies, arms and runs stay text in the report', () => {
    const [, page] = PAGES[1]!;
    assert.ok(!page.includes('<script>alert'), 'a script of the data');
    assert.ok(!page.includes('<img src=x'), 'an element of the data');
    assert.equal([...page.matchAll(/<\/script>/g)].length, 2);
  });
});
