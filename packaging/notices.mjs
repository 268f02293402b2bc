// npm run notices: writes THIRD-PARTY-NOTICES.txt: every package that is in a bundle or lies beside one, with its licence.
// node packaging/notices.mjs [--print]; reads out/package/metafile.json, which "node esbuild.js --production --outdir=out/package/dist" writes.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** Packages whose files are copied or drawn beside the bundles or compiled into one of them, which no bundle's list of inputs names. */
const BESIDE = ['@vscode/tree-sitter-wasm', 'onnxruntime-web', 'onnxruntime-node', 'onnxruntime-common', 'assemblyscript', 'mathjax'];

/** What a package without a licence file says of its authors elsewhere; the text of its licence is that of another package here. */
const WITHOUT_FILE = /** @type {Readonly<Record<string, { copyright: string, textOf: string }>>} */ ({
  '@microsoft/fast-element': { copyright: 'Copyright (c) Microsoft Corporation. All rights reserved.', textOf: 'zod' },
  '@microsoft/fast-foundation': { copyright: 'Copyright (c) Microsoft Corporation. All rights reserved.', textOf: 'zod' },
  '@microsoft/fast-web-utilities': { copyright: 'Copyright (c) Microsoft Corporation. All rights reserved.', textOf: 'zod' },
  'onnxruntime-web': { copyright: 'Copyright (c) Microsoft Corporation', textOf: 'zod' },
  'onnxruntime-node': { copyright: 'Copyright (c) Microsoft Corporation', textOf: 'zod' },
  'onnxruntime-common': { copyright: 'Copyright (c) Microsoft Corporation', textOf: 'zod' },
  '@tensorflow/tfjs-core': { copyright: 'Copyright Google LLC', textOf: 'assemblyscript' },
  '@tensorflow/tfjs-backend-cpu': { copyright: 'Copyright Google LLC', textOf: 'assemblyscript' },
  seedrandom: { copyright: 'Copyright 2019 David Bau.', textOf: 'zod' },
});

const INTRODUCTION = `Third-party notices

BoundLens is licensed under the MIT licence (LICENSE). Its packages contain the packages below, whole or in part, each under its own licence.
"npm run notices" makes this file from what the bundler put into the bundles.

ONNX Runtime's libraries (onnxruntime-node and onnxruntime-web) are built from further components, among them Eigen (MPL-2.0), protobuf (BSD-3-Clause),
Abseil and FlatBuffers (Apache-2.0), and on Windows come with DirectML and the DirectX shader compiler. Their notices and where their sources are:
https://github.com/microsoft/onnxruntime/blob/v${manifest('node_modules/onnxruntime-node').version}/ThirdPartyNotices.txt
The grammars in @vscode/tree-sitter-wasm are those of tree-sitter (https://github.com/tree-sitter): MIT licence, Copyright (c) Max Brunsfeld.
`;

/** @typedef {{ place: string, name: string, version: string, licence: string, source: string, texts: string[] }} Package */

/**
 * @param {string} place below the root
 * @returns {{ name: string, version: string, license: string, repository?: string | { url: string }, homepage?: string }}
 */
function manifest(place) {
  return JSON.parse(readFileSync(path.join(root, place, 'package.json'), 'utf8'));
}

/**
 * Where the packages lie that have a byte in a bundle.
 * @param {{ outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> }} metafile
 * @returns {string[]}
 */
export function bundledPlaces({ outputs }) {
  const inputs = Object.values(outputs).flatMap(output => Object.entries(output.inputs));
  return inputs.flatMap(([file, { bytesInOutput }]) => {
    const place = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
    return place && bytesInOutput > 0 ? [place] : [];
  });
}

/**
 * @param {string} place
 * @returns {Package}
 * @throws when a package has no licence text and nothing is known of it
 */
function describe(place) {
  const { name, version, license, repository, homepage } = manifest(place);
  const url = typeof repository === 'string' ? repository : (repository?.url ?? homepage ?? '');
  const source = url
    .replace(/^git\+|\.git$/g, '')
    .replace(/^git:/, 'https:')
    .replace(/^(github:)?(?=[\w.-]+\/[\w.-]+$)/, 'https://github.com/');
  const files = licenceFiles(place);
  const known = WITHOUT_FILE[name];
  if (files.length === 0 && !known) throw new Error(`${name} has no licence file: say in packaging/notices.mjs whose it is.`);
  const texts =
    files.length > 0 || !known
      ? files
      : [`${known.copyright}\n\n${withoutCopyright(licenceFiles(`node_modules/${known.textOf}`)[0] ?? '')}`];
  return {
    place,
    name,
    version,
    licence: license,
    source,
    texts: texts.map(text =>
      text
        .replace(/\r\n/g, '\n')
        .replace(/[ \t]+$/gm, '')
        .trim(),
    ),
  };
}

/** Licence and notice files of a package, licences first. @param {string} place @returns {string[]} */
function licenceFiles(place) {
  const names = readdirSync(path.join(root, place)).filter(name => /^(licen[cs]e|notices?|copying)(\.\w+)?$/i.test(name));
  const folder = path.join(root, place, 'licenses');
  const more = existsSync(folder) ? readdirSync(folder).map(name => `licenses/${name}`) : [];
  return [...names.sort(), ...more.sort()].map(name => readFileSync(path.join(root, place, name), 'utf8'));
}

/** A licence's text without the line that names its first holder. @param {string} text */
const withoutCopyright = text => text.replace(/^\s*Copyright \(c\).*\n+/im, '').replace(/^\s*(The )?MIT License( \(MIT\))?\s*/i, '');

/**
 * The text of THIRD-PARTY-NOTICES.txt.
 * @param {Parameters<typeof bundledPlaces>[0]} metafile
 * @returns {string}
 */
export function notices(metafile) {
  const places = [...bundledPlaces(metafile), ...BESIDE.map(name => `node_modules/${name}`)];
  const packages = [...new Set(places)].map(describe);
  /** @type {Map<string, Package>} */
  const unique = new Map(packages.map(one => [`${one.name} ${one.version}`, one]));
  const sorted = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  /** @type {Map<string, string[]>} */
  const holders = new Map();
  for (const { name, version, texts } of sorted)
    for (const text of texts) holders.set(text, [...(holders.get(text) ?? []), `${name} ${version}`]);
  const rule = '-'.repeat(100);
  const list = sorted.map(({ name, version, licence, source }) =>
    `${`${name} ${version}`.padEnd(44)}${licence.padEnd(14)}${source}`.trimEnd(),
  );
  const chapters = [...holders].map(([text, names]) => `${rule}\n${names.join(', ')}\n${rule}\n\n${text}\n`);
  return `${INTRODUCTION}\n${list.join('\n')}\n\n${chapters.join('\n')}`;
}

if (process.argv[1] === import.meta.filename) {
  const text = notices(JSON.parse(readFileSync(path.join(root, 'out/package/metafile.json'), 'utf8')));
  if (process.argv.includes('--print')) process.stdout.write(text);
  else writeFileSync(path.join(root, 'THIRD-PARTY-NOTICES.txt'), text);
}
