import { readFileSync } from 'node:fs';
import { UsageFault } from '../../src/common/fault';
import { Documents } from '../../src/definitions/documents';
import { SourceParser } from '../../src/definitions/sourceParser';
import { median, type Benchmark, type Row } from './benchmark';

const ROUNDS = 15;
const EDITS = 200;
const PEER = 'tree-sitter, whole parse';

/** Reading definitions beside a plain parse of the same file by tree-sitter, which every reader needs at least once. */
export const definitions: Benchmark = {
  summary: 'milliseconds to read definitions, at first and after an edit, beside a plain parse [--file PATH]',

  async run(options, progress) {
    const file = fileOf(options);
    const text = file === undefined ? longSource() : readFileSync(file, 'utf8');
    progress(`${file ?? 'a generated source'}: ${text.split('\n').length} lines`);
    const parser = await SourceParser.load('dist', 'python');
    const parse = median(Array.from({ length: ROUNDS }, () => milliseconds(() => parser.parse(text, root => root.hasError))));
    const start = await Documents.load('dist');
    const first = milliseconds(() => start.read({ uri: 'bench:first', text }));
    progress(`${EDITS} edits of one character …`);
    const before = start.treeBytes;
    const edits = Array.from({ length: EDITS }, (_, i) => {
      const at = Math.floor(((i + 0.5) / EDITS) * text.length);
      const edited = `${text.slice(0, at)}x${text.slice(at)}`;
      return milliseconds(() => start.read({ uri: 'bench:first', text: edited }));
    });
    const grown = (start.treeBytes - before) / 2 ** 20;
    return [
      row('first analysis', 'ms', first, parse),
      row('analysis after an edit, median', 'ms', median(edits), parse),
      row(`tree memory that ${EDITS} edits add`, 'MiB', grown, before / 2 ** 20),
    ];
  },
};

/** How long some work takes. */
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

/** The path of `--file PATH` or `--file=PATH`. */
export function fileOf(options: readonly string[]): string | undefined {
  const at = options.findIndex(option => option === '--file' || option.startsWith('--file='));
  if (at < 0) return undefined;
  const path = options[at]!.split('=')[1] ?? options[at + 1];
  if (path === undefined) throw new UsageFault('--file needs a path', 'use npm run bench -- definitions --file PATH');
  return path;
}

/** About 5,000 lines: many blocks, a model of them, settings for many sizes, and a function for each size. */
export function longSource(): string {
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
  const size = (i: number) => `
def model_${i}(pretrained: bool = False, **kwargs):
    """Size ${i}."""
    arguments = dict(depth=${1 + (i % 12)}, width=${16 + i}, classes=10)
    return Model(**dict(arguments, **kwargs))
`;
  const setting = (i: number) => `    'model_${i}': dict(url='', classes=${i}, mean=(0.5, 0.5, 0.5), size=(3, ${i}, ${i}), rate=0.${i}),`;
  const indices = (count: number) => Array.from({ length: count }, (_, i) => i);
  return `import torch
import torch.nn as nn

${indices(150).map(block).join('\n')}

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
${indices(800).map(setting).join('\n')}
}
${indices(200).map(size).join('\n')}
`;
}
