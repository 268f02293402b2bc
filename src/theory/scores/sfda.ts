import { cholesky, choleskySolve } from '../cholesky';
import { addProducts, gram, type GramFunction } from '../gram';
import type { Matrix } from '../matrix';
import { mapEntries, trace } from './entries';
import { classCounts, classSums, type LabelledFeatures } from './labelledFeatures';

/** Least shrinkage of the covariance within classes. */
const LEAST_SHRINKAGE = 1e-10;
/** Rounds of power iteration, two products each, as its authors fix them: the shrinkage depends on where it stops. */
const POWER_ROUNDS = 3;

/** Where the features lie: their dimension, and the coordinates of the all-ones vector, when they are given in a basis of their row space. */
export interface Surroundings {
  readonly dimensions: number;
  readonly ones: Float64Array;
}

/**
 * SFDA (Shao et al. 2022): mean probability of the right class under a shrunk Fisher discriminant, fitted to the features after each was drawn towards the mean of the
 * other classes by the probability with which a first discriminant misses it. In [0, 1]. The generalised eigenvectors V of the published form enter only as
 * VVᵀ = S_w⁻¹, so one Cholesky factor replaces them. Throws a RangeError when the features do not vary within classes.
 */
export async function sfda(data: LabelledFeatures, surroundings: Surroundings, multiply: GramFunction = gram): Promise<number> {
  const within = await withinCovariance(data, multiply);
  const shrinkage = Math.max(Math.exp(-5 * powerIteration(within, surroundings.ones)), LEAST_SHRINKAGE);
  const first = discriminate(data, within, shrinkage, surroundings.dimensions);
  const mixed: LabelledFeatures = { ...data, features: confuse(data, softened(first)) };
  const second = discriminate(mixed, await withinCovariance(mixed, multiply), shrinkage, surroundings.dimensions);
  return data.classOf.reduce((sum, c, i) => sum + second.values[i * data.classes + c]!, 0) / data.classOf.length;
}

function classMeans(data: LabelledFeatures): Matrix {
  const counts = classCounts(data);
  return mapEntries(classSums(data), (sum, c) => sum / counts[c]!);
}

/** Covariance about the class means, divided by n. */
async function withinCovariance(data: LabelledFeatures, multiply: GramFunction): Promise<Matrix> {
  const { features, classOf } = data;
  const means = classMeans(data);
  const products = await multiply(mapEntries(features, (value, i, j) => value - means.values[classOf[i]! * features.columns + j]!));
  return mapEntries(products, value => value / features.rows);
}

/** The largest eigenvalue as six products from A·1 leave it. */
function powerIteration({ rows: n, values }: Matrix, ones: Float64Array): number {
  const times = (x: Float64Array) => Float64Array.from({ length: n }, (_, i) => dot(values.subarray(i * n, (i + 1) * n), x));
  const unit = (x: Float64Array) => {
    const length = Math.sqrt(dot(x, x));
    if (!(length > 0)) throw new RangeError('The features do not vary within classes');
    return x.map(value => value / length);
  };
  let x = times(ones);
  let y = x;
  for (let round = 0; round < POWER_ROUNDS; round++) {
    y = unit(times(x));
    x = unit(times(y));
  }
  return dot(x, times(y));
}

function dot(a: ArrayLike<number>, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Class probabilities of every point under the linear discriminant with the shrunk covariance. */
function discriminate(data: LabelledFeatures, within: Matrix, shrinkage: number, dimensions: number): Matrix {
  const { features, classes } = data;
  const { rows, columns } = features;
  const ridge = (shrinkage * trace(within)) / dimensions;
  const factor = cholesky(mapEntries(within, (value, i, j) => (1 - shrinkage) * value + (i === j ? ridge : 0)));
  if (!factor) throw new RangeError('The features hardly vary within classes');
  const means = classMeans(data).values;
  const counts = classCounts(data);
  const weights = new Float64Array(classes * columns);
  const outputs = new Float64Array(rows * classes);
  for (let c = 0; c < classes; c++) {
    const mean = means.subarray(c * columns, (c + 1) * columns);
    const weight = choleskySolve(factor, mean);
    weights.set(weight, c * columns);
    const offset = Math.log(counts[c]! / rows) - dot(mean, weight) / 2;
    for (let i = 0; i < rows; i++) outputs[i * classes + c] = offset;
  }
  for (let i = 0; i < rows; i += 2)
    addProducts(features.values, i * columns, Math.min(2, rows - i), weights, 0, classes, columns, outputs, i * classes, classes);
  return softened({ rows, columns: classes, values: outputs });
}

/** The softmax of each row. */
function softened({ rows, columns, values }: Matrix): Matrix {
  const result = Float64Array.from(values);
  for (let i = 0; i < rows; i++) {
    const row = result.subarray(i * columns, (i + 1) * columns);
    const largest = row.reduce((most, value) => Math.max(most, value), -Infinity);
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += row[c] = Math.exp(row[c]! - largest);
    for (let c = 0; c < columns; c++) row[c]! /= sum;
  }
  return { rows, columns, values: result };
}

/** Every point moved towards the mean of the other classes' means by the probability that is missing from its own class. */
function confuse(data: LabelledFeatures, probabilities: Matrix): Matrix {
  const { features, classOf, classes } = data;
  const d = features.columns;
  const means = classMeans(data).values;
  const total = new Float64Array(d);
  for (let at = 0; at < means.length; at++) total[at % d]! += means[at]!;
  return mapEntries(features, (value, i, j) => {
    const c = classOf[i]!;
    const share = probabilities.values[i * classes + c]!;
    return share * value + ((1 - share) * (total[j]! - means[c * d + j]!)) / (classes - 1);
  });
}
