/** The functions of Node's `path.posix` that BoundLens uses, for bundles that run in a browser: every path there has forward slashes. */
export const sep = '/';

export const isAbsolute = (path: string): boolean => path.startsWith('/');

/** Without `.`, `..` and doubled slashes; a slash at the end stays. */
export function normalize(path: string): string {
  if (path === '') return '.';
  const absolute = isAbsolute(path);
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!absolute) parts.push('..');
  }
  const joined = parts.join('/');
  const end = path.endsWith('/') && joined !== '' ? '/' : '';
  if (absolute) return `/${joined}${end}`;
  return joined === '' ? (path.endsWith('/') ? './' : '.') : joined + end;
}

export const join = (...parts: readonly string[]): string => normalize(parts.filter(part => part !== '').join('/'));

/** The last absolute part with what follows it; the root stands before parts that are all relative. */
export function resolve(...parts: readonly string[]): string {
  const last = parts.findLastIndex(isAbsolute);
  const path = normalize(['/', ...parts.slice(Math.max(0, last))].join('/'));
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

export function dirname(path: string): string {
  const trimmed = withoutEnd(path);
  const slash = trimmed.lastIndexOf('/');
  if (slash < 0) return isAbsolute(path) ? '/' : '.';
  return withoutEnd(trimmed.slice(0, slash)) || '/';
}

export function basename(path: string, ending = ''): string {
  // Asked to take off an ending, Node takes slashes alone for a name if the ending would fit into them.
  if (ending !== '' && ending.length <= path.length && /^\/+$/.test(path)) return path;
  const trimmed = withoutEnd(path);
  const name = trimmed.slice(trimmed.lastIndexOf('/') + 1);
  return ending !== '' && name !== ending && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

/** From the last dot of the name, which is not its first character. */
export function extname(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 || name === '..' ? '' : name.slice(dot);
}

/** How to get from one place to another; empty when they are the same. */
export function relative(from: string, to: string): string {
  const [start, end] = [from, to].map(path => resolve(path).split('/').filter(Boolean)) as [string[], string[]];
  const common = start.findIndex((part, index) => part !== end[index]);
  const shared = common < 0 ? start.length : common;
  return [...start.slice(shared).map(() => '..'), ...end.slice(shared)].join('/');
}

const withoutEnd = (path: string): string => path.replace(/\/+$/, '');
