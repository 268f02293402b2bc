import type { MultiViewSamples } from '../../datasets/multiView/model';
import {
  captureLevel,
  capturedFeatures,
  capturedPerClass,
  captureStrengths,
  purity,
  type Correlations,
} from '../../theory/featureCapture/kernels';
import type { MultiViewSpec } from '../../studies/schema/multiView';
import type { ArmName, CaptureFrame, LabelledKind } from './frames';
import { kernelsFrom, kernelCount, type Setting } from './setting';
import { encode } from './network';

/** What the kernels of one encoder captured. */
export interface Capture {
  readonly correlations: Correlations;
  /** Λ_f. */
  readonly strengths: readonly number[];
  readonly isCaptured: readonly boolean[];
  /** |S_i|. */
  readonly captured: readonly number[];
  readonly coverage: number;
  readonly purity?: number;
}

/** Correlations of kernels with the features and what follows from them. In the supervised net a feature counts for the kernels of its own class alone. */
export function captureOf({ spec, features }: Pick<Setting, 'spec' | 'features'>, kernels: Float32Array, supervised: boolean): Capture {
  const { dimension, classes, views } = spec.data;
  const [count, all] = [kernelCount(spec), classes * views];
  const values = new Float64Array(count * all);
  for (let r = 0; r < count; r++)
    for (let f = 0; f < all; f++)
      for (let c = 0; c < dimension; c++) values[r * all + f]! += kernels[r * dimension + c]! * features[f * dimension + c]!;
  const correlations = { kernels: count, features: all, values };
  const perClass = spec.encoder.kernelsPerClass;
  const owner = (r: number, f: number) => Math.floor(r / perClass) === Math.floor(f / views);
  const strengths = captureStrengths(correlations, supervised ? owner : undefined);
  const isCaptured = capturedFeatures(strengths, spec.capture);
  const pure = purity(correlations, captureLevel(strengths, spec.capture));
  return {
    correlations,
    strengths,
    isCaptured,
    captured: capturedPerClass(isCaptured, views),
    coverage: isCaptured.filter(Boolean).length / all,
    ...(pure !== undefined && { purity: pure }),
  };
}

/** Whether the state after `step` of `steps` steps is one of the `frames + 1` that are kept. */
export const isFrame = (step: number, steps: number, frames: number): boolean =>
  step === steps || step % Math.max(1, Math.ceil(steps / frames)) === 0;

/** Emits the frames of one phase of one arm. */
export interface FrameSink {
  readonly seed: number;
  readonly arm: ArmName;
  readonly phase: CaptureFrame['phase'];
  readonly labelled?: LabelledKind;
  readonly emit: (frame: CaptureFrame) => void;
}

/** What a frame tells beside the kernels. */
export type Beside = Pick<CaptureFrame, 'loss' | 'accuracy'>;

/** Emits a frame of the kernels if `step` is one that is kept. */
export function observe(sink: FrameSink, setting: Setting, kernels: Float32Array, step: number, steps: number, beside: Beside = {}): void {
  if (!isFrame(step, steps, setting.spec.frames)) return;
  const { emit, ...which } = sink;
  const capture = captureOf(setting, kernels, sink.arm === 'supervised');
  emit({
    type: 'frame',
    ...which,
    step,
    steps,
    kernels: capture.correlations.kernels,
    features: capture.correlations.features,
    correlations: Array.from(capture.correlations.values as Float64Array, value => Math.round(1000 * value) / 1000),
    captured: capture.captured,
    coverage: capture.coverage,
    ...(capture.purity !== undefined && { purity: capture.purity }),
    ...beside,
  });
}

/** h(X) of all samples, samples × kernels. */
export async function featuresOf(setting: Setting, kernels: Float32Array, samples: MultiViewSamples): Promise<Float32Array> {
  const { patches, dimension } = setting.spec.data;
  const parameters = kernelsFrom(setting, kernels, 'features');
  const pass = await setting.engine.forwardPass({
    inputs: { patches: { shape: [samples.count, patches, dimension] } },
    parameters,
    outputs: ({ patches: x }) => ({ features: encode(x!, parameters.variable('kernels'), setting.spec.encoder) }),
  });
  try {
    return (await pass.run({ patches: samples.patches }))['features']!;
  } finally {
    pass.dispose();
    parameters.dispose();
  }
}

/** The supervised net's outputs F_i = Σ of the kernels of class i: a head of ones and zeros, kernels × classes. */
export function blockHead({ data, encoder }: MultiViewSpec): Float32Array {
  const { kernelsPerClass } = encoder;
  const { classes } = data;
  return Float32Array.from({ length: classes * kernelsPerClass * classes }, (_, at) =>
    Math.floor(Math.floor(at / classes) / kernelsPerClass) === at % classes ? 1 : 0,
  );
}

/** Share of samples whose label has the largest output of features · head; a tie counts as wrong. */
export function accuracy(features: Float32Array, head: Float32Array, labels: Int32Array, classes: number): number {
  const width = features.length / labels.length;
  const outputs = new Float64Array(labels.length * classes);
  for (let n = 0; n < labels.length; n++)
    for (let r = 0; r < width; r++) {
      const value = features[n * width + r]!;
      if (value !== 0) for (let i = 0; i < classes; i++) outputs[n * classes + i]! += value * head[r * classes + i]!;
    }
  return shareRight(outputs, labels);
}

/** Share of rows of outputs, samples × classes, in which the label's is larger than every other. */
export function shareRight(outputs: Float32Array | Float64Array, labels: Int32Array): number {
  const classes = outputs.length / labels.length;
  const right = labels.filter((label, n) => {
    const row = outputs.subarray(n * classes, (n + 1) * classes);
    return row.every((value, i) => i === label || value < row[label]!);
  });
  return right.length / labels.length;
}
