import { checkpointNorms } from '../../checkpoints/norms';
import { openCheckpoint } from '../../checkpoints/openCheckpoint';
import { weightDistance } from '../../checkpoints/weightDistance';
import { marginPerturbation, FEWEST_POINTS, sampledPerturbation, type PerturbedLayer } from '../../theory/perturbation';
import type { Report } from '../../theory/report';
import { bestProducts } from '../bestProducts';
import type { Field, SpecReader } from './specReader';

const FIELDS = {
  delta: ['delta', 'failureProbability'],
  target: ['target', 't'],
  points: ['n', 'labelled'],
  deviation: ['sigma', 'deviation'],
  priorDeviation: ['lambda', 'priorDeviation'],
  parameters: ['p', 'parameters'],
  distance: ['distance', 'W_W_0'],
  checkpoint: ['checkpoint'],
  initial: ['initial', 'W_0'],
  perturbedRisk: ['G_hat_M', 'G_hat', 'perturbedRisk'],
  draws: ['M', 'draws'],
  candidates: ['G', 'candidates'],
  inputNorm: ['B_x', 'inputNorm'],
  margin: ['gamma', 'margin'],
  marginRisk: ['L_gamma', 'L_hat_gamma', 'marginRisk'],
  spectral: ['s', 's_l', 'spectralNorms'],
  frobenius: ['F', 'F_l', 'frobenius'],
  rows: ['rows'],
  columns: ['columns'],
} satisfies Readonly<Record<string, Field>>;

const DEFAULT_FAILURE = 0.05;

/** What both certificates take. */
function readSample(spec: SpecReader): { readonly points: number; readonly failureProbability: number; readonly target?: number } {
  const points = spec.number(FIELDS.points, 'count');
  if (points < FEWEST_POINTS) throw spec.fault(FIELDS.points[0], `is ${points}`, `give at least ${FEWEST_POINTS} labelled points`);
  const target = spec.optionalNumber(FIELDS.target, 'positive');
  return {
    points,
    failureProbability: spec.number(FIELDS.delta, 'probability', DEFAULT_FAILURE),
    ...(target !== undefined && { target }),
  };
}

/** P1: the risk under noise on the weights, from a radius σ and the weights' distance from where they began. */
export async function sampledPerturbationSpec(spec: SpecReader, signal?: AbortSignal): Promise<Report> {
  const distance = spec.has(FIELDS.checkpoint)
    ? await distanceBetween(spec.filePath(FIELDS.checkpoint), spec.has(FIELDS.initial) ? spec.filePath(FIELDS.initial) : undefined, signal)
    : spec.number(FIELDS.distance, 'not negative');
  return sampledPerturbation({
    distance,
    deviation: spec.number(FIELDS.deviation, 'positive'),
    perturbedRisk: spec.number(FIELDS.perturbedRisk, 'share'),
    draws: spec.number(FIELDS.draws, 'count'),
    candidates: spec.number(FIELDS.candidates, 'count', 1),
    ...(spec.has(FIELDS.priorDeviation) && {
      prior: { deviation: spec.number(FIELDS.priorDeviation, 'positive'), parameters: spec.number(FIELDS.parameters, 'count') },
    }),
    ...readSample(spec),
  });
}

async function distanceBetween(file: string, initial: string | undefined, signal: AbortSignal | undefined): Promise<number> {
  const checkpoint = await openCheckpoint(file);
  try {
    if (initial === undefined) return await weightDistance(checkpoint, undefined, signal);
    const start = await openCheckpoint(initial);
    try {
      return await weightDistance(checkpoint, start, signal);
    } finally {
      await start.close();
    }
  } finally {
    await checkpoint.close();
  }
}

/** P2: the error itself from margins and norms, of a checkpoint's matrices in the file's order or as they are listed. */
export async function marginPerturbationSpec(spec: SpecReader, signal?: AbortSignal): Promise<Report> {
  const layers = spec.has(FIELDS.checkpoint) ? await layersOf(spec, spec.filePath(FIELDS.checkpoint), signal) : listedLayers(spec);
  return marginPerturbation({
    layers,
    inputNorm: spec.number(FIELDS.inputNorm, 'positive'),
    margin: spec.number(FIELDS.margin, 'positive'),
    marginRisk: spec.number(FIELDS.marginRisk, 'share'),
    ...readSample(spec),
  });
}

function listedLayers(spec: SpecReader): readonly PerturbedLayer[] {
  const spectral = spec.numbers(FIELDS.spectral, 'positive');
  const each = (field: Field, rule: 'positive' | 'count') => spec.numbers(field, rule, spectral.length);
  const [frobenius, rows, columns] = [each(FIELDS.frobenius, 'positive'), each(FIELDS.rows, 'count'), each(FIELDS.columns, 'count')];
  return spectral.map((spectralNorm, l) => ({ spectralNorm, frobenius: frobenius[l]!, rows: rows[l]!, columns: columns[l]! }));
}

async function layersOf(spec: SpecReader, file: string, signal: AbortSignal | undefined): Promise<readonly PerturbedLayer[]> {
  const checkpoint = await openCheckpoint(file);
  try {
    const { tensors } = await checkpointNorms(checkpoint, { ...(await bestProducts()), ...(signal && { signal }) });
    const other = tensors.find(({ spectral, shape }) => shape.length > 1 && spectral?.of !== 'operator');
    if (other)
      throw spec.fault(
        FIELDS.checkpoint[0],
        `holds ${other.name} of shape [${other.shape.join(', ')}], and P2 is about chains of matrices`,
        'use P1, or D4 by boundlens bound CHECKPOINT',
      );
    const bias = tensors.find(({ spectral, frobenius }) => !spectral && frobenius > 0);
    if (bias)
      throw spec.fault(
        FIELDS.checkpoint[0],
        `holds ${bias.name}, and P2 is about layers without biases`,
        'use P1, or D4 by boundlens bound CHECKPOINT',
      );
    return tensors.flatMap(({ spectral, frobenius, shape }) =>
      spectral ? [{ spectralNorm: spectral.upper, frobenius, rows: shape[0]!, columns: shape[1]! }] : [],
    );
  } finally {
    await checkpoint.close();
  }
}
