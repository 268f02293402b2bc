import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { binaryKlUpperInverse } from '../../../src/theory/binaryKl';
import { certify, gibbsRisk, signedDirections, tightestPosterior } from '../../../src/theory/gibbsHead';
import { marginCertificates } from '../../../src/theory/marginCertificate';
import { pacBayesReport } from '../../../src/theory/pacBayesReport';
import { errorRate } from '../../../src/theory/rampLoss';
import { close, mapMatrix, matrixOf, multiply, normalMatrix } from './support';

const COLUMNS = 4;

/** Two normal classes `distance` apart along the first axis. */
function task(seed: string, rows: number, distance = 3) {
  const random = new Random(seed);
  const labels = Array.from({ length: rows }, (): number => random.sign());
  const features = mapMatrix(normalMatrix(random, rows, COLUMNS), (value, i) =>
    i % COLUMNS === 0 ? value + (labels[Math.floor(i / COLUMNS)]! * distance) / 2 : value,
  );
  const signs = Array.from({ length: 200 }, () => random.sign());
  const unlabelled = mapMatrix(normalMatrix(random, 200, COLUMNS), (value, i) =>
    i % COLUMNS === 0 ? value + (signs[Math.floor(i / COLUMNS)]! * distance) / 2 : value,
  );
  return { features, labels, unlabelled, failureProbability: 0.05 };
}

describe('randomised head', () => {
  it('has the risk that drawing heads shows', () => {
    const { features, labels } = task('drawn', 30, 1);
    const mean = Float64Array.of(1, 0.5, 0, -0.2);
    const points = signedDirections(features, labels);
    const random = new Random('heads');
    let errors = 0;
    for (let draw = 0; draw < 4000; draw++)
      errors += errorRate(
        features,
        labels,
        mean.map(value => value + random.normal()),
      );
    assert.ok(Math.abs(errors / 4000 - gibbsRisk(points, mean)) < 0.01);
  });

  it('errs half the time with mean 0 and on a zero row', () => {
    close(gibbsRisk(signedDirections(task('zero', 9).features, task('zero', 9).labels), new Float64Array(COLUMNS)), 0.5);
    close(gibbsRisk(signedDirections(matrixOf([[0, 0]]), [1]), Float64Array.of(5, 5)), 0.5);
  });

  it('costs nothing to leave at the prior, and the search never does worse than prior or directions', () => {
    const { features, labels } = task('search', 40);
    const points = signedDirections(features, labels);
    const prior = { centre: Float64Array.of(1, 0, 0, 0), confidence: 5 };
    assert.equal(certify(points, prior, prior.centre).divergence, 0);
    const best = tightestPosterior(points, prior, [Float64Array.of(1, 0, 0, 0), Float64Array.of(0, 1, 0, 0)]);
    assert.ok(best.bound <= certify(points, prior, prior.centre).bound);
    assert.ok(best.bound <= certify(points, prior, Float64Array.of(2, 0, 0, 0)).bound + 0.01);
    close(best.bound, certify(points, prior, best.mean).bound);
  });
});

describe('margin certificates F1 and F2', () => {
  const { f1, f2 } = marginCertificates(task('both', 120));

  it('state terms that sum to the inverted kl', () => {
    for (const { report } of [f1, f2!]) {
      const [risk, divergence, confidence] = report.terms;
      const { n, G, δ, KL } = divergence!.inputs as Record<string, number>;
      close(report.total, binaryKlUpperInverse(risk!.value, (KL! + Math.log((2 * Math.sqrt(n!) * G!) / δ!)) / n!), 1e-9);
      assert.ok([risk, divergence, confidence].every(term => term!.value >= 0));
      assert.equal(report.evidence, 'certified');
    }
  });

  it('spend half the failure probability each, F1 on all points and four priors, F2 on half the points and one prior', () => {
    assert.deepEqual([f1.report.failureProbability, f2!.report.failureProbability], [0.025, 0.025]);
    assert.deepEqual([f1.report.terms[1]!.inputs['n'], f1.report.terms[1]!.inputs['G']], [120, 4]);
    assert.deepEqual([f2!.report.terms[1]!.inputs['n'], f2!.report.terms[1]!.inputs['G']], [60, 1]);
    assert.match(f1.report.bounds, /randomised \(Gibbs\) head.*at most twice/);
  });

  it('come with the head that they are about', () => {
    const fresh = task('fresh', 2000);
    for (const { head, preparation, report } of [f1, f2!]) {
      const prepared = preparation.apply(fresh.features);
      assert.ok(gibbsRisk(signedDirections(prepared, fresh.labels), head) < report.total);
      assert.ok(errorRate(prepared, fresh.labels, head) < 0.1);
    }
  });

  it('are blind to scale and rotation of the features', () => {
    const base = task('both', 120);
    const [c, s] = [Math.cos(1), Math.sin(1)];
    const rotation = matrixOf([[c, s, 0, 0], [-s, c, 0, 0], [0, 0, c, s], [0, 0, -s, c]]); // prettier-ignore
    const changes = [(x: typeof base.features) => mapMatrix(x, value => 1000 * value), (x: typeof base.features) => multiply(x, rotation)];
    for (const change of changes) {
      const changed = marginCertificates({ ...base, features: change(base.features), unlabelled: change(base.unlabelled) });
      close(changed.f1.report.total, f1.report.total, 1e-4);
      close(changed.f2!.report.total, f2!.report.total, 1e-4);
    }
  });

  it('tighten with labels and with the distance of the classes', () => {
    const totals = ([40, 160, 640] as const).map(n => marginCertificates(task('more', n)).f1.report.total);
    assert.ok(totals[0]! > totals[1]! && totals[1]! > totals[2]!, totals.join(' > '));
    const easier = ([1, 2, 4] as const).map(distance => marginCertificates(task('apart', 100, distance)).f1.report.total);
    assert.ok(easier[0]! > easier[1]! && easier[1]! > easier[2]!, easier.join(' > '));
  });

  it('name the labels at which the same head would beat chance, when it does not', () => {
    const { report } = marginCertificates(task('few', 12)).f1;
    assert.ok(report.total >= 0.5);
    const { KL, G, δ } = report.terms[1]!.inputs as Record<string, number>;
    const at = (n: number) => binaryKlUpperInverse(report.terms[0]!.value, (KL! + Math.log((2 * Math.sqrt(n) * G!) / δ!)) / n);
    assert.ok(at(report.needed.n!) < 0.5 && at(report.needed.n! - 1) >= 0.5);
    assert.deepEqual(f2!.report.needed, {});
  });

  it('count all labelled points in what F2 needs, not the half that it bounds on', () => {
    const posterior = { mean: Float64Array.of(1), empirical: 0.2, divergence: 0, bound: 0.9 };
    const base = { posterior, points: 20, priors: 1, failureProbability: 0.05, choices: {} };
    const f1Needs = pacBayesReport({ ...base, theorem: 'F1', labelled: 20 }).needed.n!;
    assert.equal(pacBayesReport({ ...base, theorem: 'F2', labelled: 40 }).needed.n, 2 * f1Needs);
    assert.deepEqual(pacBayesReport({ ...base, theorem: 'F1', labelled: 20, posterior: { ...posterior, empirical: 0.6 } }).needed, {});
  });

  it('leave F2 out below 16 points, give F1 the whole failure probability then, and refuse fewer than 8', () => {
    const few = marginCertificates(task('fifteen', 15));
    assert.equal(few.f2, undefined);
    assert.equal(few.f1.report.failureProbability, 0.05);
    assert.throws(() => marginCertificates(task('seven', 7)), /at least 8 labelled points, not 7: label more points/);
  });

  const broken: readonly (readonly [why: string, change: Partial<ReturnType<typeof task>>, message: RegExp])[] = [
    ['a label that is no sign', { labels: Array.from({ length: 20 }, () => 0) }, /Label 0 is 0/],
    ['too few labels', { labels: [1, -1] }, /2 labels for 20 rows/],
    [
      'features that are not finite',
      { features: mapMatrix(task('nan', 20).features, () => NaN) },
      /labelled points hold values that are not finite/,
    ],
    [
      'unlabelled features that are not finite',
      { unlabelled: mapMatrix(task('nan', 20).unlabelled, () => Infinity) },
      /unlabelled points hold/,
    ],
  ];
  for (const [why, change, message] of broken)
    it(`refuse ${why}`, () => assert.throws(() => marginCertificates({ ...task('broken', 20), ...change }), message));

  const odd: readonly (readonly [why: string, change: Partial<ReturnType<typeof task>>])[] = [
    ['one class only', { labels: Array.from({ length: 20 }, () => 1) }],
    [
      'features that collapsed to a point',
      { features: mapMatrix(task('odd', 20).features, () => 2), unlabelled: mapMatrix(task('odd', 20).unlabelled, () => 2) },
    ],
    ['labels sorted by class', { labels: Array.from({ length: 20 }, (_, i) => (i < 10 ? 1 : -1)) }],
  ];
  for (const [why, change] of odd)
    it(`stay between 0 and 1 with ${why}`, () => {
      const certificates = marginCertificates({ ...task('odd', 20), ...change });
      for (const { report } of [certificates.f1, certificates.f2!]) assert.ok(report.total > 0 && report.total <= 1);
    });

  it('never promise less than the empirical risk', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 16, max: 40 }), fc.double({ min: 0, max: 5, noNaN: true }), (seed, rows, distance) => {
        const certificates = marginCertificates({ ...task(`${seed}`, rows, distance), settings: { exponents: [0], strengths: [0.1] } });
        for (const { report } of [certificates.f1, certificates.f2!]) assert.ok(report.total >= report.terms[0]!.value);
      }),
      { numRuns: 25 },
    );
  });
});
