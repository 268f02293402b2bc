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

/** Calls that take a text in place: VS Code's own, and those of src/common/translation.ts. */
const TRANSLATING = /^((vscode\.)?l10n\.t|t|toTranslate)$/;

/** Fields and lists of a report whose texts theory writes as they are, and lenses, hovers and the panel show translated. */
const REPORTED = new Set(['bounds', 'assumptions']);

/** The folders whose code shows texts, and those whose reports are shown. */
const SHOWING = ['src', 'webview'];
const REPORTING = path.join('src', 'theory');

/** The texts that the code shows: the first arguments of what translates, and the plain ones among what theory says of its reports. */
function shownTexts(): readonly string[] {
  const files = SHOWING.flatMap(folder => readdirSync(folder, { recursive: true }).map(file => path.join(folder, String(file))));
  return files
    .filter(file => file.endsWith('.ts') && !file.endsWith('translation.ts'))
    .flatMap(file => {
      const texts: string[] = [];
      const text = readFileSync(file, 'utf8');
      const visit = (node: ts.Node): void => {
        if (ts.isCallExpression(node) && TRANSLATING.test(node.expression.getText())) {
          const [first, ...values] = node.arguments;
          assert.ok(first && ts.isStringLiteralLike(first), `${file}: ${node.getText()} needs its text in place, for translators to find`);
          const places = [...first.text.matchAll(/\{(\d+)\}/g)].map(([, place]) => Number(place) + 1);
          assert.equal(Math.max(0, ...places), values.length, `${file}: ${node.getText()} has other values than places for them`);
          texts.push(first.text);
        }
        if (file.startsWith(REPORTING) && ts.isPropertyAssignment(node) && REPORTED.has(node.name.getText()))
          texts.push(...[node.initializer, ...elementsOf(node.initializer)].filter(ts.isStringLiteralLike).map(({ text: said }) => said));
        node.forEachChild(visit);
      };
      if (file.startsWith(REPORTING) || /\b(t|toTranslate)\(/.test(text))
        visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
      return texts;
    });
}

const elementsOf = (node: ts.Node): readonly ts.Node[] => (ts.isArrayLiteralExpression(node) ? node.elements : []);

/** Closed lists of words that the code looks up by the word itself. */
const WORDS = [
  ...['certified', 'measured', 'estimated', 'assumed'],
  ...['transfer', 'complexity', 'concentration', 'domain shift', 'task', 'optimisation', 'empirical risk', 'divergence', 'confidence'],
  ...['robustness', 'memorisation', 'rationality'],
  ...['queued', 'running', 'finished', 'stopped', 'failed', 'interrupted'],
  ...['pre-training', 'bound', 'score', 'architecture'],
];

/** What reports say that theory composes or chooses: the test below finds each in the sources, `*` standing for what is put in. */
const COMPOSED: readonly string[] = [
  'excess pre-training loss of the trained pair over the best pair of the class',
  'excess downstream risk of the head over the best head and encoder',
  'excess downstream risk of the head over the best head on this encoder (no pre-training, so no transfer, domain shift and task terms)',
  'excess reconstruction loss after pre-training, from the norms of the weights',
  'excess reconstruction loss after pre-training, from the architecture alone',
  'error of the randomised (Gibbs) head N(μu, I); the deterministic head errs at most twice as often',
  'error of the randomised (Gibbs) head N(M, I); the deterministic head errs at most twice as often',
  'error of the deterministic head of F1, from the test set',
  'error of the deterministic head of F2, from the test set',
  'the unlabelled samples are independent draws from the pre-training law',
  'the labelled points are independent draws from the downstream law, none of them among the unlabelled ones',
];

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
    const shown = new Set([...shownTexts(), ...WORDS, ...COMPOSED]);
    assert.ok(shown.size > 20);
    assert.deepEqual(Object.keys(texts).sort(), [...shown].sort());
    for (const [name, text] of Object.entries(texts)) assert.equal(text, name, 'English is the source');
  });

  it('names what reports say as theory says it', () => {
    const sources = ['src/theory', 'src/training'].flatMap(folder =>
      readdirSync(folder, { recursive: true })
        .map(file => path.join(folder, String(file)))
        .filter(file => file.endsWith('.ts'))
        .map(file => readFileSync(file, 'utf8')),
    );
    const shortened = (text: string) =>
      text.replace(/N\((μu|M), I\)|of F[12],|from the (norms of the weights|architecture alone)$/g, '*').split('*');
    for (const text of COMPOSED)
      assert.ok(
        sources.some(source => shortened(text).every(part => source.includes(part))),
        text,
      );
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
