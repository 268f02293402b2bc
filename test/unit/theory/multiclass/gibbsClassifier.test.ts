import assert from 'node:assert/strict';
import { Random } from '../../../../src/common/random';
import { gibbsRisk, signedDirections } from '../../../../src/theory/gibbsHead';
import { certifyClassifier, classDirections, errorChance, gibbsError } from '../../../../src/theory/multiclass/gibbsClassifier';
import { normalUpperTail } from '../../../../src/theory/normalDistribution';
import { close, normalMatrix } from '../support';

const classOf = (random: Random, rows: number, classes: number): number[] => Array.from({ length: rows }, () => random.integer(classes));

describe('the randomised classifier of several classes', () => {
  const cases: readonly { readonly scores: readonly number[]; readonly own: number; readonly error: number; readonly why: string }[] = [
    { scores: [0, 0], own: 0, error: 0.5, why: 'two equal scores are a coin' },
    { scores: [3, 1], own: 0, error: normalUpperTail(2 / Math.SQRT2), why: 'the difference of two scores is normal with variance 2' },
    { scores: [1, 3], own: 0, error: normalUpperTail(-2 / Math.SQRT2), why: 'and on the wrong side' },
    { scores: Array<number>(10).fill(2), own: 4, error: 0.9, why: 'ten equal scores: one in ten is right' },
    { scores: [20, 0, 0], own: 0, error: 0, why: 'far ahead' },
    { scores: [0, 30, 0], own: 0, error: 1, why: 'far behind' },
  ];
  for (const { scores, own, error, why } of cases)
    it(`errs with chance ${error.toFixed(4)} at scores ${scores.join(', ')} (${why})`, () => {
      assert.ok(Math.abs(errorChance(scores, own) - error) < 1e-11, `${errorChance(scores, own)}`);
    });

  it('agrees with a million draws', () => {
    const random = new Random('draws');
    const scores = [1.2, 0.3, -0.4, 1.0];
    let errors = 0;
    for (let draw = 0; draw < 1_000_000; draw++) {
      const drawn = scores.map(score => score + random.normal());
      if (drawn.some((score, k) => k > 0 && score >= drawn[0]!)) errors++;
    }
    assert.ok(Math.abs(errors / 1_000_000 - errorChance(scores, 0)) < 4 * 0.0005);
  });

  it('has the slopes that finite differences have', () => {
    const scores = [0.4, -0.3, 1.1, 0.2];
    const slopes = new Float64Array(4);
    errorChance(scores, 1, slopes);
    scores.forEach((_, k) => {
      const moved = (by: number) =>
        errorChance(
          scores.map((score, j) => (j === k ? score + by : score)),
          1,
        );
      close(slopes[k]!, (moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-6, `slope ${k}`);
    });
  });

  it('is the binary randomised head for two opposite heads', () => {
    const random = new Random('two');
    const features = normalMatrix(random, 50, 5);
    const labels = classOf(random, 50, 2);
    const head = Float64Array.from({ length: 5 }, () => 3 * random.normal());
    // The difference of N(a, I) and N(−a, I) on a unit row is N(2⟨a, h⟩, 2): a margin of √2⟨a, h⟩ in units of its deviation.
    const binary = gibbsRisk(
      signedDirections(
        features,
        labels.map(label => (label === 0 ? 1 : -1)),
      ),
      head.map(value => Math.SQRT2 * value),
    );
    const heads = { classes: 2, values: Float64Array.from([...head, ...head.map(value => -value)]) };
    assert.ok(Math.abs(gibbsError(classDirections(features, labels), heads) - binary) < 1e-11);
  });

  it('pays nothing for staying at its prior and half the squared distance for leaving it', () => {
    const random = new Random('prior');
    const directions = classDirections(normalMatrix(random, 20, 3), classOf(random, 20, 4));
    const centre = { classes: 4, values: new Float64Array(12) };
    const mean = { classes: 4, values: new Float64Array(12).fill(2) };
    const prior = { centre, confidence: 3 };
    assert.equal(certifyClassifier(directions, prior, centre).divergence, 0);
    close(certifyClassifier(directions, prior, centre).empirical, 0.75);
    assert.equal(certifyClassifier(directions, prior, mean).divergence, 24);
  });
});
