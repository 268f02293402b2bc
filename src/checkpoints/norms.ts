import { Stopped, ValueFault } from '../common/fault';
import { BracketAccumulator, type Products } from '../theory/weights/bracketAccumulator';
import { convolutionBracket } from '../theory/weights/convolution';
import { EntryNormAccumulator } from '../theory/weights/matrixNorms';
import { fitPowerLaw, type PowerLaw } from '../theory/weights/powerLaw';
import { Scratch } from '../theory/weights/scratch';
import type { Bracket } from '../theory/weights/spectralBracket';
import { stableRank, weightTotals, type LayerNorms, type WeightTotals } from '../theory/weights/totals';
import { symmetricEigenvalues } from '../theory/symmetricEigen';
import { elementCount, type Checkpoint, type CheckpointFormat, type TensorInfo } from './checkpoint';
import type { TensorValues } from './elementType';
import { convolutionShape, outputsFirst, type InputShape } from './operatorShape';
import { matrixLayout, weightKind } from './weightShape';

/** A bracket of a spectral norm, and of what: the tensor as the operator it is, or a kernel reshaped to outputs × the rest. */
export interface SpectralNorm extends Bracket {
  readonly of: 'operator' | 'kernel';
}

/** What is known of one tensor. Vectors and whole numbers have a Frobenius (Euclidean) norm only. */
export interface TensorNorms extends Pick<TensorInfo, 'name' | 'shape' | 'dtype'> {
  readonly spectral?: SpectralNorm;
  readonly frobenius: number;
  readonly l21?: number;
  readonly l1Infinity?: number;
  readonly stableRank?: number;
  readonly powerLaw?: PowerLaw;
}

/** The norms of a checkpoint, tensor by tensor and in total. */
export interface CheckpointNorms {
  readonly format: CheckpointFormat;
  readonly tensors: readonly TensorNorms[];
  readonly totals: WeightTotals & { readonly parameters: number };
}

export interface NormOptions extends Products {
  /** Gives two-dimensional convolutions with as many input channels as operators on that plane. */
  readonly inputShape?: InputShape;
  /** Whether to fit a power law to the spectrum of every weight with at least 50 singular values (all eigenvalues are computed). */
  readonly powerLaw?: boolean;
  readonly signal?: AbortSignal;
  /** Called before each tensor with the fraction of numbers that are done. */
  readonly progress?: (fraction: number, name: string) => void;
}

const FEWEST_FOR_POWER_LAW = 50;

/** The norms of every tensor of a checkpoint. Tensors are read one at a time; a tensor with values that are not finite is a ValueFault. */
export async function checkpointNorms(checkpoint: Checkpoint, options: NormOptions): Promise<CheckpointNorms> {
  const parameters = checkpoint.tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const tensors: TensorNorms[] = [];
  const layers: LayerNorms[] = [];
  const scratch = new Scratch();
  let done = 0;
  for (const tensor of checkpoint.tensors) {
    if (options.signal?.aborted) throw new Stopped();
    options.progress?.(parameters === 0 ? 0 : done / parameters, tensor.name);
    const norms = await tensorNorms(checkpoint, tensor, options, scratch);
    tensors.push(norms);
    const { spectral, frobenius, l21, l1Infinity } = norms;
    if (spectral) layers.push({ spectral, frobenius, l21: l21!, l1Infinity: l1Infinity! });
    done += elementCount(tensor.shape);
  }
  return { format: checkpoint.format, tensors, totals: { parameters, ...weightTotals(layers) } };
}

/** The norms of one tensor of a checkpoint. */
export async function tensorNorms(
  checkpoint: Checkpoint,
  tensor: TensorInfo,
  options: NormOptions,
  scratch = new Scratch(),
): Promise<TensorNorms> {
  const { name, shape, dtype } = tensor;
  const kind = weightKind(tensor);
  const layout = kind ? matrixLayout(tensor) : { rows: 1, columns: Math.max(1, elementCount(shape)), outputs: 'rows' as const };
  const entries = new EntryNormAccumulator(layout);
  const brackets = kind && new BracketAccumulator(layout, options, options.powerLaw, scratch);
  const whole = await brackets?.fill(async into => (await checkpoint.fill?.(name, into, options.signal)) ?? false);
  if (whole) entries.add(whole);
  else
    for await (const values of brackets?.isStreamed
      ? passes(checkpoint, tensor, options.signal)
      : checkpoint.chunks(name, options.signal)) {
      entries.add(values);
      await brackets?.add(values);
    }
  const norms = entries.norms();
  const { frobenius, l21, l1Infinity } = norms;
  if (!Number.isFinite(frobenius))
    throw new ValueFault(
      checkpoint.file,
      name,
      'holds values that are not finite',
      'train again from a checkpoint before the loss diverged',
    );
  if (!brackets) return { name, shape, dtype, frobenius };
  const { bracket: matrix, gram } = await brackets.finish(norms, () => passes(checkpoint, tensor, options.signal));
  const operator = kind === 'kernel' ? await operatorBracket(checkpoint, tensor, options) : undefined;
  const spectral: SpectralNorm = operator ?? { ...matrix, of: kind === 'matrix' ? 'operator' : 'kernel' };
  const powerLaw = options.powerLaw && gram && gram.size >= FEWEST_FOR_POWER_LAW ? powerLawOf(gram.values, gram.size) : undefined;
  return {
    name,
    shape,
    dtype,
    spectral,
    frobenius,
    l21,
    l1Infinity,
    stableRank: stableRank({ frobenius, spectral: matrix }),
    ...(powerLaw && { powerLaw }),
  };
}

/** Numbers of a matrix that is read in passes that are held at once. */
const HELD = 1 << 18;

/** The values of a tensor, some at a time, each valid until the next: with as little as can be to throw away. */
async function* passes(checkpoint: Checkpoint, { name, shape }: TensorInfo, signal?: AbortSignal): AsyncGenerator<TensorValues> {
  const count = elementCount(shape);
  const room = new Float32Array(Math.min(HELD, count));
  for (let from = 0; from < count; from += room.length) {
    const part = room.subarray(0, Math.min(room.length, count - from));
    if (!(await checkpoint.fill?.(name, part, signal, from))) {
      yield* checkpoint.chunks(name, signal);
      return;
    }
    yield part;
  }
}

function powerLawOf(values: Float64Array, size: number): PowerLaw {
  return fitPowerLaw(symmetricEigenvalues({ rows: size, columns: size, values }));
}

async function operatorBracket(checkpoint: Checkpoint, tensor: TensorInfo, options: NormOptions): Promise<SpectralNorm | undefined> {
  const shape = options.inputShape && convolutionShape(tensor, options.inputShape);
  if (!shape) return undefined;
  const weights = outputsFirst(tensor, await checkpoint.read(tensor.name, options.signal));
  return { ...(await convolutionBracket({ ...shape, weights }, options.product)), of: 'operator' };
}
