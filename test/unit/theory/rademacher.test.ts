import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { biasComplexity, cappedComplexity, multiclassComplexity, withBias } from '../../../src/theory/headClasses';
import type { Matrix } from '../../../src/theory/matrix';
import {
  complexityLowerBound,
  complexityUpperBound,
  exactComplexity,
  expectedAbsoluteSignSum,
  coordinateLowerBound,
  headComplexity,
  massartUpperBound,
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
    readonly massart_upper_l1ball: number;
    readonly mc_l1ball_maxabs: { readonly value: number; readonly standard_error: number };
    readonly exact_l1ball_maxabs?: number;
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
      close(massartUpperBound(features, B), expected.massart_upper_l1ball, 1e-6);
      const l1 = sampledComplexity(features, B, 400, new Random(name), 'l1');
      const spread = Math.hypot(l1.standardError, expected.mc_l1ball_maxabs.standard_error);
      assert.ok(Math.abs(l1.mean - expected.mc_l1ball_maxabs.value) < 4 * spread, `${l1.mean} ± ${spread}`);
      if (expected.exact_l1ball_maxabs !== undefined) close(exactComplexity(features, B, 'l1'), expected.exact_l1ball_maxabs, 1e-6);
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

  it('of the ℓ1 ball lies between one coordinate and Massart, and below that of the ℓ2 ball', () => {
    fc.assert(
      fc.property(rows, features => {
        const value = exactComplexity(features, 2, 'l1');
        assert.ok(value <= massartUpperBound(features, 2) * (1 + 1e-12) && value <= exactComplexity(features, 2) * (1 + 1e-12));
        assert.ok(value >= coordinateLowerBound(features, 2) * (1 - 1e-12));
      }),
    );
  });

  it('of the ℓ1 ball is certified: below the exact value in at most δ of 200 draws', () => {
    const features = normalMatrix(new Random('l1 features'), 14, 6);
    const exact = exactComplexity(features, 1, 'l1');
    let below = 0;
    for (let seed = 0; seed < 200; seed++)
      if (headComplexity(features, 1, { draws: 300, failureProbability: 0.1, random: new Random(seed), ball: 'l1' }).certified < exact)
        below++;
    assert.ok(below <= mostFailures(200, 0.1), `${below} of 200`);
  });

  it('with a bias is the sum of both: brute force over signs of sup_θ,b', () => {
    const features = normalMatrix(new Random('bias'), 6, 3);
    let sum = 0;
    for (let code = 0; code < 64; code++) {
      const signs = Array.from({ length: 6 }, (_, i) => (code & (1 << i) ? 1 : -1));
      const moved = [0, 1, 2].map(j => signs.reduce((all, sign, i) => all + sign * features.values[i * 3 + j]!, 0));
      sum += (2 * Math.hypot(...moved) + 0.7 * Math.abs(signs.reduce((all, sign) => all + sign, 0))) / 6 / 64;
    }
    close(exactComplexity(features, 2) + biasComplexity(6, 0.7), sum);
    close(withBias({ value: 1, evidence: 'certified' }, 6, 0.7).value, 1 + biasComplexity(6, 0.7));
  });

  it('of K classes covers the K-class class: E sup over ‖Θ‖_F ≤ R of Σ_ik ε_ik⟨θ_k, h_i⟩/n, up to Maurer’s √2', () => {
    const features = normalMatrix(new Random('classes'), 5, 3);
    const random = new Random('signs of all outputs');
    let mean = 0;
    for (let draw = 0; draw < 2000; draw++) {
      let square = 0;
      for (let k = 0; k < 4; k++) {
        const signs = Array.from({ length: 5 }, () => random.sign());
        for (let j = 0; j < 3; j++) square += signs.reduce((sum, sign, i) => sum + sign * features.values[i * 3 + j]!, 0) ** 2;
      }
      mean += (Math.SQRT2 * 1.5 * Math.sqrt(square)) / 5 / 2000;
    }
    const { value } = multiclassComplexity(features, 1.5, 4);
    assert.ok(mean <= value && mean > 0.8 * value, `${mean} against ${value}`);
  });

  it('before any feature is seen is R·B_h/√n, as well known as B_h', () => {
    const capped = cappedComplexity(2, { value: 3, evidence: 'measured' }, 100);
    close(capped.value, 0.6);
    assert.equal(capped.evidence, 'measured');
  });
});
