import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { binaryKlUpperInverse } from '../../../src/theory/binaryKl';
import { scatter } from '../../../src/theory/covariance';
import type { Matrix } from '../../../src/theory/matrix';
import { marginPerturbation, perturbationRadius, sampledPerturbation, type MarginPerturbation } from '../../../src/theory/perturbation';
import { symmetricEigenvalues } from '../../../src/theory/symmetricEigen';
import { close, mapMatrix, mostFailures, normalMatrix } from './support';

const sampled = { deviation: 0.1, distance: 2, perturbedRisk: 0.05, draws: 1000, points: 10_000, candidates: 1, failureProbability: 0.05 };
const frobenius = ({ values }: Matrix) => Math.hypot(...values);
const spectral = (matrix: Matrix) => Math.sqrt(symmetricEigenvalues(scatter(matrix, new Float64Array(matrix.columns)))[0]!);

describe('PAC-Bayes from a perturbation radius, P1', () => {
  it('is the inverted kl, and its terms sum to it', () => {
    const report = sampledPerturbation(sampled);
    const empirical = binaryKlUpperInverse(0.05, Math.log(40) / 1000);
    const nats = (200 + Math.log((2 * 100) / 0.025)) / 10_000;
    close(report.total, binaryKlUpperInverse(empirical, nats));
    assert.deepEqual(report.terms.map(term => term.id), ['P1.empirical', 'P1.sampling', 'P1.divergence', 'P1.confidence']); // prettier-ignore
    assert.ok(report.terms.every(term => term.value >= 0) && report.evidence === 'certified');
  });

  it('rises with distance, risk and candidates, falls with σ, n and draws', () => {
    const at = (change: Partial<typeof sampled>) => sampledPerturbation({ ...sampled, ...change }).total;
    for (const worse of [{ distance: 3 }, { perturbedRisk: 0.1 }, { candidates: 50 }, { failureProbability: 0.001 }])
      assert.ok(at(worse) > at({}), JSON.stringify(worse));
    for (const better of [{ deviation: 0.2 }, { points: 20_000 }, { draws: 10_000 }])
      assert.ok(at(better) < at({}), JSON.stringify(better));
  });

  it('with another deviation of the prior pays for every weight, and is least near the best one', () => {
    const at = (deviation: number) => sampledPerturbation({ ...sampled, prior: { deviation, parameters: 50 } }).total;
    close(at(0.1), sampledPerturbation(sampled).total);
    const best = Math.sqrt(0.1 ** 2 + 2 ** 2 / 50);
    assert.ok(at(best) < at(0.1) && at(best) < at(2 * best) && at(best) < at(0.8 * best));
  });

  it('names the labels at which it reaches a target: there it does, one below it does not', () => {
    const few = { ...sampled, points: 100, target: 0.3 };
    const { n } = sampledPerturbation(few).needed;
    assert.ok(sampledPerturbation({ ...few, points: n! }).total < 0.3 && sampledPerturbation({ ...few, points: n! - 1 }).total >= 0.3);
  });

  it('is violated in at most δ of 400 redraws: a linear classifier fitted on 40 points of two clouds, with noise on its weights', () => {
    const random = new Random('noisy weights');
    const draw = (points: number) => {
      const labels = Array.from({ length: points }, () => random.sign());
      return { labels, features: mapMatrix(normalMatrix(random, points, 2), (value, i) => (i % 2 === 0 ? value + 0.8 * labels[i >> 1]! : value)) };
    };
    const risk = (weights: readonly number[], { features, labels }: ReturnType<typeof draw>) =>
      labels.filter((label, i) => label * (weights[0]! * features.values[2 * i]! + weights[1]! * features.values[2 * i + 1]!) <= 0).length / labels.length;
    const noisy = (weights: readonly number[], data: ReturnType<typeof draw>, draws: number) => {
      let sum = 0;
      for (let k = 0; k < draws; k++) sum += risk(weights.map(weight => weight + random.normal()), data);
      return sum / draws;
    };
    const fresh = draw(400);
    let violated = 0;
    for (let redraw = 0; redraw < 400; redraw++) {
      const sample = draw(40);
      const weights = [0, 1].map(j => (3 * sample.labels.reduce((sum, label, i) => sum + label * sample.features.values[2 * i + j]!, 0)) / 40);
      const report = sampledPerturbation({ deviation: 1, distance: Math.hypot(...weights), perturbedRisk: noisy(weights, sample, 60), draws: 60, points: 40, candidates: 1, failureProbability: 0.2 });
      assert.ok(report.total < 1);
      if (noisy(weights, fresh, 60) > report.total) violated++;
    }
    assert.ok(violated <= mostFailures(400, 0.2), `${violated}`);
  }); // prettier-ignore
});

describe('margin bound from a perturbation radius, P2', () => {
  const layer = { spectralNorm: 1, frobenius: 2, rows: 16, columns: 16 };
  const input: MarginPerturbation = {
    layers: [layer, layer],
    inputNorm: 1,
    margin: 1,
    marginRisk: 0.02,
    points: 1e8,
    failureProbability: 0.05,
  };

  it('takes a radius under which noise moves no output of a ReLU network by more than γ/4, in at least half of the draws', () => {
    const random = new Random('perturbed networks');
    const forward = (weights: readonly Matrix[], x: Float64Array) =>
      weights.reduce((from, { rows, columns, values }, l) => {
        const to = Float64Array.from({ length: rows }, (_, i) => from.reduce((sum, value, j) => sum + values[i * columns + j]! * value, 0));
        return l < weights.length - 1 ? to.map(value => Math.max(0, value)) : to;
      }, x);
    for (const sizes of [
      [6, 12, 4],
      [5, 9, 9, 3],
      [4, 20, 2, 8, 3],
    ]) {
      // prettier-ignore
      const raw = sizes.slice(1).map((rows, l) => normalMatrix(random, rows, sizes[l]!));
      const norms = raw.map(spectral);
      const scale = Math.exp(norms.reduce((sum, norm) => sum + Math.log(norm), 0) / raw.length);
      const weights = raw.map((matrix, l) => mapMatrix(matrix, value => (value * scale) / norms[l]!));
      const inputs = Array.from({ length: 12 }, () => {
        const x = Float64Array.from({ length: sizes[0]! }, () => random.normal());
        const length = Math.hypot(...x);
        return x.map(value => value / length);
      });
      const margin = scale ** raw.length;
      const { deviation } = perturbationRadius(raw, scale * (1 + 1 / raw.length), 1, margin);
      let small = 0;
      for (let draw = 0; draw < 200; draw++) {
        const noisy = weights.map(matrix => mapMatrix(matrix, value => value + deviation * random.normal()));
        const moved = inputs.map(x => {
          const [before, after] = [forward(weights, x), forward(noisy, x)];
          return Math.hypot(...before.map((value, i) => value - after[i]!));
        });
        if (Math.max(...moved) <= margin / 4) small++;
      }
      assert.ok(small >= 100, `${sizes.join('-')}: ${small} of 200`);
    }
  });

  it('does not feel factors moved between layers, falls with margin and n, rises with norms, width, depth and the share below the margin', () => {
    const at = (change: Partial<MarginPerturbation>) => marginPerturbation({ ...input, ...change }).total;
    close(at({ layers: [{ ...layer, spectralNorm: 3, frobenius: 6 }, { ...layer, spectralNorm: 1 / 3, frobenius: 2 / 3 }] }), at({})); // prettier-ignore
    const worse: readonly Partial<MarginPerturbation>[] = [
      { layers: [layer, { ...layer, frobenius: 3 }] },
      { layers: [layer, { ...layer, rows: 64 }] },
      { layers: [layer, layer, layer] },
      { marginRisk: 0.05 },
      { inputNorm: 2 },
    ];
    for (const change of worse) assert.ok(at(change) > at({}), JSON.stringify(change));
    for (const better of [{ margin: 2 }, { points: 1e9 }]) assert.ok(at(better) < at({}), JSON.stringify(better));
  });

  it('states the inverted kl, split exactly, and needs many labels', () => {
    const report = marginPerturbation({ ...input, points: 1000 });
    assert.ok(report.vacuous || report.total > 0.5);
    const { n } = marginPerturbation({ ...input, points: 1000, target: 0.5 }).needed;
    assert.ok(marginPerturbation({ ...input, points: n! }).total < 0.5);
  });

  it('is tighter than the published constants: 42·d·B·√(h ln 4hd) in σ, the square root in place of kl, a grid of d·√n^{1/d}', () => {
    const published = ({ layers, inputNorm, margin, marginRisk, points, failureProbability }: MarginPerturbation) => {
      const [d, h] = [layers.length, 16];
      const divergence = (42 ** 2 * Math.E ** 2 * d ** 2 * inputNorm ** 2 * h * Math.log(4 * h * d) * layers.reduce((sum, one) => sum + one.frobenius ** 2, 0)) / (2 * margin ** 2);
      return marginRisk + 4 * Math.sqrt((divergence + Math.log((6 * points * d * points ** (1 / (2 * d))) / failureProbability)) / (points - 1));
    };
    assert.ok(marginPerturbation(input).total < 0.25 * published(input), `${marginPerturbation(input).total} against ${published(input)}`);
  }); // prettier-ignore

  it('has a divergence that is that of the normalised weights', () => {
    const weights = normalMatrix(new Random('one'), 5, 5);
    const report = marginPerturbation({
      ...input,
      layers: [{ spectralNorm: spectral(weights), frobenius: frobenius(weights), rows: 5, columns: 5 }],
    });
    const { σ, KL } = report.terms[1]!.inputs as Readonly<Record<string, number>>;
    close(KL! / 2 - Math.LN2, frobenius(weights) ** 2 / (2 * σ! ** 2), 1e-9);
  });
});
