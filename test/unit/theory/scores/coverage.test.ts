import assert from 'node:assert/strict';
import { Random } from '../../../../src/common/random';
import { rowsAt, type Matrix } from '../../../../src/theory/matrix';
import type { ScoreName } from '../../../../src/theory/scores/catalogue';
import { transferabilityScores, type TransferabilityScores } from '../../../../src/theory/scores/transferability';

const [POPULATION, POINTS, DIMENSIONS, CLASSES, SOURCES, DRAWS] = [3000, 90, 6, 3, 4, 60];
/** 95 % intervals may miss the score's mean in so many of the draws: 10 % and three standard errors of a count of 60. */
const LEAST_COVERED = Math.ceil(DRAWS * 0.9 - 3 * Math.sqrt(DRAWS * 0.9 * 0.1));
const COVERED: readonly ScoreName[] = ['logme', 'hscore', 'regularizedHScore', 'knn', 'leep', 'nce', 'linearProbe', 'labelCka', 'gbc', 'sfda', 'rankme']; // prettier-ignore

/** Points of three classes that overlap, with a source model that is right more often than not. */
function population(random: Random): { readonly features: Matrix; readonly source: Matrix; readonly labels: Int32Array } {
  const labels = Int32Array.from({ length: POPULATION }, (_, i) => i % CLASSES);
  const features = Float64Array.from(
    { length: POPULATION * DIMENSIONS },
    (_, at) => random.normal() + (at % DIMENSIONS === labels[Math.floor(at / DIMENSIONS)] ? 1.2 : 0),
  );
  const source = new Float64Array(POPULATION * SOURCES);
  for (let i = 0; i < POPULATION; i++) {
    const odds = Array.from({ length: SOURCES }, (_, z) => Math.exp(1.5 * random.normal() + (z === labels[i] ? 1.5 : 0)));
    const sum = odds.reduce((total, value) => total + value, 0);
    source.set(
      odds.map(value => value / sum),
      i * SOURCES,
    );
  }
  return {
    labels,
    features: { rows: POPULATION, columns: DIMENSIONS, values: features },
    source: { rows: POPULATION, columns: SOURCES, values: source },
  };
}

describe('intervals of transferability scores', () => {
  it('cover the mean score of samples of their size', async () => {
    const random = new Random('coverage');
    const { features, source, labels } = population(random);
    const found: TransferabilityScores['scores'][] = [];
    for (let draw = 0; draw < DRAWS; draw++) {
      const rows = random.permutation(POPULATION).slice(0, POINTS);
      const { scores } = await transferabilityScores(
        { features: rowsAt(features, rows), labels: Array.from(rows, i => labels[i]!), sourceProbabilities: rowsAt(source, rows) },
        { seed: draw },
      );
      found.push(scores);
    }
    for (const name of COVERED) {
      const mean = found.reduce((sum, scores) => sum + scores[name]!.value, 0) / DRAWS;
      const covered = found.filter(scores => scores[name]!.interval[0] <= mean && mean <= scores[name]!.interval[1]).length;
      assert.ok(covered >= LEAST_COVERED, `${name}: ${covered} of ${DRAWS} intervals hold ${mean}`);
    }
  });
});
