import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import type { Matrix } from '../../../src/theory/matrix';
import {
  complexityLowerBound,
  complexityUpperBound,
  exactComplexity,
  expectedAbsoluteSignSum,
  headComplexity,
  sampledComplexity,
} from '../../../src/theory/rademacher';
import { close, mapMatrix, matrixOf, mostFailures, multiply, normalMatrix, readJson, readNpy } from './support';

interface Reference {
  readonly B: number;
  readonly expected: {
    readonly jensen_upper_l2ball: number;
    readonly khintchine_lower_l2ball: number;
    readonly mc_l2ball: { readonly value: number; readonly standard_error: number };
    readonly exact_l2ball?: number;
  };
}

const without = (matrix: Matrix, row: number): Matrix => ({
  ...matrix,
  rows: matrix.rows - 1,
  values: Float64Array.from(matrix.values).filter((_, i) => Math.floor(i / matrix.columns) !== row),
});

describe('Rademacher complexity of linear heads', () => {
  for (const name of ['iris_n12_exact', 'wine_178', 'digits_500']) {
    it(`agrees with the reference on ${name}`, () => {
      const { B, expected } = readJson(`rademacher/${name}/expected.json`) as Reference;
      const features = readNpy(`rademacher/${name}/features.npy`);
      close(complexityUpperBound(features, B), expected.jensen_upper_l2ball, 1e-6);
      close(complexityLowerBound(features, B), expected.khintchine_lower_l2ball, 1e-6);
      const { mean, standardError } = sampledComplexity(features, B, 400, new Random(name));
      const deviation = Math.hypot(standardError, expected.mc_l2ball.standard_error);
      assert.ok(Math.abs(mean - expected.mc_l2ball.value) < 4 * deviation, `${mean} ± ${deviation} against ${expected.mc_l2ball.value}`);
      if (expected.exact_l2ball !== undefined) close(exactComplexity(features, B), expected.exact_l2ball, 1e-6);
    });
  }

  it('knows c₁ … c₅ and c₁₀, and that identical rows give c_n/n', () => {
    [1, 1, 1.5, 1.5, 1.875].forEach((c, i) => close(expectedAbsoluteSignSum(i + 1), c));
    close(expectedAbsoluteSignSum(10), 2.4609375);
    for (const n of [1, 2, 5, 10]) {
      const rows = matrixOf(Array.from({ length: n }, () => [3, 4]));
      close(exactComplexity(rows, 2), (2 * 5 * expectedAbsoluteSignSum(n)) / n);
    }
  });

  const vector = fc.array(
    fc.integer({ min: -24, max: 24 }).map(eighths => eighths / 8),
    { minLength: 3, maxLength: 3 },
  );
  const rows = fc.array(vector, { minLength: 1, maxLength: 9 }).map(matrixOf);

  it('lies between Khintchine and Jensen, is linear in the radius and blind to order, row signs and rotation', () => {
    fc.assert(
      fc.property(rows, fc.double({ min: 0.1, max: 5, noNaN: true }), fc.integer(), (features, radius, seed) => {
        const value = exactComplexity(features, radius);
        assert.ok(value <= complexityUpperBound(features, radius) * (1 + 1e-12));
        assert.ok(value >= complexityLowerBound(features, radius) * (1 - 1e-12));
        close(
          exactComplexity(
            mapMatrix(features, x => 2 * x),
            radius / 2,
          ),
          value,
          1e-9,
        );
        const random = new Random(seed);
        const signs = Array.from({ length: features.rows }, () => random.sign());
        const order = random.permutation(features.rows);
        const shuffled = mapMatrix(
          features,
          (_, i) => signs[Math.floor(i / 3)]! * features.values[order[Math.floor(i / 3)]! * 3 + (i % 3)]!,
        );
        close(exactComplexity(shuffled, radius), value, 1e-9);
        const [c, s] = [Math.cos(seed), Math.sin(seed)];
        close(exactComplexity(multiply(features, matrixOf([[c, s, 0], [-s, c, 0], [0, 0, 1]])), radius), value, 1e-9); // prettier-ignore
      }),
    );
  });

  it('is ‖h‖ for one row, (‖h₁+h₂‖+‖h₁−h₂‖)/4 for two, Jensen’s bound for orthogonal rows', () => {
    close(exactComplexity(matrixOf([[3, 4]]), 1), 5);
    close(exactComplexity(matrixOf([[1, 0], [1, 1]]), 1), (Math.sqrt(5) + 1) / 4); // prettier-ignore
    const orthogonal = matrixOf([[2, 0, 0], [0, 3, 0], [0, 0, 6]]); // prettier-ignore
    close(exactComplexity(orthogonal, 1), complexityUpperBound(orthogonal, 1));
  });

  it('does not exceed the mean over its leave-one-out subsets', () => {
    fc.assert(
      fc.property(
        rows.filter(features => features.rows > 1),
        features => {
          const parts = Array.from({ length: features.rows }, (_, row) => exactComplexity(without(features, row), 1));
          assert.ok(exactComplexity(features, 1) <= parts.reduce((sum, part) => sum + part, 0) / parts.length + 1e-12);
        },
      ),
    );
  });

  it('certifies: the smaller of Jensen and the Monte Carlo limit lies below the exact value in at most δ of 300 draws', () => {
    const features = normalMatrix(new Random('features'), 14, 4);
    const exact = exactComplexity(features, 1);
    let below = 0;
    for (let seed = 0; seed < 300; seed++) {
      const complexity = headComplexity(features, 1, { draws: 400, failureProbability: 0.1, random: new Random(seed) });
      assert.ok(complexity.certified <= complexity.jensen);
      if (complexity.certified < exact) below++;
    }
    assert.ok(below <= mostFailures(300, 0.1), `${below} of 300`);
  });

  it('goes through all signs up to twelve points and then spends no failure probability', () => {
    const complexity = headComplexity(normalMatrix(new Random(1), 12, 3), 1, { failureProbability: 0.1, random: new Random(1) });
    assert.equal(complexity.standardError, 0);
    assert.equal(complexity.certified, complexity.mean);
    assert.equal(complexity.quantity.failureProbability, 0);
  });

  it('uses Monte Carlo where it is tighter and says so', () => {
    const features = mapMatrix(normalMatrix(new Random(2), 100, 1), () => 1);
    const { quantity, jensen, mean } = headComplexity(features, 1, { draws: 20_000, failureProbability: 0.01, random: new Random(1) });
    assert.ok(quantity.value < jensen && quantity.value > mean);
    assert.equal(quantity.failureProbability, 0.01);
    assert.equal(quantity.inputs?.['M'], 20_000);
  });
});
