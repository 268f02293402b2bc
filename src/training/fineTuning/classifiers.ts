import type { Random } from '../../common/random';
import { linear } from '../encoders/layers';
import { Parameters } from '../engine/parameters';
import { featureScale } from '../featureScale';
import type { Matrix } from '../../theory/matrix';
import type { Model } from '../model';
import type { PatchSet } from '../patches';
import type { Classifier } from './gradientFit';
import type { Outputs } from './outputs';

/** Encoder and head together, trained on images: full fine-tuning, or training from scratch. */
export function fullClassifier(model: Model, images: PatchSet, outputs: Outputs): Classifier {
  const { encoder, head, parameters } = model;
  return {
    parameters,
    trainable: [...model.encoderNames.filter(name => !encoder.untrained?.includes(name)), ...model.headNames],
    outputs,
    shape: count => images.layout.shape(count),
    rows: (indices, atLeast) => images.rows(indices, atLeast),
    decide: input => head(encoder.features(input)),
  };
}

/** Rows of centred features, scaled to unit root mean square norm per feature; what a gradient-trained head learns on. */
export function featureRows(features: Matrix, unlabelled: Matrix): (indices: ArrayLike<number>, atLeast?: number) => Float32Array {
  const { columns } = features;
  const centre = new Float64Array(columns);
  for (let i = 0; i < unlabelled.values.length; i++) centre[i % columns]! += unlabelled.values[i]! / unlabelled.rows;
  const scale = Math.sqrt(columns) / (featureScale(unlabelled).spread || 1);
  return (indices, atLeast = indices.length) => {
    const rows = new Float32Array(Math.max(atLeast, indices.length) * columns);
    for (let i = 0; i < indices.length; i++)
      for (let j = 0; j < columns; j++) rows[i * columns + j] = (features.values[indices[i]! * columns + j]! - centre[j]!) * scale;
    return rows;
  };
}

/** A head of its own on frozen features. */
export function frozenClassifier(width: number, rows: Classifier['rows'], outputs: Outputs, random: Random): Classifier {
  const parameters = new Parameters(random);
  const head = linear(parameters, 'head', width, outputs.width, 'zeros');
  return { parameters, trainable: parameters.names, outputs, shape: count => [count, width], rows, decide: features => head(features) };
}
