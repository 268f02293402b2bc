import path from 'node:path';
import { labelledFeatures } from '../../src/theory/scores/labelledFeatures';
import { logMeOf } from '../../src/theory/scores/logMe';
import { gramByProduct } from '../../src/theory/gramByProduct';
import { nativeProduct } from '../../src/training/engine/nativeProduct';
import { Documents } from '../../src/definitions/documents';
import { NO_FILES } from '../../src/definitions/python/sourceFiles';
import { readStudy } from '../../src/studies/readStudy';
import { expandTrials } from '../../src/studies/trials';
import { median, type Benchmark, type Row } from './benchmark';

const ROUNDS = 7;

/** Many small classes, each read on its own. */
const manyClasses = (count: number) =>
  `import torch.nn as nn\n${Array.from({ length: count }, (_, i) => `\nclass Net${i}(nn.Module):\n    def __init__(self, width=${i + 8}):\n        super().__init__()\n        self.fc = nn.Linear(width, width)\n\n    def forward(self, x):\n        return self.fc(x).relu()\n`).join('')}`;

/** One class of many blocks that differ in their widths. */
const deepClass = (blocks: number) =>
  `import torch.nn as nn\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layers = nn.ModuleList([nn.Linear(8 + i, 9 + i) for i in range(${blocks})])\n\n    def forward(self, x):\n        for layer in self.layers:\n            x = layer(x).relu()\n        return x\n`;

function features(rows: number, columns: number, classes: number) {
  const values = Float64Array.from({ length: rows * columns }, (_, at) => Math.abs(Math.sin(at + 1) * 43758.5453) % 1);
  const labels = Int32Array.from({ length: rows }, (_, i) => i % classes);
  return labelledFeatures({ rows, columns, values }, labels);
}

/** How times grow: n and 2n of the same thing, in one run. */
export const scaling: Benchmark = {
  summary: 'milliseconds of twice the work, beside twice the time of the work: file length, model size, samples, trials',
  seconds: 20,

  async run(_, progress) {
    const documents = await Documents.load('dist', NO_FILES);
    let version = 0;
    const read = (text: string) => () => documents.read({ uri: `bench:scaling-${version++}`, text });
    const multiply = gramByProduct(await nativeProduct(1));
    const sample = 'media/sample/fashion.study.json';
    const study = await readStudy(sample);
    const seeds = (count: number) => ({ ...study, sweep: { ...study.sweep, seeds: Array.from({ length: count }, (_, i) => i) } });
    const works: readonly (readonly [string, number, (size: number) => () => unknown])[] = [
      ['a file of SIZE classes', 400, size => read(manyClasses(size))],
      ['a model of SIZE layers', 400, size => read(deepClass(size))],
      [
        'LogME of SIZE samples × 256',
        5000,
        size => {
          const data = features(size, 256, 20);
          return () => logMeOf(data, multiply);
        },
      ],
      ['SIZE trials of a sweep', 2000, size => () => expandTrials(seeds(size / study.sweep.arms.length), path.resolve(sample))],
    ];
    const rows: Row[] = [];
    for (const [work, size, make] of works) {
      progress(`${work.replace('SIZE', `${size} and ${2 * size}`)} …`);
      const [once, twice] = [make(size), make(2 * size)];
      const [base, double]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        base.push(await timed(once));
        double.push(await timed(twice));
      }
      const [ours, theirs] = [median(double), 2 * median(base)];
      rows.push({
        work: work.replace('SIZE', (2 * size).toLocaleString('en')),
        peer: 'twice the time of half of it',
        threads: 1,
        unit: 'ms',
        ours,
        theirs,
        ratio: ours / theirs,
      });
    }
    return rows;
  },
};

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
