import type { Matrix } from './matrix';
import type { Quantity } from './quantity';
import { complexityUpperBound, expectedAbsoluteSignSum } from './rademacher';

/** What a bias |b| ≤ `largestBias` adds to the complexity of any class of heads on n points: B₀·c_n/n exactly, since bias and head are chosen separately. */
export const biasComplexity = (points: number, largestBias: number): number => (largestBias * expectedAbsoluteSignSum(points)) / points;

/** The complexity of the same heads with a bias: 𝔑 + B₀·c_n/n, known as well as 𝔑 is. */
export const withBias = (complexity: Quantity, points: number, largestBias: number): Quantity => ({
  ...complexity,
  value: complexity.value + biasComplexity(points, largestBias),
  formula: `${complexity.formula ?? '𝔑'} + B₀·c_n/n`,
  inputs: { ...complexity.inputs, 'B₀': largestBias, c_n: expectedAbsoluteSignSum(points) },
});

/**
 * Complexity of K-class linear heads ‖Θ‖_F ≤ R for a loss that is Lipschitz in the ℓ2 norm of the logits: √2·R·√K·‖H‖_F/n stands where the binary head has 𝔑
 * (Maurer 2016, vector contraction). Certified.
 */
export const multiclassComplexity = (features: Matrix, radius: number, classes: number): Quantity =>
  withClasses(
    { value: complexityUpperBound(features, radius), evidence: 'certified', formula: 'R·‖H‖_F/n', inputs: { R: radius, n: features.rows } },
    classes,
  );

/** √2·√K times the complexity of the ball: what stands for it with K classes (`multiclassComplexity`), from any bound on R·‖H‖_F/n. */
export const withClasses = (complexity: Quantity, classes: number): Quantity => ({
  ...complexity,
  value: Math.SQRT2 * Math.sqrt(classes) * complexity.value,
  formula: `√2·√K·${complexity.formula ?? '𝔑'}`,
  inputs: { ...complexity.inputs, K: classes },
  assumptions: [...(complexity.assumptions ?? []), 'the loss is Lipschitz in the Euclidean norm of the K outputs'],
});

/** Complexity R·B_h/√n of the ℓ2 ball of heads before any feature is seen, from a bound B_h on the features' norm: known as well as B_h is. */
export const cappedComplexity = (radius: number, featureNorm: Quantity, points: number): Quantity => ({
  ...featureNorm,
  value: (radius * featureNorm.value) / Math.sqrt(points),
  formula: `R·B_h/√n${featureNorm.formula === undefined ? '' : `, B_h = ${featureNorm.formula}`}`,
  inputs: { ...featureNorm.inputs, R: radius, B_h: featureNorm.value, n: points },
});
