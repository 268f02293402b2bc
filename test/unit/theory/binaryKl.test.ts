import assert from 'node:assert/strict';
import fc from 'fast-check';
import { binaryKl, binaryKlUpperInverse } from '../../../src/theory/binaryKl';
import { mcAllesterBound } from '../../../src/theory/pacBayesReport';
import { normalDivergence } from '../../../src/theory/perturbation';
import { close, readJson } from './support';

interface PacBayesReference {
  readonly rows: readonly {
    readonly empirical_gibbs_risk: number;
    readonly KL: number;
    readonly n: number;
    readonly delta: number;
    readonly seeger_maurer_kl_inverse: number;
    readonly mcallester_maurer: number;
    readonly hoeffding_single: number;
  }[];
  readonly gaussian_kl: readonly {
    readonly mean_q: readonly number[];
    readonly std_q: readonly number[];
    readonly mean_p: readonly number[];
    readonly std_p: readonly number[];
    readonly KL_q_p: number;
  }[];
}

describe('binary kl', () => {
  for (const row of (readJson('pacbayes.json') as PacBayesReference).rows)
    it(`inverts the PAC-Bayes bound at risk ${row.empirical_gibbs_risk}, KL ${row.KL}, n = ${row.n} as the reference does`, () => {
      const nats = (row.KL + Math.log((2 * Math.sqrt(row.n)) / row.delta)) / row.n;
      close(binaryKlUpperInverse(row.empirical_gibbs_risk, nats), row.seeger_maurer_kl_inverse, 1e-9);
      close(mcAllesterBound(row.empirical_gibbs_risk, nats), row.mcallester_maurer, 1e-9);
      assert.ok(binaryKlUpperInverse(row.empirical_gibbs_risk, Math.log(1 / row.delta) / row.n) <= row.hoeffding_single + 1e-12);
    });

  it('between normal laws is the sum over coordinates, as the reference has it', () => {
    for (const { mean_q, std_q, mean_p, std_p, KL_q_p } of (readJson('pacbayes.json') as PacBayesReference).gaussian_kl)
      close(mean_q.reduce((sum, mean, i) => sum + normalDivergence(mean - mean_p[i]!, std_q[i]!, std_p[i]!), 0), KL_q_p, 1e-9); // prettier-ignore
  });

  const edges: readonly (readonly [q: number, p: number, kl: number])[] = [
    [0, 0, 0],
    [1, 1, 0],
    [0, 0.5, Math.LN2],
    [1, 0.5, Math.LN2],
    [0.5, 0, Infinity],
    [0.5, 1, Infinity],
    [0, 1, Infinity],
    [0.25, 0.25, 0],
  ];
  for (const [q, p, kl] of edges) it(`is ${kl} from ${q} to ${p}`, () => close(binaryKl(q, p), kl, 1e-15));

  it('inverts: kl(q‖inverse) is what was asked for, and the inverse is never below q', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 1e-6, max: 3, noNaN: true }), (q, nats) => {
        const p = binaryKlUpperInverse(q, nats);
        assert.ok(p >= q && p <= 1);
        assert.ok(p <= q + Math.sqrt(nats / 2) + 1e-12, 'Pinsker');
        if (p < 1 - 1e-9) close(binaryKl(q, p), nats, 1e-6);
      }),
      { numRuns: 2000 },
    );
  });

  const inverses: readonly (readonly [q: number, nats: number, p: number, why: string])[] = [
    [0, 0.1, 1 - Math.exp(-0.1), 'closed form without errors'],
    [1, 0.1, 1, 'nothing above 1'],
    [0.3, 0, 0.3, 'no room'],
    [0.3, 1e9, 1, 'all the room'],
  ];
  for (const [q, nats, p, why] of inverses)
    it(`has upper inverse ${p} at q = ${q}, ${nats} nats: ${why}`, () => close(binaryKlUpperInverse(q, nats), p, 1e-14));
});
