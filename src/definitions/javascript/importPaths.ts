import { dirname, resolve } from 'node:path';
import type { SourceFiles } from '../python/sourceFiles';

const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** How TypeScript's compiled names are written where their sources are meant: `./model.js` for `model.ts`. */
const COMPILED: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/** The file that a relative import of `importer` names; undefined for packages and for what is not among the files. */
export function scriptFile(module: string, importer: string, files: SourceFiles): string | undefined {
  if (!/^\.\.?(\/|$)/.test(module)) return undefined;
  const stem = resolve(dirname(importer), module);
  const ending = /\.[cm]?jsx?$/.exec(stem)?.[0];
  const sources = ending === undefined ? [] : (COMPILED[ending] ?? []).map(other => stem.slice(0, -ending.length) + other);
  const isWhole = ending !== undefined || /\.([cm]?tsx?|json)$/.test(stem);
  const candidates = [
    ...(isWhole ? [stem] : []),
    ...sources,
    ...ENDINGS.map(each => stem + each),
    ...ENDINGS.map(each => `${stem}/index${each}`),
  ];
  return candidates.find(path => files.read(path) !== undefined);
}
