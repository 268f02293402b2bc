import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { CLI, PLATFORMS, UNIVERSAL } from '../../packaging/targets.mjs';
import { HOST, makePackages, packageFile, stagedFolder, vsixFiles } from './made';

const MEGABYTE = 1e6;
/** The WebAssembly engine’s own program, shipped as it is published. */
const ENGINE = 'ort.wasm.min.js';

/** Everything that a package may hold, and what for. A file that no line here names has no business in a package. */
const SHARED: readonly (readonly [RegExp, string])[] = [
  [/^package\.json$/, 'what VS Code or npm reads'],
  [/^(README\.md|CHANGELOG\.md|LICENSE|THIRD-PARTY-NOTICES\.txt)$/, 'for people'],
  [/^dist\/(analysis|trainer|pictures|cli|panel)\.js$/, 'programs; the panel’s page is part of every report'],
  [/^dist\/cli\/[\w-]+\.js$/, 'parts of the command line, loaded when they are needed'],
  [/^dist\/tree-sitter(-python|-javascript|-typescript|-tsx)?\.wasm$/, 'parsers'],
  [/^dist\/(ort\.wasm\.min\.js|ort-wasm-simd-threaded\.(wasm\.br|mjs)|optimiser\.wasm)$/, 'the WebAssembly engine and the optimiser'],
  [/^media\/study\.schema\.json$/, 'the schema of studies'],
];
const EDITOR: typeof SHARED = [
  [/^\.vscodeignore$/, 'read by the packer, not packed'],
  [/^(package\.nls|l10n\/bundle\.l10n)(\.de)?\.json$/, 'texts, in English and German'],
  [/^dist\/extension\.js$/, 'the program of the editor'],
  [/^dist\/studyChecks\.js$/, 'checks studies while they are written'],
  [/^dist\/formulas\.json$/, 'the pictures of formulas in hovers'],
  [/^dist\/web\/(extension|analysis|studyChecks)\.js$/, 'the programs of an editor in a browser'],
  [/^media\/study\.completion\.schema\.json$/, 'what VS Code completes studies by'],
  [/^media\/multiview\.schema\.json$/, 'the schema of experiments of the multi-view laboratory'],
  [/^media\/[\w-]+(\/[\w-]+)*\.(svg|png|gif|md)$/, 'icons, pictures and pages of the walkthrough'],
  [
    /^media\/sample\/(\w[\w-]*\/)*[\w-]+\.((study|multiview)\.json|py|js|json)$/,
    'studies, an experiment and definitions of the sample workspace',
  ],
  [/^media\/sample\/fashion-mnist\/([\w-]+\.gz|LICENSE)$/, 'its images'],
  [/^docs\/editor\.md$/, 'what problems in definitions and studies link to'],
];
const native = (os: string, cpu: string): typeof SHARED => [
  [/^dist\/node_modules\/onnxruntime-(node|common)\/package\.json$/, 'where ONNX Runtime’s modules begin'],
  [/^dist\/node_modules\/onnxruntime-node\/dist\/\w+\.js$/, 'ONNX Runtime for Node'],
  [/^dist\/node_modules\/onnxruntime-common\/dist\/cjs\/([\w-]+\.js|package\.json)$/, 'what it shares with other builds'],
  [new RegExp(`^dist/node_modules/onnxruntime-node/bin/napi-v6/${os}/${cpu}/[\\w.]+\\.(node|dll|dylib|so\\.1)$`), 'its library'],
];

/** Most megabytes of what is laid out, and of the packed file: about a twentieth more than there is, so that growth is seen while there still is room. */
const BUDGETS: Readonly<Record<string, readonly [laidOut: number, packed: number]>> = {
  [UNIVERSAL]: [20, 11.2],
  [CLI]: [12, 4.7],
  'linux-x64': [68.5, 30],
  'linux-arm64': [47, 22.2],
  'darwin-arm64': [67, 25],
  'win32-x64': [90.5, 41.5],
  'win32-arm64': [96.5, 42.8],
};

/** Paths below a folder with their sizes. */
const laidOut = (folder: string): ReadonlyMap<string, number> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => path.join(entry.parentPath, entry.name))
      .map(file => [path.relative(folder, file).split(path.sep).join('/'), statSync(file).size]),
  );

const sum = (sizes: Iterable<number>) => [...sizes].reduce((total, size) => total + size, 0);

describe('packages', () => {
  before(makePackages);

  for (const target of [UNIVERSAL, ...Object.keys(PLATFORMS), CLI])
    it(`${target} holds what it needs and nothing else, within its budget`, () => {
      const platform = PLATFORMS[target];
      const allowed = [...SHARED, ...(target === CLI ? [] : EDITOR), ...(platform ? native(platform.os, platform.cpu) : [])];
      const files = laidOut(stagedFolder(target));
      const strays = [...files.keys()].filter(file => !allowed.some(([pattern]) => pattern.test(file)));
      assert.deepEqual(strays, [], 'files that nobody asked for');
      const names = [...files.keys()];
      for (const [pattern, what] of allowed) {
        const isPresent = names.some(name => pattern.test(name));
        if (!/ pages /.test(what)) assert.ok(isPresent, `${what} (${String(pattern)})`);
      }
      const budget = BUDGETS[target]![0] * MEGABYTE;
      assert.ok(sum(files.values()) <= budget, `${sum(files.values())} bytes are laid out, ${budget} at most`);
    });

  for (const target of [UNIVERSAL, ...(HOST ? [HOST] : [])])
    it(`the VSIX ${target} holds byte for byte what was laid out`, async () => {
      const packed = await vsixFiles(packageFile(target));
      const renamed = new Map([
        ['README.md', 'readme.md'],
        ['CHANGELOG.md', 'changelog.md'],
        ['LICENSE', 'LICENSE.txt'],
      ]);
      const expected = [...laidOut(stagedFolder(target))].filter(([name]) => name !== '.vscodeignore');
      assert.deepEqual([...packed].sort(), expected.map(([name, size]): [string, number] => [renamed.get(name) ?? name, size]).sort());
    });

  for (const target of [UNIVERSAL, CLI, ...(HOST ? [HOST] : [])])
    it(`the packed file of ${target} stays within its budget`, () => {
      const { size } = statSync(packageFile(target));
      assert.ok(size <= BUDGETS[target]![1] * MEGABYTE, `${size} bytes`);
    });

  for (const [name, kilobytes] of [
    ['extension.js', 300],
    ['panel.js', 1000],
    ['formulas.json', 200],
  ] as const)
    it(`${name} stays within ${kilobytes} KB`, () => {
      const { size } = statSync(path.join(stagedFolder(UNIVERSAL), 'dist', name));
      assert.ok(size <= 1000 * kilobytes, `${size} bytes`);
    });

  it('their programs carry no source map and no path of the machine that built them', () => {
    const dist = path.join(stagedFolder(UNIVERSAL), 'dist');
    const programs = [...laidOut(dist).keys()].filter(name => name.endsWith('.js') && name !== ENGINE);
    for (const name of [
      'extension',
      'studyChecks',
      'analysis',
      'trainer',
      'pictures',
      'cli',
      'panel',
      'web/extension',
      'web/analysis',
      'web/studyChecks',
    ])
      assert.ok(programs.includes(`${name}.js`), name);
    for (const name of programs) {
      const text = readFileSync(path.join(dist, name), 'utf8');
      assert.doesNotMatch(text, /sourceMappingURL=|sourcesContent/, name);
      assert.ok(!text.includes(process.cwd()), name);
    }
  });

  it('their pages show no picture and follow no link that only the project’s folder has', () => {
    const { repository } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly repository?: unknown };
    for (const page of ['README.md', 'CHANGELOG.md', 'docs/editor.md']) {
      const text = readFileSync(path.join(stagedFolder(UNIVERSAL), page), 'utf8');
      assert.ok(text.length > 3000 && text.startsWith('# '), page);
      // With a repository the packer makes them absolute.
      if (page === 'docs/editor.md' || repository === undefined)
        assert.deepEqual(text.match(/!?\[[^\]]*\]\((?![a-z]+:|#)[^)]*\)/g), null, page);
    }
  });

  it('their manifests say nothing about working on BoundLens', () => {
    const manifest = (target: string) =>
      JSON.parse(readFileSync(path.join(stagedFolder(target), 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
    for (const target of [UNIVERSAL, CLI])
      for (const key of ['private', 'scripts', 'devDependencies', 'dependencies'])
        assert.ok(!(key in manifest(target)), `${target}: ${key}`);
    assert.ok(manifest(UNIVERSAL)['main'] && manifest(UNIVERSAL)['contributes']);
    assert.deepEqual(Object.keys(manifest(CLI)['optionalDependencies'] as object), ['onnxruntime-node']);
    assert.ok(!('contributes' in manifest(CLI)));
  });

  it('THIRD-PARTY-NOTICES.txt names every bundled package (renew it with "npm run notices")', () => {
    const made = execFileSync(process.execPath, ['packaging/notices.mjs', '--print'], { encoding: 'utf8', maxBuffer: 1e7 });
    assert.equal(readFileSync('THIRD-PARTY-NOTICES.txt', 'utf8'), made);
  });
});
