import assert from 'node:assert/strict';
import { Random } from '../../../../src/common/random';
import { SCORES, type ScoreName } from '../../../../src/theory/scores/catalogue';
import { jackknifeGroups, jackknifeInterval, studentQuantile } from '../../../../src/theory/scores/jackknife';
import { transferabilityScores } from '../../../../src/theory/scores/transferability';
import { close, mapMatrix, normalMatrix } from '../support';

const labels = Array.from({ length: 60 }, (_, i) => i % 3);
const noise = normalMatrix(new Random('scores'), 60, 6);
const separated = mapMatrix(noise, (value, at) => value + (at % 6 === labels[Math.floor(at / 6)] ? 4 : 0));
const SUPERVISED: readonly ScoreName[] = ['logme', 'hscore', 'regularizedHScore', 'transRate', 'gbc', 'gbcDiagonal', 'parc', 'sfda', 'knn', 'labelCka', 'linearProbe']; // prettier-ignore

describe('transferability scores', () => {
  it('are all higher where classes lie apart than in noise, and say the same twice', async () => {
    const apart = await transferabilityScores({ features: separated, labels });
    const together = await transferabilityScores({ features: noise, labels });
    for (const name of SUPERVISED) assert.ok(apart.scores[name]!.value > together.scores[name]!.value, name);
    assert.deepEqual(await transferabilityScores({ features: separated, labels }), apart);
  });

  it('do not depend on the names of the classes', async () => {
    const plain = await transferabilityScores({ features: separated, labels });
    const named = await transferabilityScores({ features: separated, labels: labels.map(label => BigInt(10 * label - 7)) });
    assert.deepEqual(named, plain);
  });

  it('leave out what one class cannot give, with the reason', async () => {
    const { scores, notes } = await transferabilityScores({ features: noise, labels: labels.map(() => 5) });
    assert.deepEqual(Object.keys(scores).sort(), ['energy', 'participationRatio', 'rankme']);
    for (const name of Object.keys(SCORES) as ScoreName[]) assert.ok(scores[name] !== undefined || notes[name] !== undefined, name);
    assert.match(notes.logme!, /at least two classes/);
    assert.match(notes.leep!, /source model/);
  });

  it('refuse input that makes no sense', async () => {
    await assert.rejects(transferabilityScores({ features: noise, labels: [1] }), /1 labels for 60 rows/);
    await assert.rejects(transferabilityScores({ features: mapMatrix(noise, () => NaN), labels }), /not a finite number/);
  });
});

describe('jack-knife', () => {
  it('gives the mean of equal groups its standard error', () => {
    const values = [1, 4, 2, 8, 5];
    const mean = 4;
    const leftOut = values.map(value => (20 - value) / 4);
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4 / 5);
    const [low, high] = jackknifeInterval(mean, leftOut);
    close(high - mean, studentQuantile(4) * error, 1e-12);
    close(mean - low, studentQuantile(4) * error, 1e-12);
    assert.deepEqual(jackknifeInterval(mean, leftOut, { range: [3.5, 4.25] }), [3.5, 4.25]);
    assert.throws(() => jackknifeInterval(1, [NaN, 2]), /Too few points/);
  });

  const quantiles: readonly (readonly [degrees: number, quantile: number])[] = [[4, 2.7764451], [9, 2.2621572], [19, 2.0930241]]; // prettier-ignore
  for (const [degrees, quantile] of quantiles)
    it(`knows Student's quantile for ${degrees} degrees`, () => close(studentQuantile(degrees), quantile, 2e-3));

  it('spreads every class over the groups and keeps the only point of a class', () => {
    const classOf = Int32Array.from([0, 0, 1, 1, 1, 1, 2]);
    const groups = jackknifeGroups({ classOf, classes: 3 }, 4, new Random(1));
    assert.equal(groups[6], -1);
    assert.notEqual(groups[0], groups[1]);
    assert.equal(new Set(groups.subarray(2, 6)).size, 4);
  });
});
