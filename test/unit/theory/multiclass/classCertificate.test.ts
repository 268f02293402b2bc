import assert from 'node:assert/strict';
import { binaryKlUpperInverse } from '../../../../src/theory/binaryKl';
import { catoniBound } from '../../../../src/theory/catoni';
import { Random } from '../../../../src/common/random';
import type { Matrix } from '../../../../src/theory/matrix';
import { classCertificate, classCertificates, type ClassCertificate } from '../../../../src/theory/multiclass/classCertificate';
import { classDirections, gibbsError } from '../../../../src/theory/multiclass/gibbsClassifier';
import { close, mapMatrix, mostFailures, normalMatrix } from '../support';

const COLUMNS = 4;
const CLASSES = 3;

/** Three normal classes whose means lie `distance` along three axes; at distance 0 the labels say nothing. */
function draw(random: Random, rows: number, distance: number): { readonly features: Matrix; readonly labels: readonly number[] } {
  const labels = Array.from({ length: rows }, () => random.integer(CLASSES));
  const features = mapMatrix(normalMatrix(random, rows, COLUMNS), (value, at) =>
    at % COLUMNS === labels[Math.floor(at / COLUMNS)] ? value + distance : value,
  );
  return { features, labels };
}

const certify = (random: Random, rows: number, distance: number, unlabelled: Matrix) =>
  classCertificates({ ...draw(random, rows, distance), classes: CLASSES, unlabelled, failureProbability: 0.1 });

describe('margin certificates of three classes', () => {
  it('hold over redrawn samples: labels that say nothing, and classes apart against 500 fresh points', () => {
    const redraws = 40;
    for (const distance of [0, 3]) {
      const random = new Random(`redraws at ${distance}`);
      const unlabelled = draw(random, 100, distance).features;
      const fresh = draw(random, 500, distance);
      const truth = ({ preparation, heads }: ClassCertificate) =>
        distance === 0 ? 2 / 3 : gibbsError(classDirections(preparation.apply(fresh.features), fresh.labels), heads);
      const violated = { f1: 0, f2: 0 };
      for (let redraw = 0; redraw < redraws; redraw++) {
        const { f1, f2 } = certify(random, 40, distance, unlabelled);
        if (f1.report.total < truth(f1)) violated.f1++;
        if (f2!.report.total < truth(f2!)) violated.f2++;
      }
      assert.ok(violated.f1 <= mostFailures(redraws, 0.05), `F1 violated ${violated.f1} times at distance ${distance}`);
      assert.ok(violated.f2 <= mostFailures(redraws, 0.05), `F2 violated ${violated.f2} times at distance ${distance}`);
    }
  });

  it('beat guessing from 120 points of classes apart, and tighten with more', () => {
    const random = new Random('apart');
    const unlabelled = draw(random, 200, 6).features;
    const few = certify(random, 120, 6, unlabelled);
    const many = certify(random, 360, 6, unlabelled);
    assert.ok(few.f2!.report.total < 1 / 3, `${few.f2!.report.total}`);
    assert.ok(many.f1.report.total < few.f1.report.total);
    assert.ok(many.f2!.report.total < few.f2!.report.total);
  });

  it('do not change when features are scaled', () => {
    const data = draw(new Random('scale'), 60, 4);
    const unlabelled = draw(new Random('scale, unlabelled'), 60, 4).features;
    const total = (scale: number) =>
      classCertificates({
        features: mapMatrix(data.features, value => scale * value),
        labels: data.labels,
        classes: CLASSES,
        unlabelled: mapMatrix(unlabelled, value => scale * value),
        failureProbability: 0.1,
      }).f2!.report.total;
    assert.ok(Math.abs(total(1) - total(8)) < 1e-3 * total(1));
  });

  for (const theorem of ['F1', 'F2'] as const) {
    it(`come in Catoni’s form: ${theorem} at the named temperature, never below kl⁻¹ of its nats`, () => {
      const task = { ...draw(new Random('catoni'), 200, 5), classes: CLASSES, failureProbability: 0.05 };
      const { report } = classCertificate(theorem, { ...task, form: 'catoni' });
      const { n, G, J, C, δ, KL, Ĝ } = report.terms[1]!.inputs as Readonly<Record<string, number>>;
      const paid = (KL! + Math.log((J! * G!) / δ!)) / n!;
      close(report.total, catoniBound(Ĝ!, paid, C!), 1e-12);
      assert.ok(report.total >= binaryKlUpperInverse(Ĝ!, paid));
      assert.deepEqual([report.theorem, n, G], ['catoni', theorem === 'F1' ? 200 : 100, theorem === 'F1' ? 2 : 1]);
      const plain = classCertificate(theorem, task).report;
      assert.ok(Math.abs(report.total - plain.total) < 0.05, `${report.total} beside ${plain.total}`);
    });

    it(`hold in Catoni’s form, without unlabelled points: ${theorem} on labels that say nothing, whose risk is ⅔`, () => {
      const random = new Random(`Catoni’s ${theorem}`);
      const redraws = 40;
      let violated = 0;
      for (let redraw = 0; redraw < redraws; redraw++) {
        const task = { ...draw(random, 40, 0), classes: CLASSES, failureProbability: 0.1, form: 'catoni' as const };
        if (classCertificate(theorem, task).report.total < 2 / 3) violated++;
      }
      assert.ok(violated <= mostFailures(redraws, 0.1), `violated ${violated} times`);
    });
  }

  it('take a target other than chance', () => {
    const task = { ...draw(new Random('target'), 60, 4), classes: CLASSES, failureProbability: 0.05 };
    const needed = (target?: number) => classCertificate('F1', { ...task, ...(target !== undefined && { target }) }).report.needed.n;
    assert.equal(needed(), undefined, 'it beats ⅔');
    assert.ok(needed(0.3)! > 60);
  });

  it('say what a label that is no class is', () => {
    const { features } = draw(new Random('bad'), 10, 1);
    const labels = [...Array<number>(9).fill(0), 3];
    assert.throws(
      () => classCertificates({ features, labels, classes: CLASSES, unlabelled: features, failureProbability: 0.1 }),
      /Label 9 is 3/,
    );
  });
});
