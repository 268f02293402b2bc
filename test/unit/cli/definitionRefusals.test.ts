import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RunStore } from '../../../src/runs/store';
import { readStudy } from '../../../src/studies/readStudy';
import { expandTrials } from '../../../src/studies/trials';
import { temporaryFolder } from '../support/temporaryFolder';
import { runCli } from './runCli';

const SAMPLE = path.resolve('media/sample/fashion-mnist');

describe('the command line before it trains a definition', () => {
  const temporary = temporaryFolder();

  /** A study of one seed that pre-trains a definition of the fixtures on the sample's images. */
  async function study(name: string, method = 'forward', objective: object = {}): Promise<string> {
    const part = (start: string) => ({
      images: path.join(SAMPLE, `${start}-images-idx3-ubyte.gz`),
      labels: path.join(SAMPLE, `${start}-labels-idx1-ubyte.gz`),
    });
    const { data, ...rest } = await readStudy('media/sample/fashion.study.json');
    const written = {
      ...rest,
      definition: `tokens.py#${name}`,
      arguments: name === 'SelfMasking' ? { size: 28, patch: 7 } : {},
      data: { ...data, train: part('train-10k'), test: part('test-2k') },
      encoder: { kind: 'definition', method },
      objective: { ...rest.objective, ...objective },
      regulariser: { kind: 'none' },
      sweep: { arms: [{ name: 'own' }], seeds: [1] },
    };
    await copyFile('test/fixtures/programs/tokens.py', temporary.file('tokens.py'));
    await writeFile(temporary.file('own.study.json'), JSON.stringify(written));
    return temporary.file('own.study.json');
  }

  const refusals: readonly (readonly [why: string, args: Parameters<typeof study>, sentence: RegExp])[] = [
    ['its pass makes a number of them', ['SelfMasking'], /tokens\.py: SelfMasking (makes a tensor of shape|cannot be trained as it is)/],
    [
      'its mask leaves no patch',
      ['SelfMasking', 'encode', { maskRatio: 0.99 }],
      /objective\.maskRatio is 0\.99, which masks 16 of the 16 patches/,
    ],
  ];
  for (const [why, args, sentence] of refusals)
    it(`run and runs resume start nothing where ${why}`, async () => {
      const file = await study(...args);
      const folder = temporary.file('runs');
      const run = await runCli('run', file, '--out', folder);
      assert.ok(run.code > 0 && sentence.test(run.stderr), run.stderr);
      assert.ok(!existsSync(folder));
      const [trial] = expandTrials(await readStudy(file), file);
      const { record } = await new RunStore(folder).create(trial!);
      const resumed = await runCli('runs', 'resume', folder);
      assert.ok(resumed.code > 0 && sentence.test(resumed.stderr), resumed.stderr);
      assert.equal((await new RunStore(folder).folder(record.id).read()).startedAt, undefined, 'no trainer was started');
    });
});
