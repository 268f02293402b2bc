import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { gibbsRisk, signedDirections } from '../../../src/theory/gibbsHead';
import { marginCertificate, marginCertificates, type MarginCertificates } from '../../../src/theory/marginCertificate';
import type { Matrix } from '../../../src/theory/matrix';
import { mapMatrix, mostFailures, normalMatrix } from './support';

const REDRAWS = 1000;
const FAILURE = 0.1;
const COLUMNS = 16;
const LABELS = 40;
const strengths = [1e-2];

/** Two normal classes `distance` apart; at distance 0 the labels are coins and every head's risk is exactly ½. */
function draw(random: Random, rows: number, distance: number): { readonly features: Matrix; readonly labels: readonly number[] } {
  const labels = Array.from({ length: rows }, () => random.sign());
  const features = mapMatrix(normalMatrix(random, rows, COLUMNS), (value, i) =>
    i % COLUMNS === 0 ? value + (labels[Math.floor(i / COLUMNS)]! * distance) / 2 : value,
  );
  return { features, labels };
}

/** How often each certificate lies below the true risk of its head, and its risk on its own sample does. */
function violations(distance: number, exponents: readonly number[], truth: (certificate: MarginCertificates['f1']) => number) {
  const random = new Random(`redraws at ${distance}`);
  const unlabelled = draw(random, 100, distance).features;
  const counts = { f1: 0, f2: 0, empirical: 0 };
  for (let redraw = 0; redraw < REDRAWS; redraw++) {
    const { f1, f2 } = marginCertificates({
      ...draw(random, LABELS, distance),
      unlabelled,
      failureProbability: FAILURE,
      settings: { exponents, strengths },
    });
    const risk = truth(f1);
    if (f1.report.total < risk) counts.f1++;
    if (f2!.report.total < truth(f2!)) counts.f2++;
    if (f1.report.terms[0]!.value < risk) counts.empirical++;
  }
  return counts;
}

describe('margin certificates over 1,000 redrawn samples', () => {
  it('hold for coin labels, whose risk is ½, though the risk on the sample is far below it', () => {
    const { f1, f2, empirical } = violations(0, [0, 1], () => 0.5);
    assert.ok(f1 <= mostFailures(REDRAWS, FAILURE / 2), `F1 violated ${f1} times`);
    assert.ok(f2 <= mostFailures(REDRAWS, FAILURE / 2), `F2 violated ${f2} times`);
    assert.ok(empirical > 900, 'the sample flatters the head, so a certificate without its divergence would fail');
  });

  it('hold for two normal classes, against the risk on 500 fresh points', () => {
    const fresh = draw(new Random('fresh'), 500, 2);
    const { f1, f2 } = violations(2, [0.5], ({ preparation, head }) =>
      gibbsRisk(signedDirections(preparation.apply(fresh.features), fresh.labels), head),
    );
    assert.ok(f1 <= mostFailures(REDRAWS, FAILURE / 2), `F1 violated ${f1} times`);
    assert.ok(f2 <= mostFailures(REDRAWS, FAILURE / 2), `F2 violated ${f2} times`);
  });

  it('hold without unlabelled points: coin labels, 400 redraws of each', () => {
    const random = new Random('no unlabelled points');
    const violated = { F1: 0, F2: 0 };
    for (let redraw = 0; redraw < 400; redraw++)
      for (const theorem of ['F1', 'F2'] as const) {
        const { report } = marginCertificate(theorem, {
          ...draw(random, LABELS, 0),
          failureProbability: FAILURE,
          settings: { exponents: [0.5], strengths },
        });
        if (report.total < 0.5) violated[theorem]++;
      }
    for (const [theorem, count] of Object.entries(violated))
      assert.ok(count <= mostFailures(400, FAILURE), `${theorem} violated ${count} times`);
  });
});
