import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Every page of the project: those in the root, in docs/ and those that packages or VS Code show. */
const PAGES = ['.', 'docs', 'packaging', 'media', '.github'].flatMap(folder =>
  readdirSync(folder, { recursive: folder !== '.', withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.md'))
    .map(entry => path.join(entry.parentPath, entry.name)),
);

/** The text outside of fenced and inline code, where brackets are no links. */
const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** Anchors of a page as GitHub and VS Code make them from its headings, and those written as HTML. */
function anchors(page: string): ReadonlySet<string> {
  const text = readFileSync(page, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const found = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(match => match[1]!));
  for (const [, heading] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const plain = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replaceAll(' ', '-');
    let unique = slug;
    for (let copy = 1; found.has(unique); copy++) unique = `${slug}-${copy}`;
    found.add(unique);
  }
  return found;
}

/** Targets of links and pictures, in Markdown and in HTML. */
function targets(page: string): readonly string[] {
  const text = withoutCode(readFileSync(page, 'utf8'));
  const markdown = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const html = [...text.matchAll(/\b(?:href|src|srcset)="([^"]+)"/g)];
  return [...markdown, ...html].map(match => match[1]!);
}

/** What is wrong with a link; undefined when it leads somewhere. */
function complaint(page: string, target: string): string | undefined {
  if (/^(https:|mailto:|command:)/.test(target)) return undefined;
  if (/^[a-z]+:/i.test(target)) return 'is no address that everybody can open';
  const [place, anchor] = target.split('#') as [string, string?];
  const file = place === '' ? page : path.join(path.dirname(page), decodeURIComponent(place));
  if (path.relative('.', file).startsWith('..')) return 'leads out of the project';
  if (!existsSync(file)) return 'leads nowhere';
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  return statSync(file).isFile() && anchors(file).has(anchor) ? undefined : `has no heading ${anchor}`;
}

describe('links of the documentation', () => {
  it('are looked at on every page', () => {
    assert.ok(PAGES.includes('README.md') && PAGES.includes(path.join('docs', 'architecture.md')), PAGES.join(', '));
    assert.ok(PAGES.flatMap(targets).length > 60);
  });

  for (const page of PAGES)
    it(`lead somewhere: ${page}`, () => {
      const broken = targets(page).flatMap(target => {
        const wrong = complaint(page, target);
        return wrong ? [`${target} ${wrong}`] : [];
      });
      assert.deepEqual(broken, []);
    });

  it('lead to every page of docs/ from the README or from another page', () => {
    const linked = new Set(
      PAGES.flatMap(page => targets(page).map(target => path.join(path.dirname(page), target.split('#')[0]!))).map(file =>
        path.normalize(file),
      ),
    );
    assert.deepEqual(
      PAGES.filter(page => page.startsWith('docs') && !linked.has(page)),
      [],
    );
  });

  it('name files of the project that are there, but for those that a worked example would add', () => {
    const examples = /equinox|etran|simMim/;
    const named = PAGES.flatMap(page =>
      [...readFileSync(page, 'utf8').matchAll(/`((?:src|test|webview|packaging|media)\/[\w./-]+\.(?:ts|mjs|py|json|svg))`/g)].map(
        ([, file]) => `${page}: ${file}`,
      ),
    );
    assert.ok(named.length > 30);
    assert.deepEqual(
      named.filter(entry => !examples.test(entry) && !existsSync(entry.split(': ')[1]!)),
      [],
    );
  });

  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['absent.md', /leads nowhere/],
    ['docs/theory.md#no-such-heading', /has no heading/],
    ['../elsewhere.md', /leads out of the project/],
    ['file:///home/somebody/notes.md', /no address/],
    ['#no-such-heading', /has no heading/],
  ];
  for (const [target, sentence] of mistakes)
    it(`would be found broken: ${target}`, () => assert.match(complaint('README.md', target) ?? '', sentence));
});
