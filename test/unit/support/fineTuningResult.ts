import type { Risks } from '../../../src/training/fineTuning/risks';
import type { FineTuningMode, FineTuningResult } from '../../../src/training/results';

const risks: Risks = {
  ramp: { value: 0.1, interval: [0.08, 0.12] },
  marginQuantiles: [-0.5, 0.5, 1, 2, 3],
  calibrationError: { value: 0.05, interval: [0.03, 0.07] },
  brier: { value: 0.1, interval: [0.08, 0.12] },
};

/** What fine-tuning may have given with so many errors on so many test points. */
export const fineTuningResult = (mode: FineTuningMode, testErrors: number, testCount: number): FineTuningResult => ({
  mode,
  testAccuracy: 1 - testErrors / testCount,
  trainAccuracy: 1,
  testErrors,
  testCount,
  trainRisks: risks,
  testRisks: risks,
  chosen: {},
});
