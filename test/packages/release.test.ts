import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { packagedReadme } from '../../packaging/pages.mjs';
import { obstacles, packageName, releasePlan } from '../../packaging/releasePlan.mjs';
import { TARGETS } from '../../packaging/targets.mjs';

const packed = TARGETS.map(target => packageName(target, '1.2.3'));
const project = { version: '1.2.3', repository: 'github:owner/name', icon: 'media/icon.png' };
const changelog = '# Changelog\n\n## 1.2.3\n\nNew.\n';

describe('a release', () => {
  it('publishes six extensions in two places and one npm package, each where there is an account', () => {
    const plan = releasePlan('1.2.3', { VSCE_PAT: 'key', OVSX_PAT: '' });
    assert.deepEqual(
      plan.map(({ place, isPossible, commands }) => [place, isPossible, commands.length]),
      [
        ['Marketplace', true, 6],
        ['Open VSX', false, 6],
        ['npm', false, 1],
      ],
    );
  });

  it('puts no key into a command, where a log or a list of processes would show it', () => {
    const secret = 'a-key-that-nobody-may-see';
    const plan = releasePlan('1.2.3', { VSCE_PAT: secret, OVSX_PAT: secret, NODE_AUTH_TOKEN: secret });
    assert.ok(plan.every(({ isPossible }) => isPossible));
    assert.doesNotMatch(JSON.stringify(plan), new RegExp(secret));
  });

  const table: readonly (readonly [string, readonly string[], RegExp[]])[] = [
    ['nothing when all is there', obstacles(project, changelog, packed), []],
    ['a chapter of another version', obstacles(project, changelog.replace('1.2.3', '1.2.30'), packed), [/no chapter 1\.2\.3/]],
    ['no repository and no icon', obstacles({ version: '1.2.3' }, changelog, packed), [/no repository/, /no icon/]],
    ['a package that is missing', obstacles(project, changelog, packed.slice(1)), [/^boundlens-1\.2\.3\.vsix is not packed/]],
  ];
  for (const [what, found, expected] of table)
    it(`is stopped by ${what}`, () => {
      assert.equal(found.length, expected.length, found.join('\n'));
      expected.forEach((pattern, index) => assert.match(found[index]!, pattern));
    });

  const readme =
    '# Name\n\n![A picture](docs/a.png)\n![Another](docs/b.png)\n\nSee [docs/x.md](docs/x.md#part), [`s.json`](media/s.json) and [the paper](https://example.org/p).\n\n<!-- mark -->\n\nEnd, [above](#name).\n';
  it('before it is said where, shows no pictures and links to no file of the project', () => {
    const text = packagedReadme(readme, {});
    assert.match(text, /^# Name\n\nSee docs\/x\.md, `s\.json` and \[the paper\]\(https:\/\/example\.org\/p\)\.\n\nEnd, \[above\]\(#name\)\.\n/);
    assert.equal(packagedReadme(readme, { repository: 'github:owner/name' }), readme);
  }); // prettier-ignore

  it('of this version has its chapter in the changelog', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    assert.match(readFileSync('CHANGELOG.md', 'utf8'), new RegExp(`^## ${version.replaceAll('.', '\\.')}$`, 'm'));
  });
});
