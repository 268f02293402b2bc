import type { Tensor } from '@tensorflow/tfjs-core';
import type { Computation, Step } from '../../architecture/computation';
import type { TrainingMode } from '../encoders/encoder';
import type { BatchStatistics } from './normalisations';

type BatchNormalisation = Extract<Computation, { op: 'batch normalisation' }>;

/**
 * Batch normalisations in training: they normalise by the batch, and running means and variances move towards those of the
 * first pass of every step by the layer's momentum.
 *
 * @param nameOf the parameter that holds a tensor of the state; undefined for one that the state does not hold
 * @param redirect says who takes the statistics of a batch; nobody for normalisations by running ones
 */
export function runningStatistics(
  steps: readonly Step[],
  nameOf: (name: string) => string | undefined,
  redirect: (take: ((layer: BatchStatistics) => void) | undefined) => void,
): TrainingMode {
  const layers = steps.filter((step): step is Step & BatchNormalisation => step.op === 'batch normalisation');
  return {
    trace(work) {
      const met: Record<string, Tensor> = {};
      redirect(({ mean, variance, values }) => {
        met[mean] ??= values.mean;
        met[variance] ??= values.variance;
      });
      try {
        return { result: work(), met };
      } finally {
        redirect(undefined);
      }
    },
    took(met, valuesOf) {
      const counted = new Set<string>();
      for (const { mean, variance, momentum } of layers) {
        if (counted.has(mean)) continue;
        counted.add(mean);
        for (const name of [mean, variance]) {
          const [running, batch] = [valuesOf(nameOf(name)!), met[name]!];
          for (let i = 0; i < running.length; i++) running[i] = (1 - momentum) * running[i]! + momentum * batch[i]!;
        }
        const counter = mean.replace(/running_mean$/, 'num_batches_tracked');
        const batches = counter === mean ? undefined : nameOf(counter);
        if (batches !== undefined) valuesOf(batches)[0]! += 1;
      }
    },
  };
}
