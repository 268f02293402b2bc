import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getNodeValue, parseTree } from 'jsonc-parser/lib/esm/main.js';
import { applyArm } from '../../../src/studies/arms';
import { gridPoints } from '../../../src/studies/grid';
import { parseStudy } from '../../../src/studies/parseStudy';
import { readStudy } from '../../../src/studies/readStudy';
import type { Study } from '../../../src/studies/study';
import { trialHash } from '../../../src/studies/trialHash';
import { armIds, expandTrials } from '../../../src/studies/trials';

const FILE = 'media/sample/fashion.study.json';

describe('trials of a study', () => {
  let study: Study;
  before(async () => {
    study = await readStudy(FILE);
  });

  it('are all arms with each seed in turn, paths absolute', () => {
    const trials = expandTrials(study, FILE);
    assert.deepEqual(
      trials.slice(0, 5).map(trial => trial.id),
      ['no-regulariser-seed-0', 'radreg-0.003-seed-0', 'l2-seed-0', 'from-scratch-seed-0', 'no-regulariser-seed-1'],
    );
    assert.equal(trials.length, 12);
    const [plain, radreg, l2, scratch] = trials;
    assert.deepEqual(radreg!.regulariser, { kind: 'radreg', lambda: 0.003, draws: 16, batch: 64, radius: 1 });
    assert.deepEqual(l2!.regulariser, { kind: 'l2', lambda: 0.05 });
    assert.deepEqual(scratch!.objective, { kind: 'none' });
    assert.equal(plain!.objective.kind, 'masked autoencoder');
    assert.deepEqual(plain!.encoder, scratch!.encoder);
    const sample = path.resolve('media/sample');
    const part = (kind: string) => path.join(sample, `fashion-mnist/train-10k-${kind}-ubyte.gz`);
    assert.deepEqual(plain!.data.train, { images: part('images-idx3'), labels: part('labels-idx1') });
    assert.deepEqual(plain!.definition, { file: path.join(sample, 'models/mae.py'), name: 'MaskedAutoencoder' });
    assert.deepEqual(plain!.study, { name: 'Fashion: T-shirt or coat', file: path.resolve(FILE) });
  });

  it('know when they are compared, also the baseline; regularisers, sizes and rates may differ', () => {
    const grid = { 'regulariser.lambda': [0, 0.1], 'objective.learningRate': [0.1, 0.01], 'encoder.depth': [1, 2] };
    const text = readFileSync(FILE, 'utf8');
    const sweep = { arms: [{ name: 'from scratch', objective: { kind: 'none' } }], grid, seeds: [0], earlyStop: {} };
    const [regulariser, all] = [
      { kind: 'l2', lambda: 1 },
      { eta: 2, rungs: [0.25, 0.5] },
    ];
    const parsed = parseStudy(JSON.stringify({ ...(getNodeValue(parseTree(text)!) as object), regulariser, sweep }));
    assert.deepEqual(parsed.problems, []);
    assert.deepEqual(
      expandTrials(parsed.study!, FILE).map(({ earlyStop }) => earlyStop),
      Array.from({ length: 9 }, () => all),
    );
    assert.ok(expandTrials(study, FILE).every(trial => !('earlyStop' in trial)));
  });

  it('are the points of a grid after the arms, the last place changing fastest', () => {
    const grid = { 'regulariser.lambda': [0, 0.003], 'objective.maskRatio': [0.5, { from: 0.3, to: 0.8 }] };
    const swept = { ...study, regulariser: { kind: 'l2' as const, lambda: 0.1 }, sweep: { ...study.sweep, grid, seeds: [4] } };
    const trials = expandTrials(swept, FILE).slice(4);
    assert.deepEqual(
      trials.map(({ arm, regulariser, objective }) => [arm, regulariser, 'maskRatio' in objective && objective.maskRatio]),
      [
        ['lambda 0, maskRatio 0.5', { kind: 'l2', lambda: 0 }, 0.5],
        ['lambda 0, maskRatio {"from":0.3,"to":0.8}', { kind: 'l2', lambda: 0 }, { from: 0.3, to: 0.8 }],
        ['lambda 0.003, maskRatio 0.5', { kind: 'l2', lambda: 0.003 }, 0.5],
        ['lambda 0.003, maskRatio {"from":0.3,"to":0.8}', { kind: 'l2', lambda: 0.003 }, { from: 0.3, to: 0.8 }],
      ],
    );
    assert.equal(trials[2]!.id, 'lambda-0.003-maskratio-0.5-seed-4');
    assert.deepEqual(expandTrials(swept, FILE).slice(4), trials);
    assert.equal(expandTrials({ ...swept, sweep: { arms: [], grid, seeds: [0, 1] } }, FILE).length, 8);
    const places = gridPoints({ 'encoder.width': [1], 'objective.decoder.width': [2] });
    assert.deepEqual(places[0]!.arm, {
      name: 'encoder.width 1, objective.decoder.width 2',
      encoder: { width: 1 },
      objective: { decoder: { width: 2 } },
    });
  });

  it('take the definition and the arguments of the study for an encoder that is a definition and names none', () => {
    const encoder = { kind: 'definition', checkpoint: 'start.safetensors' } as const;
    const objective: Study['objective'] = {
      kind: 'denoising',
      noise: { kind: 'masking', ratio: 0.3 },
      decoder: { kind: 'linear' },
      steps: 20,
      batch: 16,
      learningRate: 0.001,
      warmup: 2,
    };
    const one = { ...study, encoder, arguments: { width: 24 }, sweep: { arms: [{ name: 'own' }], seeds: [0] } };
    const file = path.resolve('media/sample/models/mae.py');
    const other = { ...encoder, definition: 'models/mlp.py#perceptron' };
    const made = (of: Study['encoder']) => expandTrials({ ...one, encoder: of, objective }, FILE)[0]!.encoder;
    const checkpoint = path.resolve('media/sample/start.safetensors');
    assert.deepEqual(made(encoder), { kind: 'definition', definition: `${file}#MaskedAutoencoder`, arguments: { width: 24 }, checkpoint });
    assert.deepEqual(made(other), {
      kind: 'definition',
      definition: `${path.resolve('media/sample/models/mlp.py')}#perceptron`,
      checkpoint,
    });
  });

  const merges: readonly (readonly [why: string, study: object, arm: object, expected: object])[] = [
    ['objects merge deeply', { a: { b: { c: 1, d: 2 }, e: 3 } }, { a: { b: { c: 9 } } }, { a: { b: { c: 9, d: 2 }, e: 3 } }],
    ['lists replace', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['the same kind merges', { r: { kind: 'x', p: 1, q: 2 } }, { r: { kind: 'x', p: 5 } }, { r: { kind: 'x', p: 5, q: 2 } }],
    ['another kind replaces', { r: { kind: 'x', p: 1 } }, { r: { kind: 'y' } }, { r: { kind: 'y' } }],
    ['another format replaces', { t: { images: 'a' } }, { t: { format: 'csv', path: 'b' } }, { t: { format: 'csv', path: 'b' } }],
    ['another form of a task replaces', { t: { positive: [1], negative: [2] } }, { t: { classes: [[1]] } }, { t: { classes: [[1]] } }],
    ['the same form merges', { t: { positive: [1], negative: [2] } }, { t: { positive: [3] } }, { t: { positive: [3], negative: [2] } }],
    ['the name of the arm is not the name of the study', { name: 's' }, { name: 'arm' }, { name: 's' }],
  ];
  for (const [why, base, arm, expected] of merges)
    it(why, () => assert.deepEqual(applyArm(base as Record<string, unknown>, arm as Record<string, unknown>), expected));

  it('get folder names that are safe and unique', () => {
    assert.deepEqual(armIds(['RadReg λ=0.01', 'radreg 0.01', '基线', '../..', 'L2 (weak)']), [
      'radreg-0.01',
      'radreg-0.01-2',
      'arm-3',
      'arm-4',
      'l2-weak',
    ]);
  });

  it('have the same hash exactly when the same numbers come out', () => {
    const [trial, other] = expandTrials(study, FILE);
    const { encoder } = trial!;
    const reordered = { ...trial!, encoder: Object.fromEntries(Object.entries(encoder).reverse()) as typeof encoder };
    const same = [{ ...trial!, arm: 'renamed', id: 'renamed' }, reordered];
    const different = [
      other!,
      { ...trial!, seed: 9 },
      { ...trial!, encoder: { ...encoder, depth: 3 } },
      { ...trial!, data: { ...trial!.data, labels: 8 } },
    ];
    for (const one of same) assert.equal(trialHash(one), trialHash(trial!));
    for (const one of different) assert.notEqual(trialHash(one), trialHash(trial!));
  });
});
