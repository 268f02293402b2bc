import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Row } from '../../bench/benchmark';
import { checked, CLAIMS } from '../../bench/claims';
import { allMet, page, withClaims, type Result, type Results } from '../../bench/page';

const row = (work: string, ratio: number, different: Partial<Row> = {}): Row => ({
  work,
  peer: 'PyTorch 2',
  threads: 1,
  unit: 'ms',
  ours: 10 * ratio,
  theirs: 10,
  ratio,
  ...different,
});
const result = (name: string, rows: readonly Row[], different: Partial<Result> = {}): Result => ({
  name,
  summary: 'milliseconds of something [--option]',
  seconds: 1.4,
  rows,
  ...different,
});
const machine = { processor: 'P', processors: 2, memory: '8 GiB', system: 'S', node: '20', load: 0.1, date: '2026-01-02' };
const results = (...all: readonly Result[]): Results => ({ machine, results: all });

describe('the page of benchmarks', () => {
  it('names machine and date, and every figure with its peer', () => {
    const text = page(results(result('training', [row('training step of mlp', 0.756_41)])));
    assert.match(text, /Measured on 2026-01-02: P, 2 processors, 8 GiB, S, Node 20, no Python\. The load before was 0\.1\./);
    assert.match(text, /^## Training\n\nMilliseconds of something\. Took 1 s\.\n/m);
    assert.match(text, /^\| training step of mlp \| 1 \| ms \| 7\.56 \| 10 \| 0\.756 \| PyTorch 2 \|$/m);
  });

  it('says what could not be measured, and why', () => {
    const text = page(results(result('fresh', [], { missing: 'no Python here has PyTorch' })));
    assert.match(text, /^## Fresh\n\nMilliseconds of something\.\n\nNot measured: No Python here has PyTorch\.$/m);
  });

  it('says which part of a benchmark could not be measured, and why', () => {
    const text = page(results(result('editor', [], { leftOut: ['activation in VS Code, because it does not start here'] })));
    assert.match(text, /Took 1 s\.\n\nLeft out: Activation in VS Code, because it does not start here\.\n$/);
  });

  it('says what was measured apart from the others', () => {
    const text = page(results(result('training', [], { apart: { date: '2026-02-03', load: 4.5 } })));
    assert.match(text, /Took 1 s\. Measured apart from the others on 2026-02-03, at a load of 4\.5\.\n/);
  });

  const table: readonly (readonly [why: string, rows: readonly Row[], met: boolean | undefined])[] = [
    ['every row holds', [row('training step of mlp', 0.8), row('training step of conv', 1)], true],
    ['one row does not', [row('training step of mlp', 0.8), row('training step of conv', 1.01)], false],
    ['two threads are not claimed', [row('training step of mlp', 1.4, { threads: 2 })], undefined],
    ['a peer that is not claimed', [row('training step of mlp', 1.4, { peer: 'another' })], undefined],
  ];
  for (const [why, rows, met] of table)
    it(`checks a claim: ${why}`, () => {
      assert.equal(checked('training', rows)[0]?.isMet, met);
      const all = results(result('training', rows));
      assert.equal(allMet(all), met ?? true);
      assert.equal(/\*\*no\*\*/.test(page(all)), met === false);
    });

  it('docs/benchmarks.md and what the README says of claims are what their data say (BOUNDLENS_UPDATE=1 writes it)', () => {
    const data = JSON.parse(readFileSync('docs/benchmarks.json', 'utf8')) as Results;
    const readme = withClaims(readFileSync('README.md', 'utf8'), data);
    if (process.env['BOUNDLENS_UPDATE']) {
      writeFileSync('docs/benchmarks.md', page(data));
      writeFileSync('README.md', readme);
    }
    assert.equal(readFileSync('docs/benchmarks.md', 'utf8'), page(data));
    assert.equal(readFileSync('README.md', 'utf8'), readme, 'what the README says of claims');
  });

  const marked = 'Before.\n<!-- claims: written by npm run bench -- --write-docs -->old<!-- /claims -->\nAfter.';
  const readmes: readonly (readonly [why: string, all: Results, says: RegExp])[] = [
    ['a claim that does not hold', results(result('training', [row('training step of conv', 1.21)])), /^- A training step on one thread .* Measured: 1\.21, claimed: at most 1\.$/m],
    ['claims that hold', results(result('training', [row('training step of conv', 0.9)])), /Every claim that was measured holds\.\n\n<!--/],
    ['what was not measured', results(result('fresh', [], { missing: 'no Python' })), /Not measured then: fresh\./],
  ]; // prettier-ignore
  for (const [why, all, says] of readmes)
    it(`the README tells of ${why}, and the rest of it stays`, () => {
      const text = withClaims(marked, all);
      assert.match(text, says);
      assert.match(text, /^Before\.\n<!-- claims.*-->\n\n[^]*\n\n<!-- \/claims -->\nAfter\.$/);
      assert.equal(withClaims(text, all), text, 'written twice');
    });

  it('every claim is about rows that are measured, or about a peer that was not there', () => {
    const data = JSON.parse(readFileSync('docs/benchmarks.json', 'utf8')) as Results;
    for (const { name, rows, missing, leftOut } of data.results)
      for (const claim of CLAIMS[name] ?? [])
        assert.ok(
          missing !== undefined || leftOut || claim.peer || checked(name, rows).some(({ says }) => says === claim.says),
          claim.says,
        );
  });
});
