import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { boundOfSpec } from '../../../src/cli/boundSpec';
import { canonicalSymbol } from '../../../src/cli/spec/symbols';
import { Fault } from '../../../src/common/fault';
import { Random } from '../../../src/common/random';
import { FORMULAS } from '../../../src/theory/formulaIds';
import { npyBytes } from '../support/npyBytes';
import { temporaryFolder } from '../support/temporaryFolder';
import { close } from '../theory/support';

const D3 = { theorem: 'D3', N: 1e6, B_x: 1, s: [1, 1, 1], b: [2, 2, 2], rho: [1, 1, 1], W_bar: 64, G_l: 1, B_l: 4, delta: 0.05 };
const D4 = { theorem: 'D4', N: 1e6, B_x: 1, s: [1, 1, 1], rho: [1, 1, 1], p: [2048, 1024, 2048], G_l: 4, B_l: 4, delta: 0.05 };
const D5 = { ...D4, theorem: 'D5', L_hat: 0.01 };
const transformer = { N: 1e6, L: 2, r_0: 1, alpha_1: 0.5, alpha_2: 0.5, v: 1, q: 1, f_1: 1, f_2: 1, d_K: 16, W_D: 1, B_p: 1 };
const D6 = { ...transformer, theorem: 'D6', p_V: 256, p_M: 256, p_1: 1024, p_2: 1024, p_D: 256 };
const D7 = { ...transformer, theorem: 'D7', b_V: 1e-4, b_M: 1e-4, b_1: 1e-4, b_2: 1e-4, b_D: 1e-4, K: 4, W_bar: 16 };
const D1 = { theorem: 'D1', n: 1000, G_phi: 1, B_phi: 1, rademacher: 1 / Math.sqrt(1000), nu: 0.05, C_beta: 1, beta: 0.5, E_U: 0.01 };
const holdout = { theorem: 'holdout', L_hat_val: 0.01, N_v: 2000, B_l: 1, delta: 0.05 };

describe('bound of a specification', () => {
  const folder = temporaryFolder();
  const boundOf = async (spec: unknown) => {
    const file = folder.file('spec.json');
    writeFileSync(file, typeof spec === 'string' ? spec : JSON.stringify(spec));
    return boundOfSpec(file);
  };

  const worked: readonly (readonly [what: string, spec: unknown, total: number])[] = [
    ['D1', D1, 0.35047859803624704],
    ['D1 in Greek', { theorem: 'D1', n: 1000, G_φ: 1, B_φ: 1, '𝔑': 1 / Math.sqrt(1000), ν: 0.05, C_β: 1, β: 0.5, E_U: 0.01 }, 0.35047859803624704],
    ['D3', D3, 7.891639347961436],
    ['D3 with more samples', { ...D3, N: 1e8 }, 1.276768999931628],
    ['D3 with one number for all layers, two of the encoder and the decoder', { ...D3, s: 1, b: 2, rho: 1, L: 2 }, 7.891639347961436],
    ['D3 with macron and script l', { theorem: 'D3', N: 1e6, B_x: 1, s: 1, b: 2, ρ: 1, layers: 3, W̄: 64, G_ℓ: 1, B_ℓ: 4, δ: 0.05 }, 7.891639347961436],
    ['D4', D4, 1.5991448855825185],
    ['D5', D5, 0.7292778401353436],
    ['D5 without training loss', { ...D5, L_hat: 0 }, 0.6409048749489722],
    ['D5 from ln N(ε)', { theorem: 'D5', N: 1e6, lnN: 79909.223392558, ε: 1e-6, L̂: 0.01, G_l: 4, B_l: 4, delta: 0.05 }, 0.7292778401353436],
    ['F4', { theorem: 'F4', Train: 0.99, 'Train(η)': 0.95, 'NTrain(η)': 0.9, Test: 0.88, eta: 0.05 }, 0.11],
    ['break-even: √(4/100) + √(9/400)', { theorem: 'breakEven', C_Φ: 4, C_Ψ: 9, 'C_{Φ∘Ψ}': 100, n: 400, m: 100 }, 0.35],
    ['F5 without errors: 1 − δ^{1/m}', { theorem: 'F5', k: 0, m: 100, delta: 0.05 }, 1 - 0.05 ** 0.01],
  ]; // prettier-ignore
  for (const [what, spec, total] of worked)
    it(`gives the worked value of ${what}`, async () => {
      const report = await boundOf(spec);
      close(report.total, total, 1e-9);
      close(report.terms.reduce((sum, term) => sum + term.value, 0), report.total, 1e-12); // prettier-ignore
      assert.equal(report.vacuous, report.total >= report.range);
    });

  for (const [what, spec, key] of [
    ['D3', D3, 'N'],
    ['D7', { ...D7, N: 100 }, 'N'],
    ['D4', { ...D4, N: 1000 }, 'N'],
    ['D6', { ...D6, N: 1000 }, 'N'],
    ['D5', { ...D5, N: 1000 }, 'N'],
    ['D1', { ...D1, n: 10, target: 0.9 }, 'n'],
    ['the hold-out certificate', { ...holdout, N_v: 100, target: 0.02, N: undefined }, 'N'],
    ['break-even', { theorem: 'breakEven', C_Phi: 1e4, C_Psi: 9, C_joint: 100, n: 400, N: 10, target: undefined }, 'N'],
    ['F5', { theorem: 'F5', k: 0, m: 10, delta: 0.05, target: 0.01 }, 'n'],
  ] as const)
    it(`${what} names the number of samples that reaches the target: there it does, one below it does not`, async () => {
      const report = await boundOf(spec);
      const needed = report.needed[key]!;
      const target = ('target' in spec ? spec.target : undefined) ?? report.range;
      const symbol = spec.theorem === 'holdout' ? 'N_v' : spec.theorem === 'F5' ? 'm' : key;
      assert.ok(
        report.total >= target && needed > Number((spec as Readonly<Record<string, unknown>>)[symbol]),
        `${report.total}, ${needed}`,
      );
      const rescaled = (n: number) => ('rademacher' in spec ? { rademacher: spec.rademacher * Math.sqrt(spec.n / n) } : {});
      const at = async (n: number) => (await boundOf({ ...spec, ...rescaled(n), [symbol]: n })).total;
      assert.ok((await at(needed)) < target);
      assert.ok((await at(needed - 1)) >= target);
    });

  it('puts bounds within a bound: the least of D3 and the hold-out certificate as E_U, both failure probabilities spent', async () => {
    const report = await boundOf({ ...D1, E_U: [{ ...D3, delta: 0.01 }, holdout] });
    const alone = await boundOf(holdout);
    close(report.terms[0]!.value, Math.sqrt(alone.total));
    close(report.failureProbability, 0.05 + 0.01 + 0.05);
  });

  it('certifies noisy weights from a checkpoint and where it began, and from a distance', async () => {
    const [checkpoint, initial] = ['model', 'init'].map(name => path.resolve(`test/fixtures/checkpoints/mlp/${name}.safetensors`));
    const noisy = { theorem: 'P1', n: 50_000, sigma: 0.1, G_hat: 0.02, M: 100 };
    const moved = await boundOf({ ...noisy, checkpoint, initial });
    const { '‖W − W₀‖': distance } = moved.terms[2]!.inputs as Readonly<Record<string, number>>;
    close((await boundOf({ ...noisy, distance })).total, moved.total);
    assert.ok(moved.total < 0.4 && moved.total > 0.02, `${moved.total}`);
    assert.ok((await boundOf({ ...noisy, checkpoint })).total > moved.total, 'from 0 it is farther than from the initialisation');
    assert.equal((await boundOf({ ...noisy, checkpoint, initial: checkpoint })).terms[2]!.value, 0);
    await assert.rejects(boundOf({ theorem: 'P2', checkpoint, B_x: 1, gamma: 1, L_gamma: 0.1, n: 100 }), /holds net\.0\.bias, and P2 is about layers without biases/); // prettier-ignore
    const chain = await boundOf({ theorem: 'P2', s: [1, 1], F: 2, rows: 16, columns: 16, B_x: 1, gamma: 1, L_gamma: 0.02, n: 1e8 });
    assert.ok(chain.total > 0.02 && chain.total < 0.5, `${chain.total}`);
  });

  it('prints ids from the table only, and docs/theory.md has each of them', async () => {
    const docs = readFileSync('docs/theory.md', 'utf8');
    for (const [theorem, parts] of Object.entries(FORMULAS))
      for (const part of parts) assert.ok(docs.includes(`\`${theorem}.${part}\``), `${theorem}.${part} has no entry`);
    const ids = new Set<string>(Object.entries(FORMULAS).flatMap(([theorem, parts]) => parts.map(part => `${theorem}.${part}`)));
    for (const spec of [D1, D3, D4, D5, D6, D7, holdout, { theorem: 'F5', k: 1, m: 9 }]) {
      const report = await boundOf(spec);
      for (const term of [report, ...(report.beside ?? [])].flatMap(({ terms }) => terms)) assert.ok(ids.has(term.id), term.id);
    }
  });

  it('composes the downstream bounds: context encoder D1∘D2a∘D3, masked autoencoder D1∘D2c∘D6', async () => {
    const head = { theorem: 'D1', n: 400, R: 2, B_h: 1.5, nu: 0.05 };
    const encoder = await boundOf({ ...head, w: 3, sigma_min: 0.5, E_U: D3 });
    close(encoder.terms[0]!.value, 6 * Math.sqrt(7.891639347961436));
    close(encoder.terms[1]!.value, (2 * 2 * 1.5) / 20);
    const masked = await boundOf({ ...head, b: 0.1, M: 12, d_p: 4, E_U: D6 });
    close(masked.terms[0]!.value, 0.1 * Math.sqrt(48) * Math.sqrt((await boundOf(D6)).total));
  });

  it('prints the recalled form of Theorem 1 beside D1, never smaller', async () => {
    const report = await boundOf(D1);
    const [recalled] = report.beside!;
    assert.match(recalled!.bounds, /recalled/);
    close(recalled!.total, 0.1 + 4 / Math.sqrt(1000) + 4 * Math.sqrt(Math.log(20) / 1000));
    assert.ok(recalled!.total >= report.total);
  });

  it('takes the output of an unclipped network for the range of the squared error: (B_x·Πs_lρ_l + B_z)²', async () => {
    const { G_l: _, B_l: __, ...caps } = D4;
    const clipped = await boundOf({ ...caps, B_z: 2 });
    const free = await boundOf({ ...caps, B_z: 2, clip: false, s: 2 });
    assert.deepEqual([clipped.range, free.range], [16, 100]);
    close(clipped.total, (await boundOf({ ...caps, G_l: 8, B_l: 16 })).total);
    close(free.total, (await boundOf({ ...caps, s: 2, G_l: 20, B_l: 100 })).total);
  });

  it('counts an image once in the hold-out certificate, however many masks it was tried with', async () => {
    const losses = Array.from({ length: 60 }, (_, i) => (i % 3) / 10);
    writeFileSync(folder.file('losses.npy'), npyBytes([20, 3], losses));
    const report = await boundOf({ theorem: 'holdout', losses: 'losses.npy', B_l: 1, delta: 0.05 });
    close(report.total, (await boundOf({ ...holdout, L_hat_val: 0.1, N_v: 20 })).total, 1e-6);
  });

  it('asks F1 for the labels at which it would certify a target', async () => {
    const random = new Random('overlapping clouds');
    const labels = Array.from({ length: 60 }, (_, i) => i % 2);
    writeFileSync(folder.file('x.npy'), npyBytes([60, 2], labels.flatMap(label => [random.normal() + 3 * label, random.normal()]))); // prettier-ignore
    writeFileSync(folder.file('y.npy'), npyBytes([60], labels));
    const report = await boundOf({ theorem: 'F1', features: 'x.npy', labels: 'y.npy', target: 0.3 });
    assert.ok(report.total >= 0.3 && report.needed.n! > 60, `${report.total} ${report.needed.n}`);
  });

  it('pays for norms that were measured after training', async () => {
    for (const spec of [{ ...D3, N: 1e8 }, D4, { ...D6, normalisation: 'pre', d: 16 }, { ...D7, N: 1e8 }]) {
      const [fixed, peeled] = [await boundOf(spec), await boundOf({ ...spec, postHoc: true })];
      assert.ok(peeled.total > fixed.total && peeled.total < 2 * fixed.total, `${peeled.total} against ${fixed.total}`);
      assert.equal(peeled.failureProbability, fixed.failureProbability);
    }
  });

  it('certifies a head from files beside the specification, whatever the names of the classes', async () => {
    const random = new Random('two clouds');
    const labels = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 3 : 7));
    const rows = labels.flatMap(label => [random.normal() + (label === 7 ? 3 : -3), random.normal(), random.normal()]);
    writeFileSync(folder.file('features.npy'), npyBytes([200, 3], rows));
    writeFileSync(folder.file('labels.npy'), npyBytes([200], labels));
    writeFileSync(
      folder.file('unlabelled.npy'),
      npyBytes(
        [100, 3],
        Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 6 * random.uniform() - 3 : random.normal())),
      ),
    );
    const files = { features: 'features.npy', labels: 'labels.npy' };
    const totals = [];
    for (const spec of [
      { theorem: 'F1', ...files },
      { theorem: 'F2', ...files },
      { theorem: 'F1', ...files, unlabelled: 'unlabelled.npy' },
    ]) {
      const report = await boundOf(spec);
      assert.equal(report.theorem, spec.theorem);
      assert.match(report.bounds, /class 3 against class 7/);
      assert.equal(report.failureProbability, 0.05);
      assert.ok(report.total > 0.02 && report.total < 0.35, `${report.total}`);
      totals.push(report.total);
    }
    assert.ok(totals[1]! < totals[0]!, 'the half-and-half prior is tighter');
    const both = await boundOf({ theorem: 'F1', ...files, form: 'both' });
    const forms = [];
    for (const form of ['kl', 'catoni']) forms.push(await boundOf({ theorem: 'F1', ...files, form, delta: 0.025 }));
    close(both.total, Math.min(...forms.map(({ total }) => total)));
    close(both.beside![0]!.total, Math.max(...forms.map(({ total }) => total)));
    assert.deepEqual([both.failureProbability, forms.map(({ theorem }) => theorem)], [0.05, ['F1', 'catoni']]);
    writeFileSync(folder.file('three.npy'), npyBytes([200], labels.map((label, i) => (i % 4 === 0 ? 5 : label)))); // prettier-ignore
    for (const form of ['kl', 'catoni', 'both']) {
      const several = await boundOf({ theorem: 'F2', features: 'features.npy', labels: 'three.npy', form });
      assert.match(several.bounds, /\(3 classes\)$/);
      assert.ok(several.total > 0.25 && several.total < 1 && several.failureProbability === 0.05, `${form}: ${several.total}`);
      assert.equal(several.beside?.length, form === 'both' ? 1 : undefined);
    }
    const rationality = await boundOf({ theorem: 'F4', ...files });
    assert.deepEqual([rationality.evidence, rationality.terms.length], ['assumed', 3]);
  });

  it('takes the complexity from features, with bias or classes', async () => {
    const rows = [3, 0, 0, 4];
    writeFileSync(folder.file('h.npy'), npyBytes([2, 2], rows));
    const complexity = async (more: object) => (await boundOf({ theorem: 'D1', features: 'h.npy', R: 2, ...more })).terms[0]!.value / 2;
    close(await complexity({}), 5);
    close(await complexity({ B_0: 1 }), 5 + 0.5);
    close(await complexity({ classes: 3 }), Math.SQRT2 * Math.sqrt(3) * 5);
    close(await complexity({ head: 'l1' }), 4);
  });

  const refused: readonly (readonly [why: string, spec: unknown, says: RegExp])[] = [
    ['an unknown theorem', { theorem: 'D9' }, /theorem is "D9": give one of D1/],
    ['no theorem', {}, /theorem is missing/],
    ['a list', [1], /not an object/],
    ['broken JSON', '{"theorem": "D1",, }', /is not JSON at line 1/],
    ['a missing input', { theorem: 'D3', N: 5 }, /B_x is missing/],
    ['a negative number of samples', { ...D3, N: -5 }, /N is -5: give a whole number/],
    ['a number that is a text', { ...D1, n: '1000' }, /n is "1000"/],
    ['infinity by overflow', '{"theorem": "F5", "k": 1, "m": 1e999}', /m is/],
    ['a probability of 1', { ...D1, nu: 1 }, /nu is 1: give a number between 0 and 1/],
    ['lists of different length', { ...D3, b: [2, 2] }, /b has 2 numbers where there are 3 layers/],
    ['an input of another theorem', { ...D1, N: 5 }, /N is not an input here/],
    ['one input twice', { ...D1, G_φ: 2 }, /G_φ says the same as G_phi/],
    ['two spellings of one input', { ...D1, lossRange: 2 }, /says the same as/],
    ['a file that is not there', { theorem: 'F1', features: 'none.npy', labels: 'none.npy' }, /none\.npy does not exist/],
    ['more errors than points', { theorem: 'F5', k: 5, m: 3 }, /5 errors among 3 points/],
    ['a bound within a bound that is broken', { ...D1, E_U: { theorem: 'D3', N: 1 } }, /E_U\.B_x is missing/],
    ['a loss above its range', { ...holdout, L_hat_val: 2 }, /above the largest loss 1/],
    ['a transformer without the size of a matrix', { ...D6, p_V: undefined }, /p_V is missing/],
    ['unknown evidence', { ...D1, E_U: { value: 0.1, evidence: 'hoped' } }, /E_U\.evidence is "hoped"/],
  ];
  for (const [why, spec, says] of refused)
    it(`refuses ${why} in one sentence`, () =>
      assert.rejects(boundOf(spec), error => {
        assert.ok(error instanceof Fault, String(error));
        assert.match(error.message, says);
        assert.equal(error.message.split('\n').length, 1);
        return true;
      }));

  it('knows one symbol by all its spellings', () => {
    for (const spellings of [
      ['G_φ', 'G_phi', 'G_{\\phi}', 'Gphi'],
      ['L̂', 'L_hat'],
      ['B_ℓ', 'B_l', 'B_ell'],
      ['W̄', 'W_bar'],
      ['‖w*‖', 'w_star'],
    ])
      assert.deepEqual([...new Set(spellings.map(canonicalSymbol))].length, 1, spellings.join());
    assert.notEqual(canonicalSymbol('N'), canonicalSymbol('n'));
  });
});
