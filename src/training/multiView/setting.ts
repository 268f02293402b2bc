import type { Random } from '../../common/random';
import { generate, orthonormalFeatures } from '../../datasets/multiView/generate';
import type { MultiViewSamples } from '../../datasets/multiView/model';
import type { MultiViewSpec } from '../../studies/schema/multiView';
import type { Engine } from '../engine/engine';
import { Parameters } from '../engine/parameters';
import type { LabelledKind } from './frames';

/** All that the arms of one seed share: the features, the samples and how kernels start. */
export interface Setting {
  readonly spec: MultiViewSpec;
  readonly engine: Engine;
  readonly random: Random;
  /** k·L × d. */
  readonly features: Float64Array;
  readonly unlabelled: MultiViewSamples;
  readonly labelled: ReadonlyMap<LabelledKind, MultiViewSamples>;
  readonly test: { readonly multiView: MultiViewSamples; readonly singleView: MultiViewSamples };
  /** k·m × d initial kernels; the same for every arm. */
  readonly initial: Float32Array;
}

/** Draws everything that one seed says. */
export function drawSetting(spec: MultiViewSpec, engine: Engine, random: Random): Setting {
  const { data, downstream, encoder } = spec;
  const features = orthonormalFeatures(data, random.fork('features'));
  const draw = (count: number, singleView: number, label: string) => generate(data, features, count, singleView, random.fork(label));
  const shares: Readonly<Record<LabelledKind, number>> = { 'multi-view': 0, 'single-view': 1, mixed: downstream.mixedRatio };
  const start = random.fork('kernels');
  return {
    spec,
    engine,
    random,
    features,
    unlabelled: draw(data.unlabelled, data.singleViewRatio, 'unlabelled'),
    labelled: new Map(downstream.kinds.map(kind => [kind, draw(downstream.labels, shares[kind], `labelled ${kind}`)])),
    test: { multiView: draw(data.test, 0, 'multi-view test'), singleView: draw(data.test, 1, 'single-view test') },
    initial: Float32Array.from({ length: kernelCount(spec) * data.dimension }, () => encoder.init * start.normal()),
  };
}

/** R = k·m. */
export const kernelCount = ({ data, encoder }: MultiViewSpec): number => data.classes * encoder.kernelsPerClass;

/** Parameters with `kernels`, which start as given, and what else `declare` adds. */
export function kernelsFrom({ spec, random }: Setting, kernels: Float32Array, label: string): Parameters {
  const parameters = new Parameters(random.fork(label));
  parameters.declare('kernels', [kernelCount(spec), spec.data.dimension], { kind: 'values', values: kernels });
  return parameters;
}
