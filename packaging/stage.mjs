// Lays out the folders that are packed: nothing gets into a package that is not named here.
import { copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cliManifest, extensionManifest } from './manifests.mjs';
import { packagedChangelog, packagedReadme, withoutProject } from './pages.mjs';
import { CLI, PLATFORMS } from './targets.mjs';

const root = path.resolve(import.meta.dirname, '..');

const ABOUT = ['LICENSE', 'THIRD-PARTY-NOTICES.txt'];

/** What only an editor loads: on a desktop, and in a browser. */
const EDITOR_BUNDLES = /^((extension|studyChecks)\.js|formulas\.json|web\/.*)$/;

/**
 * Lays out one package in a folder of its own, which is emptied first.
 * @param {string} target one of TARGETS
 * @param {string} built the folder with the production bundles and their assets
 * @param {string} folder where the package is laid out
 * @returns {void}
 */
export function stage(target, built, folder) {
  rmSync(folder, { recursive: true, force: true });
  const project = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const bundles = filesBelow(built).filter(file => !(target === CLI && EDITOR_BUNDLES.test(file)));
  for (const file of bundles) put(path.join(built, file), path.join(folder, 'dist', file));
  for (const file of ABOUT) put(path.join(root, file), path.join(folder, file));
  write(path.join(folder, 'CHANGELOG.md'), packagedChangelog(page('CHANGELOG.md'), project));
  put(path.join(root, 'media/study.schema.json'), path.join(folder, 'media/study.schema.json'));
  if (target === CLI) {
    put(path.join(root, 'packaging/cli.md'), path.join(folder, 'README.md'));
  } else {
    write(path.join(folder, 'README.md'), packagedReadme(page('README.md'), project));
    for (const file of readdirSync(root).filter(name => /^package\.nls(\.\w+)?\.json$/.test(name)))
      put(path.join(root, file), path.join(folder, file));
    write(path.join(folder, 'docs/editor.md'), withoutProject(page('docs/editor.md')));
    for (const place of ['media', 'l10n'])
      for (const file of filesBelow(path.join(root, place)).filter(isShipped))
        put(path.join(root, place, file), path.join(folder, place, file));
    if (PLATFORMS[target]) stageNative(PLATFORMS[target], path.join(folder, 'dist/node_modules'));
  }
  // vsce packs all that is laid out; without this file it warns that nobody has said what to leave out.
  if (target !== CLI) writeFileSync(path.join(folder, '.vscodeignore'), '');
  const manifest = target === CLI ? cliManifest(project) : extensionManifest(project);
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * The native engine of one platform, beside the bundles: there they find it, and nothing that VS Code installs is looked through for it.
 * @param {import('./targets.mjs').Platform} platform
 * @param {string} modules
 */
function stageNative({ os, cpu, unused = [] }, modules) {
  const binaries = `onnxruntime-node/bin/napi-v6/${os}/${cpu}`;
  const wanted = /** @type {const} */ ([
    ['onnxruntime-common', /^package\.json$/],
    ['onnxruntime-common/dist/cjs', /\.js$|^package\.json$/],
    ['onnxruntime-node', /^package\.json$/],
    ['onnxruntime-node/dist', /\.js$/],
    [binaries, /./],
  ]);
  for (const [place, names] of wanted)
    for (const name of readdirSync(path.join(root, 'node_modules', place)))
      if (names.test(name) && !unused.includes(name)) put(path.join(root, 'node_modules', place, name), path.join(modules, place, name));
}

/** What lies in the project's folders for readers of the project or of a run alone. @param {string} file */
const isShipped = file => !/(^|\/)(\.boundlens|\.DS_Store)/.test(file);

/**
 * Every file below a folder, relative to it, with forward slashes, sorted.
 * @param {string} folder
 * @returns {string[]}
 */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter(file => statSync(path.join(folder, file)).isFile())
    .map(file => file.split(path.sep).join('/'))
    .sort();
}

/** The text of a page of the project. @param {string} file */
const page = file => readFileSync(path.join(root, file), 'utf8');

/** Writes a new file. @param {string} to @param {string} text */
function write(to, text) {
  mkdirSync(path.dirname(to), { recursive: true });
  writeFileSync(to, text);
}

/** Links a file where the disk can, which takes no time and no room; else copies it. @param {string} from @param {string} to */
function put(from, to) {
  mkdirSync(path.dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
