import assert from 'node:assert/strict';
import { Fault } from '../../../src/common/fault';
import { checkTrialData } from '../../../src/studies/checkData';
import { encoderSchema } from '../../../src/studies/schema/encoder';
import { readStudy } from '../../../src/studies/readStudy';
import type { Trial } from '../../../src/studies/study';
import { expandTrials } from '../../../src/studies/trials';

const FILE = 'media/sample/fashion.study.json';

describe('holding trials against their data', () => {
  let trials: Trial[];
  before(async () => {
    trials = expandTrials(await readStudy(FILE), FILE);
  });

  it('lets the sample study pass', () => checkTrialData(trials));

  const [data, encoder] = [
    (change: Partial<Trial['data']>) => (trial: Trial) => ({ ...trial, data: { ...trial.data, ...change } }),
    (change: { patch: number }) => (trial: Trial) => ({ ...trial, encoder: { ...trial.encoder, ...change } as Trial['encoder'] }),
  ];
  const sample = 'media/sample/fashion-mnist';
  const refusals: (readonly [string, (trial: Trial) => Trial, RegExp])[] = [
    [
      'a patch that does not divide the image',
      encoder({ patch: 5 }),
      /encoder\.patch is 5, which does not divide images of 28 × 28: choose 2, 4, 7, 14, 28\.$/,
    ],
    ['a mask that leaves nothing', encoder({ patch: 28 }), /objective\.maskRatio is 0\.75, which masks 1 of the 1 patches: choose a ratio/],
    ['a wrong path', data({ train: { images: 'none.gz', labels: 'none.gz' } }), /^none\.gz does not exist: check the path\.$/],
    [
      'labels of the other file',
      data({ train: { images: `${sample}/train-10k-images-idx3-ubyte.gz`, labels: `${sample}/test-2k-labels-idx1-ubyte.gz` } }),
      /test-2k-labels-idx1-ubyte\.gz has 2,000 labels for the 10,000 images of /,
    ],
    ['too many labels', data({ labels: 5000 }), /data\.labels asks for 5000 labelled points/],
    [
      'a batch larger than the pool',
      trial => ({ ...trial, objective: { ...trial.objective, batch: 9000 } as Trial['objective'] }),
      /objective\.batch is 9000, but there are only 7900 pre-training images: lower it\.$/,
    ],
    [
      'a regulariser batch larger than the pool',
      trial => ({ ...trial, regulariser: { kind: 'radreg', lambda: 0, draws: 1, batch: 1001, radius: 1 } }),
      /regulariser\.batch is 1001, but there are only 1000 unlabelled images/,
    ],
  ];
  const convolutional = (change: object) => (trial: Trial) => ({
    ...trial,
    encoder: encoderSchema.parse({ kind: 'convolutional', channels: [4, 4, 4], ...change }),
    objective: { kind: 'none' as const },
  });
  refusals.push(
    [
      'stages that leave nothing of the image',
      convolutional({ stride: 3, pool: 'max' }),
      /encoder\.channels has 3 stages, and stage 3 leaves nothing of images of 28 × 28: leave stages out/,
    ],
    [
      'a batch of one regulariser of several',
      trial => ({
        ...trial,
        regulariser: [
          { kind: 'l2', lambda: 1 },
          { kind: 'feature decay', lambda: 1, batch: 8000, inputs: 'pretraining' },
        ],
      }),
      /regulariser\[1\]\.batch is 8000, but there are only 7900 pre-training images: lower it\./,
    ],
    [
      'a schedule that ends with nothing masked',
      trial => ({ ...trial, objective: { ...trial.objective, maskRatio: { from: 0.5, to: 0.01 } } as Trial['objective'] }),
      /objective\.maskRatio is 0\.01, which masks 0 of the 16 patches/,
    ],
  );

  it('lets stages pass that leave something', () => checkTrialData([convolutional({ stride: 2 })(trials[0]!)]));

  for (const [what, change, sentence] of refusals)
    it(`refuses ${what}`, () =>
      assert.rejects(checkTrialData([change(trials[0]!)]), error => error instanceof Fault && sentence.test(error.message)));
});
