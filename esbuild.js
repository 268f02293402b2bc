// Builds everything: node esbuild.js [--watch] [--production] [--outdir=dist] [--tests] [--bench] [--install-only]
//                    node esbuild.js --only=unit,cli [--filter=theory]   (--filter: only the unit tests below that path, as out/unit.theory.js)
// --production writes which package is in which bundle to metafile.json beside the folder of the bundles: the notices are made from it.
// On a fresh clone it installs the locked dependencies first, so that every npm script works at once.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');
const zlib = require('node:zlib');

const root = __dirname;
const flags = new Set(process.argv.slice(2));
const production = flags.has('--production');
const valueOf = flag => process.argv.find(argument => argument.startsWith(`${flag}=`))?.slice(flag.length + 1);

/** Whether everything that the lock file names is installed in that version; packages for other platforms may be absent. */
function isInstalled() {
  try {
    const packages = file => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages;
    const installed = packages('node_modules/.package-lock.json');
    const matches = ([place, { version, optional }]) =>
      place === '' || (installed[place] ? installed[place].version === version : optional);
    return Object.entries(packages('package-lock.json')).every(matches);
  } catch {
    return false;
  }
}

/** Installs the locked dependencies when they are missing or others than the lock file names. */
function installDependencies() {
  if (isInstalled()) return;
  console.log('Installing dependencies (npm ci) …');
  execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}

/** Every file below `folder` whose path ends in `ending`, sorted. */
function filesBelow(folder, ending) {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true })
    .map(file => `./${folder}/${String(file).split(path.sep).join('/')}`)
    .filter(file => file.endsWith(ending) && !file.includes('node_modules'))
    .sort();
}

/** The parser's glue would evaluate JavaScript that a grammar carries. The shipped grammars carry none, and no bundle holds an `eval`. */
const withoutEval = {
  name: 'without eval',
  setup(build) {
    build.onLoad({ filter: /tree-sitter-wasm[\\/]wasm[\\/]tree-sitter\.js$/ }, ({ path: file }) => {
      const text = fs.readFileSync(file, 'utf8');
      const contents = text.replace(/= eval\(func\);/g, '= refuseCode();');
      if (contents === text || /[^.\w$]eval\(/.test(contents)) throw new Error(`${file} evaluates text in another place than before.`);
      return { contents: `${contents}\nfunction refuseCode() { throw new Error('This grammar carries code.'); }\n` };
    });
  },
};

/** Where the bundles and what they load go. */
const dist = valueOf('--outdir') ?? 'dist';

const shared = { bundle: true, metafile: production, sourcemap: !production, minify: production, logLevel: 'warning', absWorkingDir: root };
const node = {
  ...shared,
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node20',
  format: 'cjs',
  external: ['vscode', 'onnxruntime-node', 'onnxruntime-web'],
  // TensorFlow.js asks for it where Node has no fetch, which no supported Node is, and nothing here calls either.
  plugins: [withoutEval],
  alias: { 'node-fetch': './src/common/noNetwork.ts' },
};

/**
 * Splits a program for Node: the entry, and in a folder of its name parts that are loaded when they are needed, because reading two megabytes takes
 * longer than most commands. esbuild splits modules of ECMAScript alone, so each part becomes CommonJS afterwards. Parts of earlier builds go.
 */
const inParts = name => ({
  name: 'in parts',
  setup({ initialOptions, esbuild, onEnd }) {
    const own = { format: 'esm', splitting: true, write: false, chunkNames: `${name}/[name]-[hash]`, sourcemap: !production && 'inline' };
    const { target, minify } = Object.assign(initialOptions, own);
    const folder = path.join(root, initialOptions.outdir, name);
    const write = async ({ path: file, text }) => {
      const map = !production && { sourcemap: true, sourcefile: path.basename(file), sourcesContent: true };
      const made = await esbuild.transform(text, {
        format: 'cjs',
        platform: 'node',
        target,
        minify,
        supported: { 'dynamic-import': false },
        ...map,
      });
      fs.writeFileSync(file, made.map ? `${made.code}//# sourceMappingURL=${path.basename(file)}.map\n` : made.code);
      if (made.map) fs.writeFileSync(`${file}.map`, made.map);
    };
    onEnd(async ({ outputFiles, errors }) => {
      if (errors.length > 0) return;
      fs.mkdirSync(folder, { recursive: true });
      await Promise.all(outputFiles.map(write));
      const current = outputFiles.map(({ path: file }) => path.basename(file));
      const isOld = file => !current.includes(file.replace(/\.map$/, ''));
      for (const file of fs.readdirSync(folder).filter(isOld)) fs.rmSync(path.join(folder, file));
    });
  },
});

/**
 * Lets the browser's bundles share modules with Node's: paths there are POSIX, and the disk and other processes are not there at all; who would use them
 * is not called there.
 */
const inBrowser = {
  name: 'in-browser',
  setup(build) {
    const own = { path: './src/web/posixPath.ts', url: './src/web/fileUrl.ts' };
    const filter = /^(node:.+|fs|fs\/promises|module|path|url)$/;
    build.onResolve({ filter }, ({ path: name }) => ({ path: name.replace(/^node:/, ''), namespace: 'in-browser' }));
    build.onLoad({ filter: /.*/, namespace: 'in-browser' }, ({ path: name }) => ({
      contents: own[name]
        ? `import * as all from '${own[name]}'; export * from '${own[name]}'; export default all;`
        : 'module.exports = {};',
      resolveDir: root,
    }));
  },
};
const web = {
  ...shared,
  platform: 'browser',
  mainFields: ['module', 'main'],
  target: 'es2022',
  minify: true,
  plugins: [withoutEval, inBrowser],
};

const bundles = {
  extension: { ...node, entryPoints: ['src/extension.ts'], outfile: `${dist}/extension.js` },
  analysis: { ...node, entryPoints: ['src/analysis.ts'], outfile: `${dist}/analysis.js` },
  studyChecks: { ...node, entryPoints: ['src/studyChecks.ts'], outfile: `${dist}/studyChecks.js` },
  // The trainer, and the thread on which it decodes pictures.
  trainer: { ...node, entryPoints: ['src/trainer.ts', 'src/pictures.ts'], outdir: dist },
  cli: { ...node, entryPoints: ['src/cli.ts'], outdir: dist, plugins: [...node.plugins, inParts('cli')] },
  web: { ...web, entryPoints: ['src/extension.web.ts'], outfile: `${dist}/web/extension.js`, format: 'cjs', external: ['vscode'] },
  webAnalysis: {
    ...web,
    entryPoints: ['src/analysis.web.ts'],
    outfile: `${dist}/web/analysis.js`,
    format: 'iife',
    // The parser's loader asks where it is, and would not start in a worker that comes from memory; it has no use for the answer.
    define: { __filename: '"/analysis.js"' },
  },
  webStudyChecks: { ...web, entryPoints: ['src/studyChecks.web.ts'], outfile: `${dist}/web/studyChecks.js`, format: 'iife' },
  panel: {
    ...shared,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    loader: { '.css': 'text' },
    entryPoints: ['webview/panel.ts'],
    outfile: `${dist}/panel.js`,
  },
};

/** One bundle out of many test files, so that all of them share one instance of every module. */
function collected(files, outfile) {
  return {
    ...node,
    minify: false,
    sourcemap: 'inline',
    stdin: { contents: files.map(file => `import ${JSON.stringify(file)};`).join('\n'), resolveDir: root, sourcefile: `${outfile}.entry` },
    external: [...node.external, 'esbuild', 'gifenc', 'playwright-core', '@vscode/test-electron'],
    outfile,
  };
}

const filter = valueOf('--filter');
const unitTests = () => filesBelow('test/unit', '.test.ts').filter(file => !filter || file.includes(filter));
const testBundles = () => ({
  unit: collected(unitTests(), filter ? `out/unit.${filter.replaceAll('/', '.')}.js` : 'out/unit.js'),
  host: { ...node, entryPoints: ['test/host/index.ts'], outfile: 'out/host.js', external: [...node.external, 'mocha'] },
  ui: collected(filesBelow('test/ui', '.test.ts'), 'out/ui.js'),
  packages: collected(filesBelow('test/packages', '.test.ts'), 'out/packages.js'),
  faults: collected(filesBelow('test/faults', '.test.ts'), 'out/faults.js'),
  cluster: collected(filesBelow('test/cluster', '.test.ts'), 'out/cluster.js'),
});
const benchBundles = () => ({
  bench: { ...node, entryPoints: ['test/bench/bench.ts'], outfile: 'out/bench.js', external: [...node.external, 'playwright-core'] },
});

/** Compiles the AssemblyScript kernel to WebAssembly with SIMD; it works in the memory that the parameters live in. */
async function buildKernels() {
  const source = 'src/training/engine/optimiser.as.ts';
  const target = path.join(root, dist, 'optimiser.wasm');
  if (fs.existsSync(target) && fs.statSync(target).mtimeMs > fs.statSync(path.join(root, source)).mtimeMs) return;
  const { default: asc } = await import('assemblyscript/asc');
  const written = `${dist}/optimiser.${process.pid}.wasm`;
  const { error, stderr } = await asc.main(
    [source, '--outFile', written, '-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'],
    { baseDir: root },
  );
  if (error) throw new Error(`optimiser.as.ts does not compile: ${stderr?.toString() || error.message}`);
  fs.renameSync(path.join(root, written), target);
}

/** Draws the formulas of hovers as SVG pictures: `dist/formulas.json`, the outlines of letters apart, because formulas share them. */
async function drawFormulas(esbuild) {
  const source = 'src/editor/formulas/formulaTex.ts';
  const target = path.join(root, dist, 'formulas.json');
  const newest = Math.max(...[source, 'esbuild.js'].map(file => fs.statSync(path.join(root, file)).mtimeMs));
  if (fs.existsSync(target) && fs.statSync(target).mtimeMs > newest) return;
  const { outputFiles } = await esbuild.build({ ...node, entryPoints: [source], sourcemap: false, write: false });
  const bundled = { exports: {} };
  new Function('module', 'exports', outputFiles[0].text)(bundled, bundled.exports);
  const mathJax = await require('mathjax').init({ loader: { load: ['input/tex', 'output/svg'] }, svg: { fontCache: 'local' } });
  // A hover writes in 13 pixels, whose x-height is about 7.
  const pixels = ex => Math.ceil(Number(ex.replace('ex', '')) * 7);
  const outlines = {};
  const draw = tex => {
    const html = mathJax.startup.adaptor.innerHTML(mathJax.tex2svg(tex, { display: true }));
    if (html.includes('data-mjx-error')) throw new Error(`${tex} is not drawn: ${/data-mjx-error="([^"]*)"/.exec(html)[1]}`);
    const [, width, height] = /^<svg[^>]* width="([^"]+)" height="([^"]+)"/.exec(html);
    const [, glyphs] = /<defs>(.*?)<\/defs>/.exec(html);
    for (const [, id, outline] of glyphs.matchAll(/<path id="MJX-\d+-TEX-([^"]+)" d="([^"]*)"/g)) outlines[id] = outline;
    const plain = html
      .replace(/<defs>.*?<\/defs>/, '')
      .replace(/ (style|role|focusable|data-[\w-]+|aria-[\w-]+)="[^"]*"/g, '')
      .replace(/MJX-\d+-TEX-/g, '');
    const sized = plain.replace(/ width="[^"]+" height="[^"]+"/, ` width="${pixels(width)}" height="${pixels(height)}"`);
    return { svg: sized, width: pixels(width), height: pixels(height) };
  };
  const formulas = Object.fromEntries(Object.entries(bundled.exports.FORMULA_TEX).map(([id, tex]) => [id, draw(tex)]));
  fs.writeFileSync(target, JSON.stringify({ outlines, formulas }));
}

/** Copies what the bundles load at run time beside them, unless it is there: a running program may be reading it. */
function copyAssets() {
  const assets = {
    ...Object.fromEntries(
      ['', '-python', '-javascript', '-typescript', '-tsx'].map(grammar => [
        `tree-sitter${grammar}.wasm`,
        `@vscode/tree-sitter-wasm/wasm/tree-sitter${grammar}.wasm`,
      ]),
    ),
    'ort.wasm.min.js': 'onnxruntime-web/dist/ort.wasm.min.js',
    'ort-wasm-simd-threaded.mjs': 'onnxruntime-web/dist/ort-wasm-simd-threaded.mjs',
  };
  for (const [name, module] of Object.entries(assets)) {
    const [source, target] = [path.join(root, 'node_modules', module), path.join(root, dist, name)];
    const [before, now] = [source, target].map(file => fs.statSync(file, { throwIfNoEntry: false }));
    if (now?.size !== before.size || now.mtimeMs < before.mtimeMs) fs.copyFileSync(source, target);
  }
}

/**
 * Compresses ONNX Runtime's WebAssembly build, whose 14 megabytes a package's own deflate leaves half as large again; it is opened once it is needed.
 * A quality that takes half a minute is for packages alone.
 */
async function compressRuntime() {
  const name = 'ort-wasm-simd-threaded.wasm';
  const source = path.join(root, 'node_modules/onnxruntime-web/dist', name);
  const target = path.join(root, dist, `${name}.br`);
  // Earlier builds laid it there as it is, and a package holds whatever lies there.
  if (production) fs.rmSync(path.join(root, dist, name), { force: true });
  if (fs.statSync(target, { throwIfNoEntry: false })?.mtimeMs > fs.statSync(source).mtimeMs) return;
  const { BROTLI_PARAM_QUALITY: quality, BROTLI_PARAM_LGWIN: window } = zlib.constants;
  const params = { [quality]: production ? 10 : 4, [window]: 24 };
  const written = `${target}.${process.pid}`;
  fs.writeFileSync(written, await promisify(zlib.brotliCompress)(fs.readFileSync(source), { params }));
  fs.renameSync(written, target);
}

async function main() {
  installDependencies();
  if (flags.has('--install-only')) return;
  const esbuild = require('esbuild');
  fs.mkdirSync(path.join(root, dist), { recursive: true });
  copyAssets();
  const compressed = compressRuntime();
  await buildKernels();
  await drawFormulas(esbuild);
  const only = valueOf('--only')?.split(',');
  const available = {
    ...bundles,
    ...(only || flags.has('--tests') ? testBundles() : {}),
    ...(only || flags.has('--bench') ? benchBundles() : {}),
  };
  const selected = Object.entries(available).flatMap(([name, options]) => (!only || only.includes(name) ? [options] : []));
  if (flags.has('--watch')) {
    await compressed;
    for (const options of selected) await (await esbuild.context({ ...options, logLevel: 'info' })).watch();
    return;
  }
  const [built] = await Promise.all([Promise.all(selected.map(options => esbuild.build(options))), compressed]);
  if (production) {
    const outputs = Object.assign({}, ...built.map(({ metafile }) => metafile.outputs));
    fs.writeFileSync(path.join(root, dist, '../metafile.json'), JSON.stringify({ outputs }));
  }
}

main().catch(error => {
  console.error(error.message ?? error);
  process.exit(1);
});
