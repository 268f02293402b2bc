import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { generalTheorem, type GeneralTheoremInput, type PretrainingInput } from '../../../src/theory/generalTheorem';
import type { Matrix } from '../../../src/theory/matrix';
import { assumed, type Quantity } from '../../../src/theory/quantity';
import { headComplexity } from '../../../src/theory/rademacher';
import { recalledTheorem } from '../../../src/theory/recalledTheorem';
import { close, mapMatrix, normalMatrix } from './support';

const certified = (value: number, failureProbability = 0): Quantity => ({ value, evidence: 'certified', failureProbability });

interface Numbers {
  readonly n: number;
  readonly rademacher: number;
  readonly lipschitz: number;
  readonly range: number;
  readonly constant: number;
  readonly excess: number;
  readonly tv: number;
  readonly task: number;
  readonly gap: number;
  readonly failure: number;
}

const numbers: Numbers = {
  n: 1000,
  rademacher: 1 / Math.sqrt(1000),
  lipschitz: 1,
  range: 1,
  constant: 1,
  excess: 0.01,
  tv: 0,
  task: 0,
  gap: 0,
  failure: 0.05,
};

const inputOf = (given: Numbers, exponent = 0.5): GeneralTheoremInput & { readonly pretraining: PretrainingInput } => ({
  labelled: given.n,
  lossRange: given.range,
  lossLipschitz: given.lipschitz,
  complexity: certified(given.rademacher),
  optimisation: certified(given.gap),
  failureProbability: given.failure,
  pretraining: {
    transferConstant: certified(given.constant),
    transferExponent: exponent,
    excess: certified(given.excess),
    domainDistance: certified(given.tv),
    task: certified(given.task),
  },
});
const total = (given: Numbers) => generalTheorem(inputOf(given)).total;

const arbitrary: fc.Arbitrary<Numbers> = fc.record({
  n: fc.integer({ min: 1, max: 1e6 }),
  rademacher: fc.double({ min: 0, max: 2, noNaN: true }),
  lipschitz: fc.double({ min: 0.1, max: 10, noNaN: true }),
  range: fc.double({ min: 0.1, max: 4, noNaN: true }),
  constant: fc.double({ min: 0, max: 10, noNaN: true }),
  excess: fc.double({ min: 0, max: 4, noNaN: true }),
  tv: fc.double({ min: 0, max: 1, noNaN: true }),
  task: fc.double({ min: 0, max: 1, noNaN: true }),
  gap: fc.double({ min: 0, max: 1, noNaN: true }),
  failure: fc.double({ min: 1e-4, max: 0.25, noNaN: true }),
});

describe('general theorem D1', () => {
  it('gives the worked values', () => {
    const report = generalTheorem(inputOf(numbers));
    const values = Object.fromEntries(report.terms.map(term => [term.name, term.value]));
    close(values['transfer']!, 0.1);
    close(values['complexity']!, 0.06324555320336758);
    close(values['concentration']!, 0.18723304483287945);
    close(report.total, 0.35047859803624704);
    assert.deepEqual(
      report.terms.map(term => term.name),
      ['transfer', 'complexity', 'concentration', 'domain shift', 'task', 'optimisation'],
    );
  });

  it('has terms from 0 on that sum to the total, which rises with everything but n', () => {
    fc.assert(
      fc.property(arbitrary, given => {
        const report = generalTheorem(inputOf(given));
        assert.ok(report.terms.every(term => term.value >= 0));
        close(
          report.total,
          report.terms.reduce((sum, term) => sum + term.value, 0),
        );
        for (const key of ['rademacher', 'lipschitz', 'range', 'constant', 'excess', 'tv', 'task', 'gap'] as const)
          assert.ok(total({ ...given, [key]: given[key] * 1.5 }) >= report.total, key);
        assert.ok(total({ ...given, failure: given.failure / 2 }) >= report.total);
        assert.ok(total({ ...given, n: 2 * given.n }) <= report.total);
      }),
    );
  });

  it('is at most the form with doubled constants (4G_φ, ln(1/ν)/n, 4B_φ) for ν ≤ ¼', () => {
    fc.assert(
      fc.property(arbitrary, given => {
        const doubled =
          given.constant * Math.sqrt(given.excess) +
          4 * given.lipschitz * given.rademacher +
          4 * given.range * Math.sqrt(Math.log(1 / given.failure) / given.n) +
          4 * given.range * given.tv +
          given.task +
          given.gap;
        assert.ok(total(given) <= doubled * (1 + 1e-12));
      }),
    );
    const concentration = generalTheorem(inputOf({ ...numbers, failure: 0.25 })).terms[2]!.value;
    close(concentration, 4 * Math.sqrt(Math.log(4) / 1000), 1e-12, 'equality at ν = ¼');
  });

  it('sharpened: never above the plain form, less by √(ln(1/ν)/ln(4/ν)) in its concentration alone, and by half of the rest where 𝔑 holds for every sample', () => {
    fc.assert(
      fc.property(arbitrary, given => {
        const input = inputOf({ ...given, failure: Math.min(0.9, 4 * given.failure) });
        const [plain, sharpened] = [generalTheorem(input), generalTheorem(input, 'sharpened')];
        const capped = generalTheorem({ ...input, complexityOfEverySample: true }, 'sharpened');
        plain.terms.forEach((term, i) => {
          const ratio =
            term.name === 'concentration' ? Math.sqrt(Math.log(1 / input.failureProbability) / Math.log(4 / input.failureProbability)) : 1;
          close(sharpened.terms[i]!.value, ratio * term.value, 1e-12, term.name);
          close(capped.terms[i]!.value, (ratio < 1 ? ratio / 2 : 1) * term.value, 1e-12, term.name);
        });
        assert.ok(sharpened.total <= plain.total);
      }),
    );
  });

  it('is at most the recalled Theorem 1 in its sharpened form, for every ν', () => {
    fc.assert(
      fc.property(arbitrary, fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (given, failure) => {
        const input = inputOf({ ...given, failure });
        const recalled = recalledTheorem(generalTheorem(input), input)!;
        const sharpened = generalTheorem(input, 'sharpened');
        recalled.terms.forEach((term, i) => assert.ok(term.value >= sharpened.terms[i]!.value, term.name));
        assert.equal(recalled.evidence, sharpened.evidence);
      }),
    );
  });

  it('halves complexity and concentration from n to 4n when the complexity is R·B_h/√n, and leaves transfer, domain shift and task as n grows', () => {
    fc.assert(
      fc.property(arbitrary, given => {
        const at = (n: number) =>
          generalTheorem(inputOf({ ...given, n, rademacher: (0.01 + given.rademacher) / Math.sqrt(n), gap: 0 })).terms;
        const [few, many] = [at(given.n), at(4 * given.n)];
        few.forEach((term, i) =>
          close(many[i]!.value, term.value * (term.name === 'complexity' || term.name === 'concentration' ? 0.5 : 1), 1e-12, term.name),
        );
        const limit = at(1e15).reduce((sum, term) => sum + term.value, 0);
        assert.ok(Math.abs(limit - (few[0]!.value + few[3]!.value + few[4]!.value)) < 1e-5);
      }),
    );
  });

  it('has no transfer term at E_U = 0, whatever C_β and β', () => {
    for (const beta of [0.25, 0.5, 1, 2])
      assert.equal(generalTheorem(inputOf({ ...numbers, excess: 0, constant: 1e6 }, beta)).terms[0]!.value, 0);
  });

  it('leaves complexity alone when features grow by a factor and the radius shrinks by it', () => {
    const features = normalMatrix(new Random('scaled'), 9, 3);
    const scaled = mapMatrix(features, value => 7 * value);
    const value = (points: Matrix, radius: number) =>
      headComplexity(points, radius, { failureProbability: 0.1, random: new Random(1) }).quantity;
    const total = (complexity: Quantity) => generalTheorem({ ...inputOf(numbers), complexity }).total;
    close(total(value(scaled, 3 / 7)), total(value(features, 3)), 1e-12);
  });

  const exponents: readonly (readonly [excess: number, small: number, large: number, order: 'falls' | 'rises' | 'stays'])[] = [
    [0.5, 0.5, 1, 'falls'],
    [2, 0.5, 1, 'rises'],
    [1, 0.5, 1, 'stays'],
  ];
  for (const [excess, small, large, order] of exponents)
    it(`has a transfer term that ${order} with β at E_U = ${excess}`, () => {
      const transfer = (beta: number) => generalTheorem(inputOf({ ...numbers, excess }, beta)).terms[0]!.value;
      assert.equal(Math.sign(transfer(large) - transfer(small)), { falls: -1, rises: 1, stays: 0 }[order]);
    });

  it('vanishes when nothing is left to pay', () => assert.ok(total({ ...numbers, n: 1e12, rademacher: 0, excess: 0 }) < 1e-4));

  it('is as weak as its weakest quantity and adds up what may fail', () => {
    const input = inputOf(numbers);
    const report = generalTheorem({
      ...input,
      complexity: certified(0.01, 0.001),
      pretraining: { ...input.pretraining, excess: certified(0.01, 0.02), transferConstant: { value: 1, evidence: 'estimated' } },
    });
    assert.equal(report.evidence, 'estimated');
    assert.equal(report.terms.find(term => term.name === 'complexity')!.evidence, 'certified');
    close(report.failureProbability, 0.071);
    assert.equal(generalTheorem({ ...input, pretraining: { ...input.pretraining, task: assumed(0, 'none') } }).evidence, 'assumed');
  });

  it('names the labels needed: with them the bound is informative, with one fewer it is not', () => {
    fc.assert(
      fc.property(arbitrary, given => {
        const report = generalTheorem(inputOf(given));
        const { n } = report.needed;
        if (!report.vacuous) assert.equal(n, undefined);
        else if (n !== undefined && n < 1e9) {
          const at = (labels: number) => total({ ...given, n: labels, rademacher: given.rademacher * Math.sqrt(given.n / labels) });
          assert.ok(at(n * (1 + 1e-9) + 1) < given.range * (1 + 1e-9));
          assert.ok(at((n - 1) * (1 - 1e-9)) >= given.range * (1 - 1e-9));
        }
      }),
    );
  });

  it('needs no number of labels where the other terms already fill the range', () =>
    assert.deepEqual(generalTheorem(inputOf({ ...numbers, tv: 0.6 })).needed, {}));

  it('speaks of this encoder only where there was no pre-training', () => {
    const { pretraining: _, ...input } = inputOf(numbers);
    const report = generalTheorem(input);
    assert.deepEqual(
      report.terms.map(term => term.name),
      ['complexity', 'concentration', 'optimisation'],
    );
    assert.match(report.bounds, /best head on this encoder/);
  });
});
