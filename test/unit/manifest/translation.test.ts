import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

type Texts = Readonly<Record<string, string>>;

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as unknown;
const manifest = json('package.json') as { readonly contributes: unknown; readonly l10n: string };

/** Fields of the manifest that a person reads; a name that is the same in every language may stand there as it is. */
const READ = new Set([
  'title',
  'description',
  'markdownDescription',
  'enumDescriptions',
  'markdownEnumDescriptions',
  'contents',
  'altText',
  'displayName',
  'userDescription',
]);

/** The plain texts among the contributions, with their places. The schemas of tools are for models, which read English. */
function untranslated(value: unknown, place: string, isRead = false): readonly string[] {
  if (typeof value === 'string') return isRead && !/^%[^%]+%$/.test(value) && value !== 'BoundLens' ? [`${place}: ${value}`] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'inputSchema' ? [] : untranslated(inner, `${place}.${name}`, READ.has(name) || (Array.isArray(value) && isRead)),
  );
}

/** The texts that the editor's code shows, by the first argument of `vscode.l10n.t`. */
function shownTexts(): readonly string[] {
  const files = readdirSync('src', { recursive: true })
    .map(file => path.join('src', String(file)))
    .filter(file => file.endsWith('.ts'));
  return files.flatMap(file => {
    const texts: string[] = [];
    const text = readFileSync(file, 'utf8');
    if (!text.includes('l10n.t(')) return [];
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && /^(vscode\.)?l10n\.t$/.test(node.expression.getText())) {
        const [first] = node.arguments;
        assert.ok(first && ts.isStringLiteralLike(first), `${file}: ${node.getText()} needs its text in place, for translators to find`);
        texts.push(first.text);
      }
      node.forEachChild(visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
    return texts;
  });
}

/** What has to be in a translation as it is in the source: placeholders, commands, code, settings. */
const fixedParts = (text: string): readonly string[] =>
  [...text.matchAll(/\{\d+\}|\(command:[^)]+\)|`[^`]+`|\$\([\w~-]+\)/g)].map(([part]) => part).sort();

describe('the translation into German', () => {
  const manifestTexts = json('package.nls.json') as Texts;
  const manifestGerman = json('package.nls.de.json') as Texts;
  const texts = json(path.join(manifest.l10n, 'bundle.l10n.json')) as Texts;
  const german = json(path.join(manifest.l10n, 'bundle.l10n.de.json')) as Texts;

  it('can reach every text of the manifest: what people read stands in package.nls.json, and nothing else does', () => {
    assert.deepEqual(
      untranslated(manifest.contributes, 'contributes'),
      [],
      'put these texts into package.nls.json and package.nls.de.json',
    );
    const used = [...readFileSync('package.json', 'utf8').matchAll(/"%([^%"]+)%"/g)].map(([, name]) => name!);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(manifestTexts).sort());
  });

  it('can reach every text of the code: each stands in l10n/bundle.l10n.json, and nothing else does', () => {
    const shown = new Set(shownTexts());
    assert.ok(shown.size > 20);
    assert.deepEqual(Object.keys(texts).sort(), [...shown].sort());
    for (const [name, text] of Object.entries(texts)) assert.equal(text, name, 'English is the source');
  });

  for (const [what, source, translated] of [
    ['the manifest', manifestTexts, manifestGerman],
    ['the code', texts, german],
  ] as const)
    it(`is complete for ${what}, and keeps placeholders, commands and code`, () => {
      assert.deepEqual(Object.keys(translated).sort(), Object.keys(source).sort());
      for (const [name, text] of Object.entries(source)) {
        const other = translated[name]!;
        assert.ok(other.trim() !== '', name);
        assert.deepEqual(fixedParts(other), fixedParts(text), name);
        if (/^[\w ]{12,}[.…]?$/.test(text)) assert.notEqual(other, text, `${name} is not translated`);
      }
    });
});
