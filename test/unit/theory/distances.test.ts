import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readArray } from '../../../src/checkpoints/arrays';
import { Random } from '../../../src/common/random';
import { domainDistances, type DomainDistances } from '../../../src/theory/distances/domainDistances';
import { frechet2, momentsOf, squaredLossDiscrepancy } from '../../../src/theory/distances/moments';
import { pairDistances } from '../../../src/theory/distances/pairwise';
import { proxyADistance } from '../../../src/theory/distances/proxyADistance';
import { wassersteinPower } from '../../../src/theory/distances/wasserstein';
import { binnedTotalVariation, divergenceTotalVariation, gaussianTotalVariation } from '../../../src/theory/domainShift';
import { close, fixture, mapMatrix, matrixOf, normalMatrix, readJson, readNpy } from './support';

interface Sliced {
  readonly mean_of_wp_pow_p_then_root: number;
}

interface Reference {
  readonly expected: {
    readonly median_pairwise_distance_pooled: number;
    readonly mmd_rbf_sigma_median: { readonly unbiased_mmd2: number };
    readonly mmd_rbf_sigma_1: { readonly unbiased_mmd2: number };
    readonly mmd_linear_sq: number;
    readonly energy_distance_sq_v: number;
    readonly sliced_w1_saved_projections: Sliced;
    readonly sliced_w2_saved_projections: Sliced;
    readonly frechet_distance_sq_ddof1: number;
    readonly coral_ddof1: number;
    readonly proxy_a_distance: { readonly pad: number; readonly test_error: number };
    readonly marginal_tv_hist10_pooled_range: { readonly mean: number };
    readonly wasserstein1_per_dim: readonly number[];
  };
}

describe('distances between two domains', () => {
  for (const name of ['wine_class0_vs_class1', 'digits_iid_halves', 'digits_noise_shift'])
    it(`agree with the reference on ${name}`, async () => {
      const { expected } = readJson(`domain_gap/${name}/expected.json`) as Reference;
      const [source, target] = ['source', 'target'].map(part => readNpy(`domain_gap/${name}/${part}.npy`));
      const saved = await readArray(fixture(`domain_gap/${name}/projections.npy`));
      const directions = { rows: saved.shape[0]!, columns: saved.shape[1]!, values: saved.values };
      const distances = domainDistances(source!, target!, { directions });
      const wanted: Partial<DomainDistances> = {
        mmd2: expected.mmd_rbf_sigma_median.unbiased_mmd2,
        mmdSigma: expected.median_pairwise_distance_pooled,
        mmdLinear2: expected.mmd_linear_sq,
        energy2: expected.energy_distance_sq_v,
        slicedW1: expected.sliced_w1_saved_projections.mean_of_wp_pow_p_then_root,
        slicedW2: expected.sliced_w2_saved_projections.mean_of_wp_pow_p_then_root,
        frechet2: expected.frechet_distance_sq_ddof1,
        coral: expected.coral_ddof1,
        marginalTv: expected.marginal_tv_hist10_pooled_range.mean,
      };
      for (const [key, value] of Object.entries(wanted)) close(distances[key as keyof DomainDistances], value, 1e-6, key);
      close(pairDistances(source!, target!, 1).mmd2, expected.mmd_rbf_sigma_1.unbiased_mmd2, 1e-6);
      const column = (matrix: typeof source, j: number) =>
        Array.from({ length: matrix!.rows }, (_, i) => matrix!.values[i * matrix!.columns + j]!);
      expected.wasserstein1_per_dim.forEach((value, j) => close(wassersteinPower(column(source, j), column(target, j), 1), value, 1e-6));
      const rows = async (part: string) => (await readArray(fixture(`domain_gap/${name}/pad_${part}_idx.npy`))).values;
      const proxy = proxyADistance(source!, target!, { fitted: await rows('train'), tested: await rows('test') });
      close(proxy.error, expected.proxy_a_distance.test_error, 1e-6, 'error of the domain classifier');
      close(proxy.value, expected.proxy_a_distance.pad, 1e-6);
    });

  it('are 0 between a sample and itself, and only mmd2 may be negative', () => {
    const sample = normalMatrix(new Random('same'), 40, 3);
    const distances = domainDistances(sample, sample);
    for (const key of ['mmdLinear2', 'energy2', 'slicedW1', 'slicedW2', 'coral', 'marginalTv'] as const)
      close(1 + distances[key], 1, 1e-12, key);
    assert.ok(distances.frechet2 < 1e-9 && distances.mmd2 < 0 && distances.proxyADistance < 1);
  });

  it('grow with a shift, and are blind to a move of both samples', () => {
    const [source, target] = [normalMatrix(new Random(1), 80, 4), normalMatrix(new Random(2), 60, 4)];
    const moved = (by: number) => mapMatrix(target, (value, i) => (i % 4 === 0 ? value + by : value));
    const [near, far] = [domainDistances(source, moved(1)), domainDistances(source, moved(3))];
    for (const key of Object.keys(near) as (keyof DomainDistances)[])
      if (key !== 'coral') assert.ok(near[key] < far[key], `${key}: ${near[key]} against ${far[key]}`);
    const both = domainDistances(
      mapMatrix(source, value => value + 5),
      mapMatrix(moved(1), value => value + 5),
    );
    for (const key of ['mmd2', 'energy2', 'slicedW1', 'frechet2', 'coral'] as const) close(both[key], near[key], 1e-7, key);
  });

  it('give the closed form between normal laws: W₂² = Δμ² + Δσ² in one dimension', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 3, maxLength: 9 }),
        fc.double({ min: 0.2, max: 4, noNaN: true }),
        (values, scale) => {
          const [a, b] = [matrixOf(values.map(x => [x])), matrixOf(values.map(x => [scale * x + 2]))];
          const [of, other] = [momentsOf(a), momentsOf(b)];
          const deviation = (moments: typeof of) => Math.sqrt(moments.covariance.values[0]!);
          const closed = (of.means[0]! - other.means[0]!) ** 2 + (deviation(of) - deviation(other)) ** 2;
          assert.ok(Math.abs(frechet2(of, other) - closed) <= 1e-8 * (1 + closed + of.covariance.values[0]! + other.covariance.values[0]!));
        },
      ),
    );
  });

  it('match quantiles between samples of different size', () => {
    close(wassersteinPower([0, 1], [0, 0, 1, 1], 1), 0 + 0); // the same law
    close(wassersteinPower([0], [1, 3], 2), (1 + 9) / 2);
    close(wassersteinPower([0, 1, 2], [0, 2], 1), 1 / 3); // mass 1/6 of the middle point goes each way
  });

  it('bound what heads can see: the squared-loss discrepancy is attained by a pair of heads and exceeded by none', () => {
    const random = new Random('discrepancy');
    const [source, target] = [
      normalMatrix(random, 30, 3),
      mapMatrix(normalMatrix(random, 20, 3), (value, i) => (i % 3 === 1 ? 2 * value : value)),
    ];
    const bound = squaredLossDiscrepancy(source, target, 0.5);
    const risk = (sample: typeof source, direction: readonly number[]) =>
      Array.from({ length: sample.rows }, (_, i) => direction.reduce((sum, w, j) => sum + w * sample.values[i * 3 + j]!, 0) ** 2).reduce(
        (sum, x) => sum + x / sample.rows,
        0,
      );
    let largest = 0;
    for (let k = 0; k < 4000; k++) {
      const raw = [random.normal(), random.normal(), random.normal()];
      const unit = raw.map(x => x / Math.hypot(...raw));
      largest = Math.max(largest, Math.abs(risk(source, unit) - risk(target, unit)));
    }
    assert.ok(largest <= bound * (1 + 1e-9) && largest > 0.98 * bound, `${largest} against ${bound}`);
  });

  it('refuse samples of different width and samples too small', () => {
    assert.throws(() => domainDistances(normalMatrix(new Random(1), 9, 2), normalMatrix(new Random(1), 9, 3)), /2 and 3 columns/);
    assert.throws(() => domainDistances(normalMatrix(new Random(1), 3, 2), normalMatrix(new Random(1), 9, 2)), /four rows/);
  });
});

describe('total variation', () => {
  it('of normal laws at Mahalanobis distance 1 and 2', () => {
    close(gaussianTotalVariation(1), 0.38292492254802624);
    close(gaussianTotalVariation(2), 0.6826894921370859);
  });

  it('of binned laws is half the sum of differences, between 0 and 1, and blind to the laws’ weights', () => {
    const law = fc
      .array(fc.integer({ min: 0, max: 50 }), { minLength: 4, maxLength: 4 })
      .filter(weights => weights.some(weight => weight > 0));
    close(binnedTotalVariation([1, 0], [0, 5]), 1);
    close(binnedTotalVariation([2, 2], [3, 1]), 0.25);
    fc.assert(
      fc.property(law, law, (p, q) => {
        const value = binnedTotalVariation(p, q);
        assert.ok(value >= 0 && value <= 1 + 1e-12);
        close(binnedTotalVariation(q, p), value, 1e-12);
        close(1 + binnedTotalVariation(p.map(weight => 3 * weight), p), 1, 1e-12); // prettier-ignore
      }),
    );
    assert.throws(() => binnedTotalVariation([1], [1, 2]), /1 and 2 bins/);
    assert.throws(() => binnedTotalVariation([0, 0], [1, 2]), /without weight/);
  });

  it('is never above what Pinsker and Bretagnolle–Huber say of the divergence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true })), {
          minLength: 2,
          maxLength: 6,
        }),
        pairs => {
          const normal = (weights: readonly number[]) => weights.map(weight => weight / weights.reduce((sum, x) => sum + x, 0));
          const [p, q] = [normal(pairs.map(([a]) => a)), normal(pairs.map(([, b]) => b))];
          const divergence = Math.max(0, p.reduce((sum, x, i) => sum + x * Math.log(x / q[i]!), 0)); // prettier-ignore
          assert.ok(binnedTotalVariation(p, q) <= divergenceTotalVariation(divergence).value + 1e-9);
        },
      ),
    );
    close(divergenceTotalVariation(0.02).value, 0.1);
    assert.ok(divergenceTotalVariation(50).value <= 1);
  });
});
