import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { classifierDomainShift, gaussianDomainShift, gaussianTotalVariation, sameDomain } from '../../../src/theory/domainShift';
import { close, mapMatrix, matrixOf, multiply, normalMatrix } from './support';

const mixing = matrixOf([[2, 1], [0, 0.5]]); // prettier-ignore
const sample = (seed: string, rows: number, shift: number) =>
  mapMatrix(
    multiply(
      mapMatrix(normalMatrix(new Random(seed), rows, 2), (value, i) => value + (i % 2 === 0 ? shift : 0)),
      mixing,
    ),
    value => value,
  );

describe('domain shift', () => {
  it('knows total variation at Mahalanobis distance 0, 1 and 2', () => {
    assert.ok(Math.abs(gaussianTotalVariation(0)) < 1e-14);
    close(gaussianTotalVariation(1), 0.38292492254802624, 1e-13);
    close(gaussianTotalVariation(2), 0.6826894921370859, 1e-13);
  });

  it('estimates it from samples, whatever linear map they went through', () => {
    for (const shift of [0.5, 1, 2]) {
      const { value, evidence } = gaussianDomainShift(sample('a', 3000, 0), sample('b', 3000, shift));
      assert.ok(Math.abs(value - gaussianTotalVariation(shift)) < 0.04, `${value} at ${shift}`);
      assert.equal(evidence, 'estimated');
    }
  });

  it('corrects what small samples of one law make up, 200 times on average', () => {
    let corrected = 0;
    let plain = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed);
      const { inputs } = gaussianDomainShift(normalMatrix(random, 60, 8), normalMatrix(random, 60, 8));
      corrected += Number(inputs!['Mahalanobis distance']) ** 2 / 200;
      plain += Number(inputs!['uncorrected distance']) ** 2 / 200;
    }
    assert.ok(plain > 0.25, `${plain}`);
    assert.ok(corrected < 0.1, `${corrected}`);
  });

  it('is 1 along a direction without variance that differs, and ignores one that does not', () => {
    const constant = (value: number) => mapMatrix(sample('a', 100, 0), (old, i) => (i % 2 === 0 ? old : value));
    assert.equal(gaussianDomainShift(constant(0), constant(1)).value, 1);
    assert.ok(gaussianDomainShift(constant(1), constant(1)).value < 1e-14);
  });

  it('finds with a classifier at most what there is, and most of it for normal laws', () => {
    for (const shift of [1, 2]) {
      const truth = gaussianTotalVariation(shift);
      const { value } = classifierDomainShift(sample('a', 2000, 0), sample('b', 2000, shift), new Random(1));
      assert.ok(value < truth + 0.06 && value > truth - 0.06, `${value} against ${truth}`);
    }
    assert.ok(classifierDomainShift(sample('a', 500, 0), sample('b', 900, 0), new Random(1)).value < 0.12);
  });

  it('is 0 by declaration, and then assumed', () => assert.deepEqual([sameDomain().value, sameDomain().evidence], [0, 'assumed']));

  it('refuses domains of different width', () => {
    assert.throws(() => gaussianDomainShift(normalMatrix(new Random(1), 9, 2), normalMatrix(new Random(1), 9, 3)), /2 and 3 columns/);
    assert.throws(
      () => classifierDomainShift(normalMatrix(new Random(1), 9, 2), normalMatrix(new Random(1), 9, 3), new Random(1)),
      /2 and 3/,
    );
  });
});
