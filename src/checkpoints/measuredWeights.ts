import { tensorKey } from '../architecture/composition';
import type { WeightNorms } from '../architecture/compositionWeights';
import { GAINS, VARIANCES } from '../architecture/initialWeights';
import { Stopped } from '../common/fault';
import { peel } from '../theory/peeling';
import { elementCount, type Checkpoint } from './checkpoint';
import type { WeightMatching } from './matchWeights';
import { tensorNorms, type NormOptions, type TensorNorms } from './norms';

/** What was measured of one tensor of a definition. */
export interface MeasuredWeight {
  readonly layer: string;
  /** Name of the parameter within its layer. */
  readonly parameter: string;
  readonly norms: TensorNorms;
  /** Largest absolute entry and least entry; of vectors only. */
  readonly largest?: number;
  readonly least?: number;
}

/** Measures every matched tensor, one at a time. Throws a ValueFault for a tensor with values that are not finite. */
export async function measureWeights(
  checkpoint: Checkpoint,
  { matches }: Pick<WeightMatching, 'matches'>,
  options: NormOptions,
): Promise<readonly MeasuredWeight[]> {
  const total = matches.reduce((sum, { tensor }) => sum + elementCount(tensor.shape), 0);
  const measured: MeasuredWeight[] = [];
  let done = 0;
  for (const { layer, parameter, tensor } of matches) {
    if (options.signal?.aborted) throw new Stopped();
    options.progress?.(total === 0 ? 0 : done / total, tensor.name);
    const norms = await tensorNorms(checkpoint, tensor, options);
    const entries = tensor.shape.length === 1 ? entryRange(await checkpoint.read(tensor.name, options.signal)) : {};
    measured.push({ layer, parameter: parameter.name, norms, ...entries });
    done += elementCount(tensor.shape);
  }
  return measured;
}

function entryRange(values: Iterable<number | bigint>): Pick<MeasuredWeight, 'largest' | 'least'> {
  let [largest, least] = [0, Infinity];
  for (const value of values) {
    largest = Math.max(largest, Math.abs(Number(value)));
    least = Math.min(least, Number(value));
  }
  return { largest, least };
}

/** Measured norms as bounds take them, and what the union bound over the grid they were rounded up to costs. */
export interface PeeledWeights {
  readonly norms: WeightNorms;
  readonly nats: number;
}

/** A norm of 0, or a variance that is not above it, counts as this. */
const LEAST = 1e-12;

/** The numbers of one tensor that a bound may ask for, under their keys in `peeledWeights`. Each of them costs, so none is taken in vain. */
function numbersOf({ layer, parameter, norms, largest, least }: MeasuredWeight): readonly (readonly [key: string, value: number])[] {
  const key = tensorKey(layer, parameter);
  if (largest !== undefined && least !== undefined) {
    if (VARIANCES.includes(parameter)) return [[`precision ${layer}`, 1 / Math.max(least, LEAST)]];
    return GAINS.includes(parameter) ? [[`largest ${key}`, largest]] : [[`length ${key}`, norms.frobenius]];
  }
  const isUsedAsItIs = parameter === '' || !norms.spectral;
  return [
    [`spectral ${key}`, norms.spectral?.upper ?? norms.frobenius],
    ...(isUsedAsItIs ? [[`length ${key}`, norms.frobenius] as const] : []),
  ];
}

/**
 * The norms of measured tensors, each rounded up to a grid that was fixed before training ("peeling" in docs/theory.md): spectral norms from above (Euclidean
 * ones where a tensor is no matrix), lengths, largest entries, and least variances rounded down. What was not measured is taken from `otherwise`.
 */
export function peeledWeights(measured: readonly MeasuredWeight[], otherwise: WeightNorms): PeeledWeights {
  const wanted = measured.flatMap(numbersOf);
  if (wanted.length === 0) return { norms: otherwise, nats: 0 };
  const { rounded, nats } = peel(
    wanted.map(([, value]) => Math.max(value, LEAST)),
    1 + 1 / wanted.length,
  );
  const values = new Map(wanted.map(([key], i) => [key, rounded[i]!]));
  const precision = (path: string) => values.get(`precision ${path}`);
  return {
    nats,
    norms: {
      spectral: (path, tensor) => values.get(`spectral ${tensorKey(path, tensor)}`) ?? otherwise.spectral(path, tensor),
      length: (path, tensor) => values.get(`length ${tensorKey(path, tensor)}`) ?? otherwise.length(path, tensor),
      largest: (path, tensor) => values.get(`largest ${tensorKey(path, tensor)}`) ?? otherwise.largest(path, tensor),
      leastVariance: path => {
        const found = path === null ? undefined : precision(path);
        return found === undefined ? otherwise.leastVariance(path) : 1 / found;
      },
    },
  };
}
