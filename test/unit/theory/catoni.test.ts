import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { binaryKlUpperInverse } from '../../../src/theory/binaryKl';
import { bestTemperature, catoniBound, TEMPERATURES } from '../../../src/theory/catoni';
import { marginCertificate } from '../../../src/theory/marginCertificate';
import { close, mapMatrix, mostFailures, normalMatrix } from './support';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const nats = fc.double({ min: 1e-6, max: 3, noNaN: true });

/** Two normal classes `distance` apart in eight dimensions; at distance 0 every head's risk is ½. */
function draw(random: Random, rows: number, distance: number) {
  const labels = Array.from({ length: rows }, () => random.sign());
  const features = mapMatrix(normalMatrix(random, rows, 8), (value, i) =>
    i % 8 === 0 ? value + (labels[Math.floor(i / 8)]! * distance) / 2 : value,
  );
  return { features, labels };
}

describe('Catoni’s form of the PAC-Bayes certificate', () => {
  it('is never below the exact inverse of kl with the same nats, at any temperature', () => {
    fc.assert(
      fc.property(share, nats, fc.double({ min: 1e-3, max: 20, noNaN: true }), (q, x, temperature) => {
        assert.ok(catoniBound(q, x, temperature) >= binaryKlUpperInverse(q, x) * (1 - 1e-12));
      }),
      { numRuns: 5000 },
    );
  });

  it('is that inverse at the best temperature', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 0.9, noNaN: true }), nats, (q, x) => {
        const p = binaryKlUpperInverse(q, x);
        if (p < 1 - 1e-6) close(catoniBound(q, x, bestTemperature(q, p)), p, 1e-7);
      }),
      { numRuns: 2000 },
    );
  });

  it('grows with the empirical risk and with the nats', () => {
    fc.assert(
      fc.property(share, share, nats, nats, fc.constantFrom(...TEMPERATURES), (q, r, x, y, temperature) => {
        const [low, high] = [Math.min(q, r), Math.max(q, r)];
        assert.ok(catoniBound(low, Math.min(x, y), temperature) <= catoniBound(high, Math.max(x, y), temperature) + 1e-15);
      }),
    );
  });

  for (const theorem of ['F1', 'F2'] as const) {
    it(`comes with ${theorem}: terms that sum to the bound at the named temperature, never below kl⁻¹ of its nats`, () => {
      const task = { ...draw(new Random('catoni'), 300, 3), failureProbability: 0.05 };
      const { report } = marginCertificate(theorem, { ...task, form: 'catoni' });
      const { n, G, J, C, δ, KL, Ĝ } = report.terms[1]!.inputs as Readonly<Record<string, number>>;
      const paid = (KL! + Math.log((J! * G!) / δ!)) / n!;
      close(report.total, catoniBound(Ĝ!, paid, C!), 1e-12);
      assert.ok(report.total >= binaryKlUpperInverse(Ĝ!, paid));
      assert.ok(report.terms.every(({ id, value }) => id.startsWith('catoni.') && value >= 0));
      const plain = marginCertificate(theorem, task).report;
      assert.ok(Math.abs(report.total - plain.total) < 0.05, `${report.total} beside ${plain.total}`);
    });

    it(`holds in simulation: ${theorem} on coin labels, whose risk is ½, over 500 redraws`, () => {
      const random = new Random(`catoni ${theorem}`);
      let [violated, flattered] = [0, 0];
      for (let redraw = 0; redraw < 500; redraw++) {
        const settings = { exponents: [0.5], strengths: [1e-2] };
        const { report } = marginCertificate(theorem, { ...draw(random, 40, 0), failureProbability: 0.1, settings, form: 'catoni' });
        if (report.total < 0.5) violated++;
        if (report.terms[0]!.value < 0.5) flattered++;
      }
      assert.ok(violated <= mostFailures(500, 0.1), `violated ${violated} times`);
      assert.ok(theorem === 'F2' || flattered > 400, 'the sample flatters the head, so the divergence is needed');
    });
  }

  it('names the labels at which it would beat chance', () => {
    const { report } = marginCertificate('F1', { ...draw(new Random('few'), 12, 3), failureProbability: 0.05, form: 'catoni' });
    assert.ok(report.total >= 0.5);
    const { KL, G, J, δ, Ĝ } = report.terms[1]!.inputs as Readonly<Record<string, number>>;
    const at = (n: number) => Math.min(...TEMPERATURES.map(C => catoniBound(Ĝ!, (KL! + Math.log((J! * G!) / δ!)) / n, C)));
    assert.ok(at(report.needed.n!) < 0.5 && at(report.needed.n! - 1) >= 0.5);
  });
});
