import { readdir, readFile, stat } from 'node:fs/promises';
import * as path from 'node:path';

/** The folder that an environment's files lie below, from what its owner calls its path: the folder itself, or an interpreter in it. */
export async function environmentPrefix(place: string): Promise<string> {
  if (await isFolder(place)) return place;
  const folder = path.dirname(place);
  return /^(bin|scripts)$/i.test(path.basename(folder)) ? path.dirname(folder) : folder;
}

/**
 * The folders that hold an environment's packages, found by listing its folders: `lib/python3.12/site-packages`, Debian's `lib/python3/dist-packages`,
 * `Lib/site-packages` on Windows, and the folders that their `.pth` files name (packages installed for editing). Nothing is run.
 */
export async function sitePackages(prefix: string): Promise<readonly string[]> {
  const pythons = await Promise.all(['lib', 'lib64'].map(folder => pythonsIn(path.join(prefix, folder))));
  const candidates = [
    path.join(prefix, 'Lib', 'site-packages'),
    ...pythons.flat().flatMap(folder => [path.join(folder, 'site-packages'), path.join(folder, 'dist-packages')]),
  ];
  const found = await existing(candidates);
  const linked = await Promise.all(found.map(linkedFolders));
  return [...new Set([...found, ...linked.flat()])];
}

async function pythonsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter(name => /^(python|pypy)\d+(\.\d+)?t?$/.test(name)).map(name => path.join(folder, name));
}

/** Lines of `.pth` files that are folders; lines that Python would run are passed over. */
async function linkedFolders(folder: string): Promise<string[]> {
  const files = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.pth'));
  const texts = await Promise.all(files.map(name => readFile(path.join(folder, name), 'utf8').catch(() => '')));
  const lines = texts.flatMap(text => text.split(/\r?\n/)).map(line => line.trim());
  return existing(lines.filter(line => line !== '' && !/^(#|import\b)/.test(line)).map(line => path.resolve(folder, line)));
}

async function existing(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map(async folder => ((await isFolder(folder)) ? [folder] : [])));
  return found.flat();
}

const isFolder = async (place: string): Promise<boolean> => (await stat(place).catch(() => undefined))?.isDirectory() ?? false;
