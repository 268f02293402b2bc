import assert from 'node:assert/strict';
import { formatCount, formatDuration, formatPercent, formatPower, formatRisk, formatSurety } from '../../../src/common/format';

const cases: readonly (readonly [string, string])[] = [
  [formatCount(784), '784'],
  [formatCount(60_000), '60,000'],
  [formatCount(235_146), '235 k'],
  [formatCount(2_360_832), '2.36 M'],
  [formatCount(999_600), '1.00 M'],
  [formatCount(3.1e9), '3·10⁹'],
  [formatCount(Infinity), '∞'],
  [formatPower(4.2e-13), '4·10⁻¹³'],
  [formatPower(1_254_000, 3), '1.25·10⁶'],
  [formatRisk(0.1744), '.174'],
  [formatRisk(0), '.000'],
  [formatRisk(-0.05), '-.050'],
  [formatRisk(0.9996), '1.00'],
  [formatRisk(1.8497), '1.85'],
  [formatRisk(22058.77), '2·10⁴'],
  [formatRisk(0.0001), '1·10⁻⁴'],
  [formatPercent(0.9583), '95.8 %'],
  [formatSurety(0.05), 'probability ≥ .95'],
  [formatSurety(1 / 120), 'probability ≥ .9916'],
  [formatSurety(0), ''],
  [formatDuration(9.4), '9 s'],
  [formatDuration(125), '2 min 05 s'],
  [formatDuration(4320), '1 h 12 min'],
];

describe('numbers for people', () => {
  for (const [got, expected] of cases) it(`reads ${expected}`, () => assert.equal(got, expected));
});
