import { parseStudy } from '../../../src/studies/parseStudy';
import { SAMPLE, withValue } from './sampleStudy';

const data = parseStudy(SAMPLE).study?.data;

const radreg = (rest: object) => ({ kind: 'radreg', ...rest });

/** Studies that are refused: what is wrong, the text, and what the fault says after the place. */
export const REFUSALS: readonly (readonly [what: string, text: string, sentence: string])[] = [
  [
    'a misspelt key',
    withValue(['regulariser'], radreg({ lamda: 0.1 })),
    'regulariser.lamda is not a key that is known here: did you mean "lambda"? Write that.',
  ],
  [
    'a misspelt part',
    withValue(['fineTunning'], {}),
    'fineTunning is not a key that is known here: remove it or use one of: $schema, name, definition, arguments, data, encoder, objective, regulariser, fineTuning, bound, sweep.',
  ],
  [
    'a key of another kind',
    withValue(['regulariser'], { kind: 'none', draws: 3 }),
    'regulariser.draws is not a key that is known here: remove it or use one of: kind.',
  ],
  [
    'λ < 0',
    withValue(['regulariser'], radreg({ lambda: -0.1 })),
    'regulariser.lambda is -0.1, but must be at least 0: choose a number at least 0.',
  ],
  [
    'λ without a number',
    withValue(['regulariser'], radreg({ lambda: '0.1' })),
    'regulariser.lambda is "0.1", not a number: write a number.',
  ],
  ['no λ', withValue(['regulariser'], radreg({})), 'regulariser.lambda is missing: add a number.'],
  ['a misspelt kind', withValue(['regulariser', 'kind'], 'radregg'), 'regulariser.kind is "radregg": did you mean "radreg"? Write that.'],
  [
    'an unknown kind',
    withValue(['objective', 'kind'], 'contrastive'),
    'objective.kind is "contrastive": choose "none" or "masked autoencoder" or "context encoder" or "mask reconstruction" or "denoising".',
  ],
  [
    'no kind',
    withValue(['objective', 'kind'], undefined),
    'objective.kind is missing: add it: "none" or "masked autoencoder" or "context encoder" or "mask reconstruction" or "denoising".',
  ],
  ['an unknown mode', withValue(['fineTuning', 'modes', 1], 'frozn'), 'fineTuning.modes[1] is "frozn": did you mean "frozen"? Write that.'],
  ['half a patch', withValue(['encoder', 'patch'], 3.5), 'encoder.patch is 3.5, not a whole number: write a whole number.'],
  ['no arms', withValue(['sweep', 'arms'], []), 'sweep.arms is empty: put at least one thing in.'],
  [
    'neither arms nor a grid',
    withValue(['sweep', 'arms'], undefined),
    'sweep names nothing to compare: add "arms", each with a name, or a "grid".',
  ],
  [
    'a rung at which nothing is measured',
    withValue(['sweep', 'earlyStop'], { rungs: [0.3] }),
    'sweep.earlyStop.rungs[0] is 0.3: choose 0.0625 or 0.125 or 0.25 or 0.5.',
  ],
  [
    'rungs that do not rise',
    withValue(['sweep', 'earlyStop'], { rungs: [0.5, 0.25] }),
    'sweep.earlyStop.rungs[1] does not come after the rung before it: let the rungs rise.',
  ],
  [
    'early stopping of arms with different masks',
    withValue(['sweep'], { grid: { 'objective.maskRatio': [0.5, 0.75] }, seeds: [0], earlyStop: {} }),
    'sweep.earlyStop compares losses, and those of "maskRatio 0.5" and "maskRatio 0.75" cannot be compared: they have different images or masks: leave "earlyStop" out, or give these arms a study of their own.',
  ],
  [
    'early stopping of arms with different objectives',
    withValue(['sweep'], {
      arms: [
        { name: 'masked' },
        {
          name: 'noisy',
          objective: { kind: 'denoising', noise: { kind: 'gaussian', deviation: 0.3 }, steps: 9, batch: 9, learningRate: 0.1 },
        },
      ],
      seeds: [0],
      earlyStop: {},
    }),
    'sweep.earlyStop compares losses, and those of "masked" and "noisy" cannot be compared: they have different objectives: leave "earlyStop" out, or give these arms a study of their own.',
  ],
  [
    'early stopping by the loss against a teacher',
    withValue(['sweep'], {
      arms: [
        {
          name: 'taught',
          objective: { kind: 'mask reconstruction', maskRatio: 0.5, teacher: { kind: 'scaled' }, steps: 9, batch: 9, learningRate: 0.1 },
        },
      ],
      seeds: [0],
      earlyStop: {},
    }),
    'sweep.earlyStop compares losses, and that of "taught" is measured against a teacher of its own: leave "earlyStop" out, or give these arms a study of their own.',
  ],
  [
    'a grid over no place',
    withValue(['sweep', 'grid'], { 'sweep.seeds': [1] }),
    'sweep.grid.sweep.seeds is no place in a study: write it as "regulariser.lambda" or "encoder.depth".',
  ],
  [
    'a grid over a misspelt key',
    withValue(['sweep', 'grid'], { 'encoder.dept': [1, 2] }),
    'sweep.grid.encoder.dept[0] is not a key that is known here: remove it or use one of: kind, patch, width, depth, heads, mlpRatio, norm, residual, finalNorm, unitFeatures.',
  ],
  [
    'a value that does not fit in a grid',
    withValue(['sweep', 'grid'], { 'encoder.depth': [1, 2], 'objective.maskRatio': [0.5, 1.5] }),
    'sweep.grid.objective.maskRatio[1] is 1.5, but must be below 1: choose a number below 1.',
  ],
  [
    'a grid within itself',
    withValue(['sweep', 'grid'], { 'objective.decoder': [{ width: 8 }], 'objective.decoder.width': [8] }),
    'sweep.grid.objective.decoder.width lies within "objective.decoder", which is in the grid, too: keep one of the two.',
  ],
  [
    'a value twice',
    withValue(['sweep', 'grid'], { 'encoder.depth': [1, 2, 1] }),
    'sweep.grid.encoder.depth[2] is 1 for the second time: name each value once.',
  ],
  [
    'a grid as large as an ocean',
    withValue(
      ['sweep', 'grid'],
      Object.fromEntries(['depth', 'width', 'heads'].map(key => [`encoder.${key}`, Array.from({ length: 30 }, (_, i) => i + 1)])),
    ),
    'sweep.grid has 27000 points: keep them below 10000.',
  ],
  ['an arm without a name', withValue(['sweep', 'arms', 0], { name: ' ' }), 'sweep.arms[0].name is empty: put at least one thing in.'],
  [
    'two arms of one name',
    withValue(['sweep', 'arms', 2, 'name'], 'from scratch'),
    'sweep.arms[3].name is "from scratch" for the second time: give each arm its own name.',
  ],
  ['a seed twice', withValue(['sweep', 'seeds'], [1, 2, 1]), 'sweep.seeds[2] is 1 for the second time: name each seed once.'],
  [
    'a misspelt key in an arm',
    withValue(['sweep', 'arms', 1, 'regularizer'], {}),
    'sweep.arms[1].regularizer is not a key that is known here: remove it or use one of: name, data, encoder, objective, regulariser, fineTuning, bound.',
  ],
  [
    'a misspelt key deep in an arm',
    withValue(['sweep', 'arms', 1, 'regulariser', 'drawz'], 3),
    'sweep.arms[1].regulariser.drawz is not a key that is known here: did you mean "draws"? Write that.',
  ],
  [
    'λ < 0 in an arm',
    withValue(['sweep', 'arms', 1, 'regulariser', 'lambda'], -1),
    'sweep.arms[1].regulariser.lambda is -1, but must be at least 0: choose a number at least 0.',
  ],
  [
    'λ missing in an arm',
    withValue(['sweep', 'arms', 2, 'regulariser'], { kind: 'l2' }),
    'sweep.arms[2].regulariser.lambda is missing: add a number.',
  ],
  [
    'a class on both sides',
    withValue(['data', 'task', 'negative'], [4, 0]),
    'data.task.negative[1] is class 0, which is positive too: put each class on one side.',
  ],
  [
    'a class in two classes of the task',
    withValue(['data', 'task'], { classes: [[0, 1], [2], [5, 1]] }),
    'data.task.classes[2][1] is class 1, which is in task class 0 too: put each class on one side.',
  ],
  ['one class', withValue(['data', 'task'], { classes: [[1]] }), 'data.task.classes has 1, but must have at least 2: put more in.'],
  ['a misspelt task', withValue(['data', 'task'], 'al'), 'data.task is "al": did you mean "all"? Write that.'],
  [
    'a misspelt side',
    withValue(['data', 'task'], { positive: [1], negativ: [2] }),
    'data.task.negativ is not a key that is known here: did you mean "negative"? Write that.',
  ],
  ['few labels', withValue(['data', 'labels'], 6), 'data.labels is 6, but must be at least 8: choose a number at least 8.'],
  [
    'few labels in a list',
    withValue(['data', 'labels'], [100, 7]),
    'data.labels[1] is 7, but must be at least 8: choose a number at least 8.',
  ],
  ['a budget twice', withValue(['data', 'labels'], [100, 100]), 'data.labels[1] is 100 for the second time: name each budget once.'],
  [
    'few labels for many classes',
    withValue(['data'], { ...data, task: { classes: [[0], [1], [2], [3], [4]] }, labels: 8 }),
    'data.labels is 8, fewer than two for each of 5 classes: ask for at least 10.',
  ],
  [
    'a misspelt format',
    withValue(['data', 'train'], { format: 'cifar-10', path: 'c' }),
    'data.train.format is "cifar-10": did you mean "cifar10"? Write that.',
  ],
  [
    'a misspelt key of a format',
    withValue(['data', 'train'], { format: 'csv', path: 'a.csv', lable: 'y' }),
    'data.train.lable is not a key that is known here: did you mean "label"? Write that.',
  ],
  [
    'a table without its labels',
    withValue(['data', 'train'], { format: 'csv', path: 'a.csv' }),
    'data.train.label is missing: add a text in quotes.',
  ],
  ['one side', withValue(['data', 'resize'], [32]), 'data.resize has 1, but must have at least 2: put more in.'],
  [
    'too severe a corruption',
    withValue(['data', 'downstream'], { corruption: { kind: 'blur', severity: 6 } }),
    'data.downstream.corruption.severity is 6, but must be at most 5: choose a number at most 5.',
  ],
  [
    'one law beside another set for pre-training',
    withValue(['data'], { ...data, domain: 'same', unlabelledPool: { images: 'other' } }),
    'data.domain is "same" beside data.unlabelledPool, which makes the domains differ: write "measured".',
  ],
  [
    'testing on the training table',
    withValue(['data'], {
      ...data,
      train: { format: 'csv', path: 'a.csv', label: 'y' },
      test: { format: 'csv', path: 'a.csv', label: 'y' },
    }),
    'data.test.path is the training file: test on images that nothing is trained on.',
  ],
  [
    'testing on the training file',
    withValue(['data', 'test', 'images'], 'fashion-mnist/train-10k-images-idx3-ubyte.gz'),
    'data.test.images is the training file: test on images that nothing is trained on.',
  ],
  [
    'heads that do not divide the width',
    withValue(['encoder', 'heads'], 5),
    'encoder.heads is 5, which does not divide the width 48: choose a width that is a multiple of the heads.',
  ],
  [
    'the same in the decoder',
    withValue(['objective', 'decoder', 'width'], 30),
    'objective.decoder.heads is 4, which does not divide the width 30: choose a width that is a multiple of the heads.',
  ],
  [
    'warming up for ever',
    withValue(['objective', 'steps'], 50),
    'objective.warmup is 100, not below the 50 steps: warm up for fewer steps.',
  ],
  [
    'a masked autoencoder on whole images',
    withValue(['encoder'], { kind: 'deep net', widths: [32] }),
    'objective.kind leaves masked patches out, which a deep net encoder cannot: choose "context encoder", or the encoder "vit" or "definition".',
  ],
  [
    'a deep net without widths',
    withValue(['encoder'], { kind: 'deep net', width: 32 }),
    'encoder does not say how wide its layers are: add "widths": [256, 64], or "width" and "depth".',
  ],
  [
    'a deep net with two widths',
    withValue(['encoder'], { kind: 'deep net', widths: [32], width: 32 }),
    'encoder.width stands beside `widths`, which says the same: keep one of the two ways.',
  ],
  [
    'caps on layers with biases',
    withValue(['encoder'], { kind: 'deep net', widths: [32], normCap: { spectral: 1 } }),
    'encoder.normCap caps layers that have biases, of which D3 and D4 do not speak: add "bias": false.',
  ],
  [
    'an even kernel',
    withValue(['encoder'], { kind: 'convolutional', channels: [8], kernel: 4 }),
    'encoder.kernel is 4, which cannot stand over the middle of a pixel: choose an odd number.',
  ],
  [
    'random ratios the wrong way round',
    withValue(['objective', 'maskRatio'], { random: [0.8, 0.4] }),
    'objective.maskRatio.random begins with 0.8, above 0.4: write the least ratio first.',
  ],
  [
    'a misspelt form of the mask ratio',
    withValue(['objective', 'maskRatio'], { from: 0.2, too: 0.5 }),
    'objective.maskRatio.too is not a key that is known here: did you mean "to"? Write that.',
  ],
  [
    'a regulariser twice',
    withValue(
      ['regulariser'],
      [
        { kind: 'l2', lambda: 0.1 },
        { kind: 'l2', lambda: 0.2 },
      ],
    ),
    'regulariser[1].kind is "l2" for the second time: name each kind once.',
  ],
  [
    'a misspelt key in a list of regularisers',
    withValue(['regulariser'], [{ kind: 'l2', lamda: 0.1 }]),
    'regulariser[0].lamda is not a key that is known here: did you mean "lambda"? Write that.',
  ],
  [
    'a mask of everything',
    withValue(['objective', 'maskRatio'], 1),
    'objective.maskRatio is 1, but must be below 1: choose a number below 1.',
  ],
  [
    'arguments of no definition',
    withValue(['arguments'], { width: 64 }).replace(/"definition": .*/, ''),
    'arguments says how a definition is constructed, but no definition is named: add "definition": "models/mae.py#MaskedAutoencoder".',
  ],
  [
    'an argument whose name cannot be one',
    withValue(['arguments'], { 'mask-ratio': 0.5 }),
    'arguments.mask-ratio is not what an argument can be called: write its name as in `__init__`.',
  ],
  [
    'a definition without a class',
    withValue(['definition'], 'models/mae.py'),
    'definition is "models/mae.py": write it as `models/mae.py#MaskedAutoencoder`.',
  ],
  [
    'no JSON',
    SAMPLE.replace('"patch": 7,', '"patch" 7,'),
    'the text is not JSON from here on (colon expected): correct it; comments and trailing commas are allowed.',
  ],
  ['a key twice', SAMPLE.replace('"patch": 7,', '"patch": 7, "patch": 14,'), 'patch stands twice in one object: keep one of the two.'],
  ['a list', '[]', 'the text is a list, not an object in { }: write an object in { }.'],
];
