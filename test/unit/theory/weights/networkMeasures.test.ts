import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openCheckpoint } from '../../../../src/checkpoints/openCheckpoint';
import type { Checkpoint } from '../../../../src/checkpoints/checkpoint';
import { symmetricEigenvalues } from '../../../../src/theory/symmetricEigen';
import {
  joinedNoise,
  magnitudeMeasure,
  networkMeasures,
  perPoint,
  perturbationMeasure,
  relativeNoise,
  type NetworkMeasures,
  type TrainedLayer,
} from '../../../../src/theory/weights/networkMeasures';
import { pathNorm, type ChainLayer } from '../../../../src/theory/weights/totals';

interface Expected {
  readonly points: number;
  readonly sigmas: { readonly plain: number; readonly mag: number };
  readonly measures: Readonly<Record<string, number>>;
}

const FOLDER = 'test/fixtures/theory/robustMeasures';
const { points, sigmas, measures } = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')) as Expected;

/** The network's convolutions: 8 × 8 pixels, a padded 3 × 3 one of stride 2, three 1 × 1 ones. */
const LAYERS = [
  { name: 'blocks.0.conv1', outputs: 8, inputs: 1, kernel: 3, stride: 2, padding: 1, plane: 8 },
  { name: 'blocks.0.conv2', outputs: 8, inputs: 8, kernel: 1, stride: 1, padding: 0, plane: 4 },
  { name: 'blocks.0.conv3', outputs: 8, inputs: 8, kernel: 1, stride: 1, padding: 0, plane: 4 },
  { name: 'conv', outputs: 10, inputs: 8, kernel: 1, stride: 1, padding: 0, plane: 4 },
] as const;
type Layer = (typeof LAYERS)[number];
/** Folding a batch norm into its convolution leaves a scale of 1/√(1 + 10⁻⁵) behind, as the norm's ε stays. */
const LEFT = 1 / Math.sqrt(1 + 1e-5);

const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** The spectral norm of a complex rows × columns matrix, from the real one [A −B; B A]. */
function spectral(real: Float64Array, imaginary: Float64Array, rows: number, columns: number): number {
  const gram = new Float64Array(4 * columns * columns);
  const entry = (i: number, j: number) => {
    const at = (i % rows) * columns + (j % columns);
    if (i < rows === j < columns) return real[at]!;
    return i < rows ? -imaginary[at]! : imaginary[at]!;
  };
  for (let j = 0; j < 2 * columns; j++)
    for (let k = 0; k < 2 * columns; k++) for (let i = 0; i < 2 * rows; i++) gram[j * 2 * columns + k]! += entry(i, j) * entry(i, k);
  return Math.sqrt(symmetricEigenvalues({ rows: 2 * columns, columns: 2 * columns, values: gram })[0]!);
}

/** The norm of the circular convolution on the input's plane: the largest over all frequencies. */
function circular(weights: Float64Array, { outputs, inputs, kernel }: Layer, plane: number): number {
  let largest = 0;
  for (let p = 0; p < plane; p++)
    for (let q = 0; q < plane; q++) {
      const [real, imaginary] = [new Float64Array(outputs * inputs), new Float64Array(outputs * inputs)];
      weights.forEach((weight, at) => {
        const tap = at % kernel ** 2;
        const angle = (-2 * Math.PI * (p * Math.floor(tap / kernel) + q * (tap % kernel))) / plane;
        const place = Math.floor(at / kernel ** 2);
        real[place]! += weight * Math.cos(angle);
        imaginary[place]! += weight * Math.sin(angle);
      });
      largest = Math.max(largest, spectral(real, imaginary, outputs, inputs));
    }
  return largest;
}

const kernelNorm = (weights: Float64Array, { outputs }: Layer) =>
  spectral(weights, new Float64Array(weights.length), outputs, weights.length / outputs);

const read = async (checkpoint: Checkpoint, name: string) => Float64Array.from(await checkpoint.read(name));

async function network() {
  const [model, initial] = await Promise.all(['model', 'initial'].map(name => openCheckpoint(`${FOLDER}/${name}.safetensors`)));
  const weights = await Promise.all(LAYERS.map(({ name }) => read(model!, `${name}.weight`)));
  const biases = await Promise.all(LAYERS.map(({ name }) => read(model!, `${name}.bias`)));
  const before = await Promise.all(LAYERS.map(({ name }) => read(initial!, `${name}.weight`)));
  await Promise.all([model!.close(), initial!.close()]);
  return { weights, biases, changes: weights.map((own, i) => own.map((value, at) => value - LEFT * before[i]![at]!)) };
}

const layersBy = (
  weights: readonly Float64Array[],
  changes: readonly Float64Array[],
  norms: (weights: Float64Array, layer: Layer) => number,
): readonly TrainedLayer[] =>
  LAYERS.map((layer, i) => ({
    spectral: norms(weights[i]!, layer),
    frobenius: norm(weights[i]!),
    distanceSpectral: norms(changes[i]!, layer),
    distanceFrobenius: norm(changes[i]!),
  }));

/** A convolution as a dense layer, outputs × inputs. */
function dense(weights: Float64Array, bias: Float64Array, { outputs, inputs, kernel, stride, padding, plane }: Layer): ChainLayer {
  const size = Math.floor((plane + 2 * padding - kernel) / stride) + 1;
  const columns = inputs * plane ** 2;
  const values = new Float64Array(outputs * size ** 2 * columns);
  weights.forEach((weight, at) => {
    const [o, i] = [Math.floor(at / (inputs * kernel ** 2)), Math.floor(at / kernel ** 2) % inputs];
    const [u, v] = [Math.floor((at % kernel ** 2) / kernel), at % kernel];
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const [r, c] = [y * stride + u - padding, x * stride + v - padding];
        if (r >= 0 && r < plane && c >= 0 && c < plane)
          values[(o * size ** 2 + y * size + x) * columns + (i * plane + r) * plane + c] = weight;
      }
  });
  return {
    weights: values,
    bias: Float64Array.from({ length: outputs * size ** 2 }, (_, k) => bias[Math.floor(k / size ** 2)]!),
    outputs: outputs * size ** 2,
  };
}

const close = (actual: number, expected: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= 1e-6 * Math.abs(expected), `${what}: ${actual} instead of ${expected}`);

/** The reference's names of the measures; those with spectral norms are given for kernels and, with _FFT, for circular convolutions. */
const PLAIN: readonly (readonly [string, keyof NetworkMeasures])[] = [
  ['PARAM_NORM', 'parameterNorm'],
  ['FRO_DIST', 'frobeniusDistance'],
  ['INVERSE_MARGIN', 'inverseMargin'],
  ['LOG_PROD_OF_FRO', 'logProductFrobenius'],
  ['LOG_PROD_OF_FRO_OVER_MARGIN', 'logProductFrobeniusOverMargin'],
  ['LOG_SUM_OF_FRO', 'logSumFrobenius'],
  ['LOG_SUM_OF_FRO_OVER_MARGIN', 'logSumFrobeniusOverMargin'],
];
const SPECTRAL: readonly (readonly [string, keyof NetworkMeasures])[] = [
  ['DIST_SPEC_INIT', 'spectralDistance'],
  ['FRO_OVER_SPEC', 'frobeniusOverSpectral'],
  ['LOG_PROD_OF_SPEC', 'logProductSpectral'],
  ['LOG_PROD_OF_SPEC_OVER_MARGIN', 'logProductSpectralOverMargin'],
  ['LOG_SUM_OF_SPEC', 'logSumSpectral'],
  ['LOG_SUM_OF_SPEC_OVER_MARGIN', 'logSumSpectralOverMargin'],
  ['LOG_SPEC_ORIG_MAIN', 'logSpectralFromZero'],
  ['LOG_SPEC_INIT_MAIN', 'logSpectralFromInitial'],
];

describe('measures of a trained network', () => {
  /** The reference takes its margin from the folded network; the measure of the inverse margin tells which it was. */
  const margin = 1 / (Math.sqrt(points) * measures.INVERSE_MARGIN!);

  for (const [kind, suffix, norms] of [
    ['reshaped kernels', '', kernelNorm],
    ['circular convolutions', '_FFT', (weights: Float64Array, layer: Layer) => circular(weights, layer, 8)],
  ] as const)
    it(`are the reference’s for spectral norms of ${kind}`, async () => {
      const { weights, changes } = await network();
      const found = networkMeasures(layersBy(weights, changes, norms), margin);
      for (const [name, key] of suffix ? SPECTRAL : [...PLAIN, ...SPECTRAL])
        close(perPoint(found[key], points, name.startsWith('LOG')), measures[name + suffix]!, name + suffix);
    });

  it('from a perturbation radius are the reference’s', async () => {
    const { weights, changes } = await network();
    const squared = (parts: readonly Float64Array[]) => parts.reduce((sum, part) => sum + norm(part) ** 2, 0);
    const noise = joinedNoise(changes.map(change => relativeNoise(change, sigmas.mag)));
    for (const [name, value] of [
      ['PACBAYES_ORIG', perturbationMeasure(squared(weights), sigmas.plain, points)],
      ['PACBAYES_INIT', perturbationMeasure(squared(changes), sigmas.plain, points)],
      ['PACBAYES_FLATNESS', 1 / sigmas.plain ** 2],
      ['PACBAYES_MAG_ORIG', magnitudeMeasure(squared(weights), noise, sigmas.mag, points)],
      ['PACBAYES_MAG_INIT', magnitudeMeasure(squared(changes), noise, sigmas.mag, points)],
      ['PACBAYES_MAG_FLATNESS', 1 / sigmas.mag ** 2],
      ['L2', Math.sqrt(squared(weights))],
      ['L2_DIST', Math.sqrt(squared(changes))],
      ['PARAMS', noise.weights],
    ] as const)
      close(perPoint(value, points, false), measures[name]!, name);
  });

  it('by paths are the reference’s, with the scale that its batch norms leave', async () => {
    const { weights, biases } = await network();
    const root = Math.sqrt(LEFT);
    const chain = LAYERS.map((layer, i) => dense(weights[i]!.map(w => w * root), biases[i]!.map(b => b * root), layer)); // prettier-ignore
    /** The sum over classes of means over 16 places. */
    const value = pathNorm(chain, 2) ** 2 / 16;
    close(perPoint(value, points, false), measures.PATH_NORM!, 'PATH_NORM');
    close(perPoint(value / margin ** 2, points, false), measures.PATH_NORM_OVER_MARGIN!, 'PATH_NORM_OVER_MARGIN');
  });
});
