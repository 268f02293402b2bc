import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { UNIVERSAL } from '../../packaging/targets.mjs';
import { makePackages, stagedFolder } from './made';

/** Modules of Node that open connections. */
const NETWORK = ['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns', 'dns/promises', 'inspector', 'vm', 'repl', 'cluster'];

/** Places where text becomes code all the same, each harmless for the reason beside it. */
const KNOWN: readonly (readonly [program: string, text: string, why: string])[] = [
  [
    'panel.js',
    'new Function("return this")',
    'how FAST finds the global object where there is no globalThis; the panel’s policy forbids it',
  ],
];

const count = (text: string, part: string) => text.split(part).length - 1;

describe('the packed programs', () => {
  let programs: readonly (readonly [name: string, text: string])[] = [];
  before(() => {
    makePackages();
    const dist = path.join(stagedFolder(UNIVERSAL), 'dist');
    programs = readdirSync(dist, { recursive: true })
      .map(String)
      .filter(name => name.endsWith('.js'))
      .map(name => [name, readFileSync(path.join(dist, name), 'utf8')] as const);
    assert.ok(programs.length >= 6);
  });

  it('turn no text into code', () => {
    for (const [name, text] of programs) {
      const known = KNOWN.filter(([program]) => program === name).reduce((sum, [, part]) => sum + count(text, part), 0);
      assert.equal([...text.matchAll(/(?<![.\w$])eval\(/g)].length, 0, `${name} calls eval`);
      assert.equal([...text.matchAll(/\bnew Function\(/g)].length, known, `${name} makes functions of text`);
      assert.doesNotMatch(text, /set(Timeout|Interval)\("/, `${name} runs text later`);
    }
  });

  it('load nothing but modules of Node and the editor by a name that is written down, and open no connection', () => {
    for (const [name, text] of programs)
      for (const [, module = ''] of text.matchAll(/(?<![.\w$])(?:require|import)\("([^"]+)"\)/g)) {
        const plain = module.replace(/^node:/, '');
        const isPart = /^\.{1,2}\//.test(module) && programs.some(([other]) => other === path.join(path.dirname(name), module));
        assert.ok(module === 'vscode' || isPart || builtinModules.includes(plain), `${name} loads ${module}`);
        assert.ok(!NETWORK.includes(plain), `${name} loads ${module}`);
      }
  });

  it('load modules by a name that is made up in the engines alone: from their own folder, or where the user installed TensorFlow', () => {
    const loaders = new Map(programs.map(([name, text]) => [name, count(text, 'createRequire)(__filename)')]));
    assert.deepEqual(
      [...loaders].filter(([name, uses]) => uses > 0 && !/^(trainer\.js|cli[\\/])/.test(name)),
      [],
    );
  });

  it('the extension itself starts small: it loads no engine, no parser and no chart', () => {
    for (const [program, most] of [
      ['extension.js', 300_000],
      ['panel.js', 1_000_000],
    ] as const) {
      const [, text] = programs.find(([name]) => name === program)!;
      assert.ok(Buffer.byteLength(text) <= most, `${program} has ${Buffer.byteLength(text)} bytes, ${most} at most`);
    }
  });
});
