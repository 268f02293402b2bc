import { dirname, join } from 'node:path';
import type { SourceFiles } from './sourceFiles';

/** How far above a file the folder is looked for that its absolute imports start from. */
const LEVELS = 6;

/** Files that mark the top of a project. */
const PROJECT_MARKS = ['pyproject.toml', 'setup.py', 'setup.cfg'];

/**
 * The folders that an absolute import in `file` is looked for in, in Python's spirit: beside the file, the folder that holds its
 * outermost package, the top of its project, then the folders that were named.
 */
export function importRoots(file: string, files: SourceFiles, folders: readonly string[]): readonly string[] {
  const roots = [dirname(file)];
  let folder = dirname(file);
  let isPackage = true;
  for (let level = 0; level < LEVELS; level++) {
    isPackage &&= files.read(join(folder, '__init__.py')) !== undefined;
    if (isPackage) roots[1] = dirname(folder);
    if (PROJECT_MARKS.some(mark => files.read(join(folder, mark)) !== undefined)) {
      roots.push(folder, join(folder, 'src'));
      break;
    }
    folder = dirname(folder);
  }
  return [...new Set([...roots, ...folders])];
}

/** The folder or file stem that a relative import names: `..ops.misc` in `a/b/c.py` is `a/ops/misc`. */
export function relativeStem(module: string, file: string): string {
  const [, dots = '', rest = ''] = /^(\.+)(.*)$/.exec(module) ?? [];
  let folder = dirname(file);
  for (let level = 1; level < dots.length; level++) folder = dirname(folder);
  return rest === '' ? folder : join(folder, ...rest.split('.'));
}

/** The source of a module by its stem: a file of that name, or the `__init__.py` of a folder. */
export function moduleFile(stem: string, files: SourceFiles): string | undefined {
  return [`${stem}.py`, join(stem, '__init__.py')].find(path => files.read(path) !== undefined);
}
