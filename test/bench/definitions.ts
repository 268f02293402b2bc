import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { UsageFault } from '../../src/common/fault';
import { Documents } from '../../src/definitions/documents';
import { NO_FILES, type SourceFiles } from '../../src/definitions/python/sourceFiles';
import { SourceParser } from '../../src/definitions/sourceParser';
import { median, type Benchmark, type Row } from './benchmark';

const ROUNDS = 15;
const EDITS = 500;
const PEER = 'tree-sitter, whole parse';

/** Reading definitions beside a plain parse of the same file by tree-sitter, which every reader needs at least once. */
export const definitions: Benchmark = {
  summary:
    'milliseconds to read definitions, at first and after an edit, alone and with imports, beside a plain parse [--file PATH] [--path DIR]',
  seconds: 120,

  async run(options, progress) {
    const file = fileOf(options);
    const folder = valueOf(options, '--path');
    const text = file === undefined ? longSource() : readFileSync(file, 'utf8');
    progress(`${file ?? 'a generated source'}: ${text.split('\n').length} lines`);
    const parser = await SourceParser.load('dist', 'python');
    const parse = () => milliseconds(() => parser.parse(text, root => root.hasError));
    const generated: SourceFiles = { read: path => (path === join(HOME, 'blocks.py') ? manyBlocks() : undefined) };
    const settings = folder === undefined ? {} : { folders: [resolve(folder)] };
    const [alone, imports] = [
      await Documents.load('dist', NO_FILES),
      await Documents.load('dist', file === undefined ? generated : undefined),
    ];
    const source =
      file === undefined ? 'from .blocks import *\n' + text.replace(/class Block\d+\(nn.Module\):[^]*?(?=\nclass )/g, '') : text;
    return [
      ...rowsOf('alone', alone, { uri: pathToFileURL(resolve(HOME, 'model.py')).href, text }, {}, parse, progress),
      ...rowsOf(
        'with imports',
        imports,
        { uri: pathToFileURL(file === undefined ? resolve(HOME, 'model.py') : resolve(file)).href, text: source },
        settings,
        parse,
        progress,
      ),
    ];
  },
};

/** Where the generated source is taken to lie. */
const HOME = resolve('bench-workspace');

interface Source {
  readonly uri: string;
  readonly text: string;
}

function rowsOf(
  how: string,
  documents: Documents,
  { uri, text }: Source,
  settings: { folders?: string[] },
  parse: () => number,
  progress: (line: string) => void,
): Row[] {
  const warm = median(Array.from({ length: ROUNDS }, parse));
  const first = milliseconds(() => documents.read({ uri, text }, settings));
  progress(`${EDITS} edits of one character, ${how} …`);
  const edit = (i: number) => {
    const at = Math.floor(((i + 0.5) / EDITS) * text.length);
    return milliseconds(() => documents.read({ uri, text: `${text.slice(0, at)}x${text.slice(at)}` }, settings));
  };
  // Nodes are looked at where an edit leads to them: a first pass over the file meets all of them.
  for (let i = 0; i < EDITS; i += 4) edit(i);
  const [trees, heap] = [documents.treeBytes, heapBytes()];
  const anywhere = beside(EDITS, edit, parse);
  const after = [documents.treeBytes - trees, heapBytes() - heap] as const;
  const typed = TYPED.map(({ where, at, letters }) => {
    const place = at(text);
    const end = text[place] === '\n' ? '' : '\n';
    const type = (i: number) => {
      const version = `${text.slice(0, place)}${closed(letters.slice(0, i + 1))}${end}${text.slice(place)}`;
      return milliseconds(() => documents.read({ uri, text: version }, settings));
    };
    return row(`analysis after an edit, median, letter by letter ${where}, ${how}`, 'ms', ...beside(letters.length, type, parse));
  });
  const mebibytes = (bytes: number) => bytes / 2 ** 20;
  return [
    row(`first analysis, ${how}`, 'ms', first, warm),
    row(`analysis after an edit, median, ${how}`, 'ms', ...anywhere),
    ...typed,
    row(`tree memory that ${EDITS} edits add, ${how}`, 'MiB', mebibytes(after[0]), mebibytes(trees)),
    row(`heap that ${EDITS} edits add, ${how}`, 'MiB', mebibytes(after[1]), mebibytes(heap)),
  ];
}

/** Medians of some measurements and of `other`, which is measured in between, so that both see the same machine. */
function beside(count: number, measure: (place: number) => number, other: () => number): [ours: number, theirs: number] {
  const theirs: number[] = [];
  const ours = Array.from({ length: count }, (_, i) => {
    if (i % Math.ceil(count / ROUNDS) === 0) theirs.push(other());
    return measure(i);
  });
  return [median(ours), median(theirs)];
}

/** Where somebody types, what, and where in a text that is. */
const TYPED: readonly { readonly where: string; readonly letters: string; readonly at: (text: string) => number }[] = [
  {
    where: 'inside a definition',
    letters: '\n        self.more = nn.Linear(12, 34)  # more',
    at: text => text.indexOf('\n', middleOf(text, /super\(.*\)\.__init__\(\)/g)),
  },
  { where: 'between definitions', letters: '# more\nMORE = dict(width=12, rates=[0.1, 0.2])', at: text => middleOf(text, /^class /gm) },
  { where: 'at the top', letters: 'import math  # for more\nSCALE = math.sqrt(2)', at: () => 0 },
];

/** Letters with the brackets that an editor closes for who types. */
function closed(letters: string): string {
  const open: string[] = [];
  for (const letter of letters) {
    const closing = { '(': ')', '[': ']' }[letter];
    if (closing) open.unshift(closing);
    else if (letter === open[0]) open.shift();
  }
  return letters + open.join('');
}

/** Where the middle one of all that match stands. */
function middleOf(text: string, pattern: RegExp): number {
  const all = [...text.matchAll(pattern)];
  return all[Math.floor(all.length / 2)]?.index ?? 0;
}

/** Bytes that are in use once everything unreachable is gone. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** How long something takes, once. */
export function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function row(work: string, unit: string, ours: number, theirs: number): Row {
  const [left, right] = [ours, theirs].map(value => Math.round(value * 1e3) / 1e3) as [number, number];
  const peer = unit === 'ms' ? PEER : 'before the edits';
  return { work, peer, threads: 1, unit, ours: left, theirs: right, ratio: right === 0 ? 0 : Math.round((left / right) * 1e4) / 1e4 };
}

/** The path of `--file PATH`. */
export const fileOf = (options: readonly string[]): string | undefined => valueOf(options, '--file');

/** The path of `--file PATH` or `--file=PATH`, and likewise of other options. */
function valueOf(options: readonly string[], name: string): string | undefined {
  const at = options.findIndex(option => option === name || option.startsWith(`${name}=`));
  if (at < 0) return undefined;
  const path = options[at]!.split('=')[1] ?? options[at + 1];
  if (path === undefined) throw new UsageFault(`${name} needs a path`, `use npm run bench -- definitions ${name} PATH`);
  return path;
}

/** About 4,900 lines where nothing else is asked for: many blocks, a model of them, settings for many sizes, and functions for some. */
export function longSource({ blocks = 150, sizes = 800 } = {}): string {
  const size = (i: number) => `
def model_${i}(pretrained: bool = False, **kwargs):
    """Size ${i}."""
    arguments = dict(depth=${1 + (i % 12)}, width=${16 + i}, classes=10)
    return Model(**dict(arguments, **kwargs))
`;
  const setting = (i: number) => `    'model_${i}': dict(url='', classes=${i}, mean=(0.5, 0.5, 0.5), size=(3, ${i}, ${i}), rate=0.${i}),`;
  return `import torch
import torch.nn as nn

${manyBlocks(blocks).replace(/^import.*\n/gm, '')}

class Model(nn.Module):
    def __init__(self, depth: int = 12, width: int = 64, classes: int = 10) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, width, 4, 4)
        self.blocks = nn.Sequential(*[Block0(width, 4 * width) for _ in range(depth)])
        self.head = nn.Linear(width, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.embed(x).flatten(2).transpose(1, 2)
        return self.head(self.blocks(x).mean(1))

SETTINGS = {
${indices(sizes).map(setting).join('\n')}
}
${indices(Math.floor(sizes * 0.352))
  .map(size)
  .join('\n')}
`;
}

/** Residual blocks, each of its own width. */
function manyBlocks(blocks = 150): string {
  const block = (i: number) => `
class Block${i}(nn.Module):
    """A residual block of its own width."""

    def __init__(self, width: int = ${16 + i}, hidden: int = ${64 + i}, rate: float = 0.1) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, hidden)
        self.act = nn.GELU()
        self.narrow = nn.Linear(hidden, width)
        self.drop = nn.Dropout(rate) if rate > 0 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.act(self.widen(self.norm(x)))
        return x + self.drop(self.narrow(y))
`;
  return `import torch
import torch.nn as nn
${indices(blocks).map(block).join('\n')}`;
}

const indices = (count: number) => Array.from({ length: count }, (_, i) => i);
