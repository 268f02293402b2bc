import type { Random } from '../common/random';
import { centredWithConstant, columnMeans } from './covariance';
import { fitLogisticHead } from './linearHead';
import { meanSquareNorm, type Matrix } from './matrix';
import { headOutputs } from './rampLoss';
import { sumReport, type Evidence, type Report, type Term } from './report';

/** Accuracies that the decomposition F4 is made of, each a share in [0, 1]. */
export interface NoiseAccuracies {
  /** Of the head trained on the labels as they are, on its training points. */
  readonly train: number;
  /** Of the head trained on labels flipped with rate η, on its training points, against the original labels. */
  readonly trainUnderNoise: number;
  /** The same on the flipped points only. */
  readonly flippedUnderNoise: number;
  /** On points that were not trained on; absent where there are none. */
  readonly test?: number;
}

const positivePart = (value: number): number => Math.max(0, value);

/**
 * Theorem F4 (Bansal, Kaplun, Barak 2021): Train − Test ≤ robustness + memorisation + rationality, by telescoping. Without a test set the rationality gap is
 * set to 0 and `assumed`, and the total predicts the gap; an accuracy that was measured is `measured`, one that was typed in `assumed`.
 */
export function rationalityReport(accuracies: NoiseAccuracies, noise: number, known: Evidence = 'measured'): Report {
  const { train, trainUnderNoise, flippedUnderNoise, test } = accuracies;
  const term = (
    name: 'robustness' | 'memorisation' | 'rationality',
    value: number,
    evidence: Evidence,
    formula: string,
    inputs: Term['inputs'],
    ...assumptions: string[]
  ): Term => ({
    id: `F4.${name}`,
    name,
    value,
    evidence,
    formula,
    inputs,
    assumptions,
  });
  const noisy = { η: noise, 'Train(η)': trainUnderNoise };
  return sumReport({
    theorem: 'F4',
    bounds:
      test === undefined
        ? 'gap between training and test accuracy, as predicted without a test set'
        : 'gap between training and test accuracy',
    terms: [
      term('robustness', positivePart(train - trainUnderNoise), known, '[Train − Train(η)]⁺', { Train: train, ...noisy }),
      term('memorisation', positivePart(trainUnderNoise - flippedUnderNoise), known, '[Train(η) − NTrain(η)]⁺', {
        ...noisy,
        'NTrain(η)': flippedUnderNoise,
      }),
      test === undefined
        ? term(
            'rationality',
            0,
            'assumed',
            '[NTrain(η) − Test]⁺',
            { 'NTrain(η)': flippedUnderNoise },
            'the head does no worse on fresh points than on points whose labels were flipped',
          )
        : term('rationality', positivePart(flippedUnderNoise - test), known, '[NTrain(η) − Test]⁺', {
            'NTrain(η)': flippedUnderNoise,
            Test: test,
          }),
    ],
    range: 1,
    needed: {},
    failureProbability: 0,
  });
}

export interface NoiseExperiment {
  readonly features: Matrix;
  /** Class of each point, as any whole numbers. */
  readonly labels: ArrayLike<number>;
  readonly test?: { readonly features: Matrix; readonly labels: ArrayLike<number> };
  /** η: share of the labels that are replaced by another class. */
  readonly noise: number;
  /** Strength of the heads' penalty relative to the mean square norm of the features. */
  readonly strength?: number;
  /** Draws of the noise that the accuracies are averaged over. */
  readonly draws?: number;
  readonly random: Random;
}

/** Runs the experiment behind F4: one-against-rest logistic heads on frozen features, with the labels as they are and with η of them flipped. */
export function noiseAccuracies({ features, labels, test, noise, strength = 1e-3, draws = 5, random }: NoiseExperiment): NoiseAccuracies {
  const classes = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  if (classes.length < 2) throw new RangeError('Labels of one class cannot be flipped');
  const means = columnMeans(features);
  const [points, tested] = [centredWithConstant(features, means), test && centredWithConstant(test.features, means)];
  const penalty = { strength: strength * (meanSquareNorm(points) || 1) };
  const heads = (own: ArrayLike<number>) =>
    classes.map(one =>
      fitLogisticHead(
        points,
        Array.from(own, label => (label === one ? 1 : -1)),
        penalty,
      ),
    );
  const clean = heads(labels);
  const average = { trainUnderNoise: 0, flippedUnderNoise: 0 };
  for (let draw = 0; draw < draws; draw++) {
    const flipped = random.permutation(features.rows).subarray(0, Math.max(1, Math.round(noise * features.rows)));
    const noisy = Float64Array.from(labels);
    for (const i of flipped) noisy[i] = classes[(classes.indexOf(labels[i]!) + 1 + random.integer(classes.length - 1)) % classes.length]!;
    const right = correct(points, labels, classes, heads(noisy));
    average.trainUnderNoise += share(right) / draws;
    average.flippedUnderNoise += share(Array.from(flipped, i => right[i]!)) / draws;
  }
  return {
    train: share(correct(points, labels, classes, clean)),
    ...average,
    ...(test && tested && { test: share(correct(tested, test.labels, classes, clean)) }),
  };
}

const share = (right: readonly boolean[]): number => right.filter(Boolean).length / right.length;

/** Whether the class with the largest output is the label, row by row. */
function correct(features: Matrix, labels: ArrayLike<number>, classes: readonly number[], heads: readonly Float64Array[]): boolean[] {
  const outputs = heads.map(head => headOutputs(features, head));
  return Array.from({ length: features.rows }, (_, i) => {
    let best = 0;
    for (let k = 1; k < classes.length; k++) if (outputs[k]![i]! > outputs[best]![i]!) best = k;
    return classes[best] === labels[i];
  });
}
