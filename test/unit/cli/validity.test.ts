import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../../../src/cli/commands/run';
import { validityCommand } from '../../../src/cli/commands/validity';
import type { Terminal } from '../../../src/cli/terminal';
import type { Validity } from '../../../src/runs/validity/validity';
import { temporaryFolder } from '../support/temporaryFolder';
import { sampleImages } from '../support/sampleImages';

const arm = (name: string, steps: number) => ({ name, objective: { steps } });

const study = {
  name: 'tiny sweep',
  data: {
    train: sampleImages('train-10k'),
    test: sampleImages('test-2k'),
    holdOut: 40,
    unlabelled: 60,
    pretrainingImages: 200,
    task: { classes: [[0], [1], [8]] },
    labels: 30,
    domain: 'same',
  },
  encoder: { kind: 'vit', patch: 7, width: 8, depth: 1, heads: 2 },
  objective: { kind: 'masked autoencoder', decoder: { width: 8, depth: 1, heads: 2 }, steps: 4, batch: 8, learningRate: 0.01 },
  regulariser: { kind: 'none' },
  fineTuning: { modes: ['probe'], steps: 2, learningRates: [0.01] },
  sweep: {
    arms: [
      ...[1, 4, 16, 64].map(steps => arm(`${steps} steps`, steps)),
      { name: 'deep net', encoder: { kind: 'deep net', widths: [8] }, objective: { kind: 'none' } },
      { name: 'from scratch', objective: { kind: 'none' } },
    ],
    seeds: [0],
  },
};

describe('boundlens validity', () => {
  const folder = temporaryFolder();
  const documents: unknown[] = [];
  const terminal: Terminal = {
    json: true,
    print: () => undefined,
    document: document => documents.push(document),
    progress: () => undefined,
    note: () => undefined,
    progressDone: () => undefined,
  };
  const context = { terminal, assets: path.resolve('dist'), signal: new AbortController().signal };

  it('ranks the estimates of a sweep that it has just run, and the scores of features are among them', async () => {
    writeFileSync(folder.file('tiny.study.json'), JSON.stringify(study));
    assert.equal(await runCommand.run([folder.file('tiny.study.json'), '--out', folder.file('out'), '--json'], context), 0);
    assert.equal(await validityCommand.run([folder.file('out'), '--json'], context), 0);
    const { runs, arms, outcomes, estimates, combined } = documents.at(-1) as Validity;
    assert.deepEqual([runs, arms, outcomes], [6, 6, ['probe']]);
    const names = estimates.map(({ name }) => name);
    for (const name of ['LogME', 'RankMe', 'F2 total', 'D1.complexity', 'feature norm', 'encoder parameters'])
      assert.ok(names.includes(name), `${name} is missing from ${names.join(', ')}`);
    for (const { name, agreement } of [...estimates, combined]) {
      const { tau, interval } = agreement.probe!;
      assert.ok(tau >= -1 && tau <= 1, name);
      assert.ok(!interval || (interval[0] >= -1 && interval[1] <= 1), name);
    }
  });

  it('says what it needs where a folder holds too little', () =>
    assert.rejects(validityCommand.run([folder.file('nothing')], context), /nothing holds no runs: check the path/));
});
