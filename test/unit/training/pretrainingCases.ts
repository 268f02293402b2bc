import { Random } from '../../../src/common/random';
import type { Trial } from '../../../src/studies/study';
import { encoderSchema } from '../../../src/studies/schema/encoder';
import { objectiveSchema } from '../../../src/studies/schema/objective';
import { regulariserSchema } from '../../../src/studies/schema/regulariser';
import { patchOf } from '../../../src/training/encoders/buildEncoder';
import type { Engine, Feeds, TrainingSpec } from '../../../src/training/engine/engine';
import { buildModel, type PretrainableModel } from '../../../src/training/model';
import { Pace } from '../../../src/training/pace';
import { PatchSet } from '../../../src/training/patches';
import { pretrain, pretrainedNames, pretrainingSpec } from '../../../src/training/pretraining';
import { buildRegularisers } from '../../../src/training/regularisers/buildRegularisers';
import type { StepsState } from '../../../src/training/trainingState';
import { smallImages } from './smallImages';

type Encoder = Trial['encoder'];
type Objective = Exclude<Trial['objective'], { kind: 'none' }>;
type Regulariser = Trial['regulariser'];

const encoder = (value: object): Encoder => encoderSchema.parse(value);
const training = { steps: 40, batch: 16, learningRate: 5e-3 };
const objective = (value: object): Objective => objectiveSchema.parse({ ...training, ...value }) as Objective;

const vit = { kind: 'vit', patch: 7, width: 16, depth: 1, heads: 2, mlpRatio: 2 };
const deepNet = { kind: 'deep net', widths: [24, 16] };
const convolutional = { kind: 'convolutional', channels: [4, 6], width: 12 };
const decoder = { width: 8, depth: 1, heads: 2 };

/** What can be pre-trained, small: every encoder and every objective, each of their options somewhere. */
export const CASES: readonly { readonly name: string; readonly encoder: Encoder; readonly objective: Objective }[] = [
  {
    name: 'masked autoencoder, vit',
    encoder: encoder(vit),
    objective: objective({ kind: 'masked autoencoder', maskRatio: 0.5, decoder }),
  },
  {
    name: 'masked autoencoder, normalised targets and random ratios, single-head vit with post-norm and residual factors',
    encoder: encoder({ ...vit, heads: 1, norm: 'post', residual: { attention: 0.5, perceptron: 0.7 } }),
    objective: objective({ kind: 'masked autoencoder', maskRatio: { random: [0.25, 0.75] }, normaliseTargets: true, decoder }),
  },
  {
    name: 'context encoder, linear decoder and region, deep net under norm caps',
    encoder: encoder({ kind: 'deep net', width: 20, depth: 2, bias: false, normCap: { spectral: 2, l21: 12 } }),
    objective: objective({ kind: 'context encoder', maskRatio: 0.3, mask: 'region' }),
  },
  {
    name: 'context encoder, deep decoder and learned fill of all pixels, convolutional',
    encoder: encoder(convolutional),
    objective: objective({
      kind: 'context encoder',
      maskRatio: { from: 0.2, to: 0.5 },
      fill: 'learned',
      target: 'all',
      decoder: { kind: 'deep', widths: [24], activation: 'gelu' },
    }),
  },
  {
    name: 'context encoder, vit without norms',
    encoder: encoder({ ...vit, norm: 'none' }),
    objective: objective({ kind: 'context encoder', maskRatio: 0.5, fill: 'learned' }),
  },
  {
    name: 'mask reconstruction, momentum teacher, vit',
    encoder: encoder(vit),
    objective: objective({ kind: 'mask reconstruction', maskRatio: 0.5, fill: 'learned', teacher: { kind: 'momentum', momentum: 0.9 } }),
  },
  {
    name: 'mask reconstruction, momentum teacher and deep predictor, pooled convolutional with features of norm 1',
    encoder: encoder({
      kind: 'convolutional',
      channels: [4, 8],
      stride: 1,
      pool: 'max',
      norm: 'none',
      activation: 'tanh',
      unitFeatures: true,
    }),
    objective: objective({
      kind: 'mask reconstruction',
      maskRatio: 0.5,
      teacher: { kind: 'momentum' },
      predictor: { kind: 'deep', hidden: 12 },
    }),
  },
  {
    name: 'mask reconstruction, scaled teacher, deep net with features of norm 1',
    encoder: encoder({ ...deepNet, activation: 'tanh', unitFeatures: true }),
    objective: objective({ kind: 'mask reconstruction', maskRatio: 0.5, teacher: { kind: 'scaled', factor: 1.2 } }),
  },
  {
    name: 'denoising, gaussian noise, deep net',
    encoder: encoder({ ...deepNet, activation: 'gelu' }),
    objective: objective({ kind: 'denoising', noise: { kind: 'gaussian', deviation: 0.3 } }),
  },
  {
    name: 'denoising, masking noise, pooled convolutional',
    encoder: encoder({ ...convolutional, stride: 1, pool: 'average' }),
    objective: objective({ kind: 'denoising', noise: { kind: 'masking', ratio: 0.3 } }),
  },
];

const radreg = { kind: 'radreg', draws: 3, batch: 12 };

/** Every regulariser with the λ given, each of their options somewhere. */
export const regularisers = (lambda: number): readonly { readonly name: string; readonly regulariser: Regulariser }[] =>
  [
    { name: 'none', regulariser: { kind: 'none' } },
    { name: 'l2', regulariser: { kind: 'l2', lambda } },
    { name: 'RadReg', regulariser: { ...radreg, lambda } },
    { name: 'RadReg, ℓ1 heads', regulariser: { ...radreg, lambda, signs: 'fixed', head: { kind: 'l1' } } },
    {
      name: 'RadReg, heads of three classes',
      regulariser: { ...radreg, lambda, inputs: 'pretraining', head: { kind: 'k-class', classes: 3 } },
    },
    { name: 'RadReg, perceptron heads', regulariser: { ...radreg, lambda, normalise: true, head: { kind: 'mlp', hidden: 4, steps: 2 } } },
    { name: 'feature decay', regulariser: { kind: 'feature decay', lambda, batch: 12 } },
    { name: 'spectral norm', regulariser: { kind: 'spectral norm', lambda } },
    {
      name: 'three at once',
      regulariser: [
        { ...radreg, lambda },
        { kind: 'l2', lambda },
        { kind: 'spectral norm', lambda },
      ],
    },
  ].map(({ name, regulariser }) => ({ name, regulariser: regulariserSchema.parse(regulariser) }));

export interface Prepared {
  readonly model: PretrainableModel;
  readonly data: { readonly images: PatchSet; readonly downstream: PatchSet };
}

/** A case's model and images, with the weights of a seed. */
export async function prepared({ encoder, objective }: Pick<(typeof CASES)[number], 'encoder' | 'objective'>, seed = 0): Promise<Prepared> {
  const small = await smallImages();
  const data = { images: new PatchSet(small.images, patchOf(encoder)), downstream: new PatchSet(small.downstream, patchOf(encoder)) };
  return { model: buildModel({ encoder, objective }, data.images, 1, new Random(seed)) as PretrainableModel, data };
}

/** The first step of a case with a regulariser, and what it is fed. */
export async function firstStep(
  { model, data }: Prepared,
  objective: Objective,
  regulariser: Regulariser,
): Promise<{ readonly spec: TrainingSpec; readonly feeds: Feeds }> {
  const random = new Random('first step');
  const made = buildRegularisers(regulariser, model, data, pretrainedNames(model), random);
  model.objective.start?.();
  const rows = await data.images.rows(Array.from({ length: objective.batch }, (_, i) => i));
  let feeds: Feeds = model.objective.feeds(rows, random.fork('masks'));
  for (const one of made) feeds = { ...feeds, ...(await one.next()), ...one.carried?.() };
  return { spec: pretrainingSpec(model, objective, made), feeds };
}

/** Pre-trains a case; scalars of each step and the weights at the end. `keeping` as in `PretrainingHooks`. */
export async function pretrained(
  engine: Engine,
  one: (typeof CASES)[number],
  regulariser: Regulariser,
  steps = one.objective.steps,
  keeping: { resume?: StepsState; onState?: (capture: () => Promise<StepsState>, isLast: boolean) => Promise<void>; pace?: Pace } = {},
): Promise<{ readonly losses: number[]; readonly scalars: Record<string, number>[]; readonly weights: Map<string, Float32Array> }> {
  const { model, data } = await prepared(one);
  const scalars: Record<string, number>[] = [];
  await pretrain(engine, model, data, { ...one.objective, steps }, regulariser, new Random('steps'), keeping.pace ?? new Pace(), {
    ...keeping,
    moments: [],
    onMoment: () => Promise.resolve(),
    onStep: (_, results) => scalars.push(Object.fromEntries(Object.entries(results).map(([name, [value]]) => [name, value!]))),
  });
  const weights = model.parameters.snapshot();
  model.parameters.dispose();
  return { losses: scalars.map(one => one['reconstruction']!), scalars, weights };
}
