import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { boundOfSpec } from '../../../src/cli/boundSpec';
import { Fault } from '../../../src/common/fault';
import { Random } from '../../../src/common/random';
import type { Report } from '../../../src/theory/report';
import { npyBytes } from '../support/npyBytes';
import { temporaryFolder } from '../support/temporaryFolder';
import { close } from '../theory/support';

const head = { theorem: 'D1', n: 400, rademacher: 0.05, nu: 0.05 };
const excess = { ...head, C_beta: 1, E_U: 0.04 };
const squared = { theorem: 'D1', n: 400, R: 2, B_h: 1.5, loss: 'squared', E_U: 0.04 };
const D5 = { theorem: 'D5', N: 1e5, B_x: 1, s: 1, p: 500, layers: 2, G_l: 4, B_l: 1, L_hat: 0, delta: 0.05 };

/** Decoder with three outputs of two features, and a head partly outside its row space: A = (2, 0; 0, 0; 0, 0), w = (3, 4). */
const DECODER = { decoder: 'decoder.npy', headWeights: 'head.npy' };

describe('inputs of D1 in a specification', () => {
  const folder = temporaryFolder();
  const save = (name: string, shape: readonly number[], values: readonly number[]) =>
    writeFileSync(folder.file(name), npyBytes([...shape], [...values]));
  const boundOf = (spec: unknown) => {
    const file = folder.file('spec.json');
    writeFileSync(file, JSON.stringify(spec));
    return boundOfSpec(file);
  };
  const term = (report: Report, name: string) => report.terms.find(one => one.name === name)!;
  beforeEach(() => {
    save('decoder.npy', [3, 2], [2, 0, 0, 0, 0, 0]);
    save('head.npy', [2], [3, 4]);
    save('inside.npy', [2], [3, 0]);
  });

  const checkpoints = [1, 0.5, 0.25, 0].map((loss, step) => ({ step, loss, risk: 0.1 + 0.3 * Math.sqrt(loss) }));
  const transfers: readonly (readonly [what: string, spec: object, transfer: number, evidence: string])[] = [
    ['caps of D2a', { ...head, E_U: 0.04, w: 3, sigma_min: 0.5, d: 4 }, 12 * 0.2, 'assumed'],
    ['measured caps of D2a', { ...head, E_U: { value: 0.04, evidence: 'measured' }, w: { value: 3, evidence: 'measured' }, sigma_min: { value: 0.5, evidence: 'measured' } }, 6 * 0.2, 'estimated'],
    ['a cap of ‖b‖', { ...head, E_U: 0.04, b: 3, d: 4 }, 6 * 0.2, 'assumed'],
    ['D2b: squared loss and a cap of ‖b‖', { ...squared, b: 3, d: 4 }, 36 * 0.04, 'assumed'],
    ['D2c: masked patches', { ...head, E_U: 0.04, b: 0.1, M: 12, d_p: 4 }, 0.1 * Math.sqrt(48) * 0.2, 'assumed'],
    ['a trained decoder and head', { ...head, E_U: 0.04, decoder: 'decoder.npy', headWeights: 'inside.npy', d: 4 }, 1.5 * 2 * 0.2, 'assumed'],
    ['D2b from a trained decoder', { ...squared, decoder: 'decoder.npy', headWeights: 'inside.npy' }, 2.25 * 0.04, 'assumed'],
    ['a run’s checkpoints', { ...head, E_U: { value: 0.04, evidence: 'measured' }, checkpoints }, 0.3 * 0.2, 'estimated'],
    ['a run’s checkpoints at another exponent', { ...head, E_U: 0.04, checkpoints, beta: 1 }, 0.6 * 0.04, 'assumed'],
  ]; // prettier-ignore
  for (const [what, spec, value, evidence] of transfers)
    it(`takes the transfer constant from ${what}`, async () => {
      const transfer = term(await boundOf(spec), 'transfer');
      close(transfer.value, value);
      assert.equal(transfer.evidence, evidence);
    });

  it('charges the task term for what the decoder leaves out of the head, and asks for the features’ size', async () => {
    const spec = { theorem: 'D1', n: 400, R: 2, B_h: 3, ...DECODER, E_U: 0.04, task: 0.01 };
    const task = term(await boundOf(spec), 'task');
    close(task.value, 0.01 + 4 * 3);
    assert.match(task.formula, /I − Π/);
    save('h.npy', [4, 2], [3, 0, -3, 0, 0, 2, 0, -2]);
    const withFeatures = await boundOf({ theorem: 'D1', R: 2, features: 'h.npy', ...DECODER, E_U: 0.04 });
    close(term(withFeatures, 'task').value, 4 * Math.sqrt(4.5));
    await assert.rejects(boundOf({ ...head, ...DECODER, E_U: 0.04 }), /headWeights reads features that the decoder does not use/);
  });

  it('takes √(bᵀSb) from residuals, never above ‖b‖·√tr S', async () => {
    const random = new Random('residuals');
    const best = Array.from({ length: 60 }, () => random.normal());
    const lost = [3, 0.4, -0.5];
    save('best.npy', [20, 3], best);
    save('trained.npy', [20, 3], best.map((value, i) => value + (i % 6 < 3 ? 1 : -1) * lost[i % 3]!)); // prettier-ignore
    const spec = { ...head, decoder: 'decoder.npy', headWeights: 'inside.npy', residuals: { trained: 'trained.npy', best: 'best.npy' } };
    const transfer = term(await boundOf(spec), 'transfer');
    const along = (signs: (i: number) => number) =>
      best.filter((_, i) => i % 3 === 0).reduce((sum, value, i) => sum + (1.5 * (value + signs(i) * 3)) ** 2, 0) / 20;
    close(transfer.value, Math.sqrt(along(i => (i % 2 === 0 ? 1 : -1)) - along(() => 0)), 1e-5);
    assert.equal(transfer.evidence, 'estimated');
    await assert.rejects(
      boundOf({ ...spec, residuals: { trained: 'trained.npy', best: 'head.npy' } }),
      error => error instanceof Fault && error.message.split('\n').length === 1,
    );
  });

  const shifts: readonly (readonly [what: string, input: object, value: number, evidence: string])[] = [
    ['nothing, so the same domain', {}, 0, 'assumed'],
    ['a number', { TV: { value: 0.1, evidence: 'certified' } }, 0.2, 'certified'],
    ['two binned laws', { TV: { p: [1, 1, 2], q: [2, 2, 0] } }, 2 * 0.5, 'assumed'],
    ['a divergence', { KL: 0.02 }, 0.2, 'assumed'],
    ['a Mahalanobis distance', { mahalanobis: 1 }, 2 * 0.38292492254802624, 'assumed'],
    ['the accuracy of a domain classifier', { domainAccuracy: { value: 0.8, evidence: 'measured' } }, 2 * 0.6, 'estimated'],
    ['a discrepancy', { discrepancy: 0.3 }, 0.3, 'assumed'],
  ];
  for (const [what, input, value, evidence] of shifts)
    it(`takes the domain shift from ${what}`, async () => {
      const domain = term(await boundOf({ ...excess, ...input }), 'domain shift');
      close(domain.value, value);
      assert.equal(domain.evidence, evidence);
    });

  it('estimates the domain shift from features: normal laws, a classifier, and the discrepancy of the squared loss', async () => {
    const random = new Random('domains');
    const cloud = (shift: number) => Array.from({ length: 400 }, (_, i) => random.normal() + (i % 2 === 0 ? shift : 0));
    save('source.npy', [200, 2], cloud(0));
    save('target.npy', [200, 2], cloud(1.5));
    const files = { source: 'source.npy', target: 'target.npy' };
    const gaussian = term(await boundOf({ ...excess, TV: files }), 'domain shift');
    const classifier = term(await boundOf({ ...excess, TV: { ...files, by: 'classifier' } }), 'domain shift');
    for (const { value, evidence } of [gaussian, classifier]) {
      assert.equal(evidence, 'estimated');
      assert.ok(value > 0.7 && value < 1.5, `${value} for ${2 * 0.5467}`);
    }
    const discrepancy = term(await boundOf({ ...squared, C_beta: 1, discrepancy: files }), 'domain shift');
    assert.ok(discrepancy.value > 0 && discrepancy.evidence === 'estimated');
    const same = term(await boundOf({ ...squared, C_beta: 1, discrepancy: { ...files, target: 'source.npy' } }), 'domain shift');
    close(1 + same.value, 1);
  });

  it('names the unlabelled samples that bring D1 below its target: there it is, one below it is not', async () => {
    const spec = { ...head, n: 4000, rademacher: 0.01, C_beta: 1, E_U: D5, target: 0.3 };
    const report = await boundOf(spec);
    const N = report.needed.N!;
    assert.ok(report.total >= 0.3 && N > D5.N, `${report.total}, ${N}`);
    const at = async (samples: number) => (await boundOf({ ...spec, E_U: { ...D5, N: samples } })).total;
    assert.ok((await at(N)) < 0.3);
    assert.ok((await at(N - 1)) >= 0.3);
    assert.equal((await boundOf({ ...spec, E_U: 0.3 })).needed.N, undefined, 'a number has no N');
    assert.equal((await boundOf({ ...spec, TV: 0.5 })).needed.N, undefined, 'no N where the rest fills the range');
  });

  it('takes K classes before any feature is seen', async () => {
    const complexity = term(await boundOf({ theorem: 'D1', n: 400, R: 2, B_h: 1.5, classes: 10 }), 'complexity');
    close(complexity.value, 2 * Math.sqrt(20) * 0.15);
  });

  it('prints the sharpened D1 beside the plain one: half the deviation where norms cap the features', async () => {
    for (const [spec, factor] of [
      [excess, 4],
      [{ theorem: 'D1', n: 400, R: 2, B_h: 1.5, C_beta: 1, E_U: 0.04 }, 2],
    ] as const) {
      const report = await boundOf(spec);
      const sharpened = report.beside!.find(one => one.theorem === 'D1 (sharpened)')!;
      close(sharpened.terms[2]!.value, factor * Math.sqrt(Math.log(20) / 800));
      assert.equal(sharpened.terms[2]!.id, 'D1.sharpened');
      assert.ok(sharpened.total < report.total);
    }
  });

  const refused: readonly (readonly [why: string, spec: object, says: RegExp])[] = [
    ['checkpoints of one loss', { ...head, E_U: 0.1, checkpoints: [{ loss: 1, risk: 1 }] }, /checkpoints all have the same loss/],
    ['laws over different bins', { ...excess, TV: { p: [1, 2], q: [1] } }, /TV\.q has 1 numbers/],
    ['a law without weight', { ...excess, TV: { p: [1, 2], q: [0, 0] } }, /TV holds a law without weight/],
    ['features of other widths', { ...excess, TV: { source: 'decoder.npy', target: 'wide.npy' } }, /2 and 3 columns/],
    ['a classifier of too few rows', { ...excess, TV: { source: 'decoder.npy', target: 'decoder.npy', by: 'classifier' } }, /at least four rows/],
    ['a discrepancy for the ramp loss', { ...excess, discrepancy: { source: 'decoder.npy', target: 'decoder.npy' } }, /is known for the squared loss/],
    ['an accuracy above 1', { ...excess, domainAccuracy: 1.2 }, /domainAccuracy is 1\.2/],
  ]; // prettier-ignore
  for (const [why, spec, says] of refused)
    it(`refuses ${why}`, async () => {
      save('wide.npy', [2, 3], [1, 2, 3, 4, 5, 6]);
      await assert.rejects(boundOf(spec), error => error instanceof Fault && says.test(error.message) && !error.message.includes('\n'));
    });
});
