import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { help } from '../../../src/cli/main';

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const text = (file: string): string => readFileSync(file, 'utf8');

const PAGES = [
  'README.md',
  'packaging/cli.md',
  ...readdirSync('docs')
    .filter(file => file.endsWith('.md'))
    .map(file => path.join('docs', file)),
];
const optionsIn = (words: string): readonly string[] => [...words.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);

/** Options of every command of the command line, as its help shows them. */
const commandsOf = (shown: string): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map([...shown.matchAll(/^ {2}boundlens (\S+) (.*)$/gm)].map(([, name, usage]) => [name!, new Set([...optionsIn(usage!), '--json'])]));
/** What stands on every page of `boundlens WORD …`, in code. */
const CALLS = PAGES.flatMap(page =>
  [...text(page).matchAll(/(?:`|^)(?:npx )?boundlens ([a-z]+)([^`\n]*)/gm)].map(([, name, words]) => ({
    page,
    name: name!,
    options: optionsIn(words!.split(/ {2,}/)[0]!),
  })),
);

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}
const { commands, configuration } = (readJson('package.json') as Manifest).contributes;
const titles = readJson('package.nls.json') as Readonly<Record<string, string>>;
const settings = Object.keys(configuration.properties);

/** Keys of an object of a JSON schema and of all that it holds. */
function keysOf(schema: unknown): ReadonlySet<string> {
  if (Array.isArray(schema)) return new Set(schema.flatMap(one => [...keysOf(one)]));
  if (typeof schema !== 'object' || schema === null) return new Set();
  const { properties = {} } = schema as { readonly properties?: object };
  return new Set([...Object.keys(properties), ...Object.values(schema).flatMap(one => [...keysOf(one)])]);
}

describe('what the documentation names', () => {
  let known: ReadonlyMap<string, ReadonlySet<string>>;
  before(async () => {
    known = commandsOf(await help());
  });

  it('every command and option of the command line, and no other', () => {
    const page = text('docs/command-line.md');
    for (const [name, options] of known) {
      assert.ok(page.includes(`| \`${name}\` `), name);
      for (const option of options) assert.ok(page.includes(option), `${name} ${option}`);
    }
    const all = new Set([...known.values()].flatMap(options => [...options]));
    const others = optionsIn(page).filter(option => !all.has(option) && option !== '--help' && option !== '--version');
    assert.deepEqual(others, []);
  });

  it('commands that are there, with options that they take, wherever one is written out', () => {
    assert.ok(CALLS.length > 30, `${CALLS.length}`);
    for (const { page, name, options } of CALLS) {
      const taken = known.get(name);
      assert.ok(taken, `${page}: boundlens ${name}`);
      for (const option of options) assert.ok(taken.has(option), `${page}: boundlens ${name} ${option}`);
    }
  });

  it('every command of the editor by its title', () => {
    const page = text('docs/editor.md');
    const unnamed = commands.map(({ title }) => titles[title.slice(1, -1)]!).filter(title => !page.includes(`_${title}_`));
    assert.deepEqual(unnamed, []);
  });

  it('every setting, and no other', () => {
    const page = text('docs/editor.md');
    assert.deepEqual(
      settings.filter(setting => !page.includes(`\`${setting}\``)),
      [],
    );
    const known = new Set([...settings, ...commands.map(({ command }) => command)]);
    const named = PAGES.flatMap(file => [...text(file).matchAll(/`(boundlens\.[a-z]\w*)`/gi)].map(([, name]) => name!));
    assert.deepEqual(
      named.filter(name => !known.has(name)),
      [],
    );
  });

  it('every key of a study, with those of its data', () => {
    const pages = ['studies', 'datasets', 'own-models'].map(page => text(`docs/${page}.md`)).join('\n');
    const unnamed = [...keysOf(readJson('media/study.schema.json'))].filter(
      key => !new RegExp(`[\`".]${key.replace('$', '\\$')}[\`".]`).test(pages),
    );
    assert.deepEqual(unnamed, []);
  });
});
