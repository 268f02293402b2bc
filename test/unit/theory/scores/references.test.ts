import assert from 'node:assert/strict';
import { readArray } from '../../../../src/checkpoints/arrays';
import { columnMeans, scatter } from '../../../../src/theory/covariance';
import { gram } from '../../../../src/theory/gram';
import type { Matrix } from '../../../../src/theory/matrix';
import { labelledFeatures } from '../../../../src/theory/scores/labelledFeatures';
import { leep } from '../../../../src/theory/scores/leep';
import { maximumEvidences } from '../../../../src/theory/scores/logMe';
import { fourthMoment } from '../../../../src/theory/scores/spectralScores';
import { ledoitWolfShrinkage } from '../../../../src/theory/scores/hScore';
import { transRate } from '../../../../src/theory/scores/transRate';
import { transferabilityScores, type TransferabilityScores } from '../../../../src/theory/scores/transferability';
import type { ScoreName } from '../../../../src/theory/scores/catalogue';
import { rotateTargets } from '../../../../src/theory/symmetricEigen';
import { close, fixture, multiply, readJson } from '../support';

interface Expected {
  readonly expected: Readonly<Record<string, number>> & {
    readonly logme_fixed_point: {
      readonly exact_log_marginal_mean: number;
      readonly exact_log_marginal_per_class_at_alpha_beta?: readonly number[];
    };
    readonly nleep_from_saved_posteriors: { readonly score_with_log: number };
  };
}

async function readMatrix(name: string): Promise<Matrix> {
  const { shape, values } = await readArray(fixture(name));
  const [rows, columns = 1] = shape;
  return { rows: rows!, columns, values: Float64Array.from(values as ArrayLike<number | bigint>, Number) };
}

const transposed = ({ rows, columns, values }: Matrix): Matrix => ({
  rows: columns,
  columns: rows,
  values: Float64Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!),
});

/** Our name and the reference's. */
const CONVENTIONS: readonly (readonly [ours: ScoreName, theirs: string])[] = [
  ['leep', 'leep_thuml'],
  ['nce', 'nce_thuml'],
  ['hscore', 'hscore_tllib'],
  ['regularizedHScore', 'regularized_hscore_tllib'],
  ['transRate', 'transrate_eps1e-4'],
  ['gbc', 'gbc_spherical_textbook_D_times_logs'],
  ['gbcDiagonal', 'gbc_diagonal'],
  ['sfda', 'sfda'],
  ['energy', 'energy_mean_all'],
  ['knn', 'knn1_leave_one_out_acc_l2'],
  ['rankme', 'rankme_eps1e-7'],
  ['participationRatio', 'participation_ratio_centered'],
  ['labelCka', 'linear_cka_features_vs_onehot'],
];

const CASES = ['iris_std', 'wine_std', 'wide_n60_d128', 'digits_mlp_0to4_on_5to9', 'digits_pixels_400'];

describe('transferability scores beside the published implementations', () => {
  for (const name of CASES) {
    describe(name, () => {
      let result: TransferabilityScores;
      let expected: Expected['expected'];
      before(async () => {
        expected = (readJson(`transfer/${name}/expected.json`) as Expected).expected;
        result = await transferabilityScores({
          features: await readMatrix(`transfer/${name}/features.npy`),
          labels: (await readMatrix(`transfer/${name}/labels.npy`)).values,
          sourceProbabilities: await readMatrix(`transfer/${name}/source_probs.npy`),
          sourceLogits: await readMatrix(`transfer/${name}/source_logits.npy`),
        });
      });

      for (const [ours, theirs] of CONVENTIONS)
        it(`${ours} is ${theirs}`, () => close(result.scores[ours]!.value, expected[theirs]!, 1e-6, ours));

      it('PARC is the published score with equal label distances kept equal', () =>
        close(result.scores.parc!.value, (readJson('transfer/parc.json') as Record<string, number>)[name]!, 1e-6));

      it('LogME is the exact evidence, at an optimum that the fixed point does not pass', () => {
        const exact = expected.logme_fixed_point.exact_log_marginal_mean;
        const { value } = result.scores.logme!;
        assert.ok(value >= exact - 1e-12, `${value} below ${exact}`);
        close(value, exact, name === 'wide_n60_d128' ? 1e-3 : 1e-6);
      });

      it('N-LEEP is LEEP on the posteriors of a mixture', async () => {
        const posteriors = await readMatrix(`transfer/${name}/nleep_gmm_posteriors.npy`);
        const { classOf, classes } = labelledFeatures(posteriors, (await readMatrix(`transfer/${name}/labels.npy`)).values);
        close(leep(posteriors, classOf, classes), expected.nleep_from_saved_posteriors.score_with_log, 1e-6);
      });

      it('every score lies within its interval, and none is missing', () => {
        assert.deepEqual(result.notes, {});
        assert.equal(Object.keys(result.scores).length, 16);
        for (const [score, { value, interval }] of Object.entries(result.scores))
          assert.ok(
            interval[0] <= value && value <= interval[1] && interval.every(Number.isFinite),
            `${score} ${value} in ${interval.join()}`,
          );
      });

      it('Ledoit and Wolf’s shrinkage and TransRate at another distortion agree too', async () => {
        const features = await readMatrix(`transfer/${name}/features.npy`);
        const data = labelledFeatures(features, (await readMatrix(`transfer/${name}/labels.npy`)).values);
        const mean = columnMeans(features);
        const spread = scatter(features, mean);
        const shrinkage = ledoitWolfShrinkage(spread, fourthMoment(features, mean), features.rows, features.columns);
        close(shrinkage, expected.ledoit_wolf_shrinkage!, 1e-6);
        close(transRate(data, mean, spread, 1), expected.transrate_eps1!, 1e-6);
      });
    });
  }

  it('takes real-valued targets: the evidence on the diabetes data', async () => {
    const features = await readMatrix('transfer/diabetes_regression/features.npy');
    const targets = await readMatrix('transfer/diabetes_regression/targets.npy');
    const products = multiply(transposed(features), targets);
    const square = multiply(transposed(targets), targets).values[0]!;
    const [evidence] = maximumEvidences(rotateTargets(gram(features), products), [square], features.rows);
    const { expected } = readJson('transfer/diabetes_regression/expected.json') as Expected;
    close(evidence!, expected.logme_fixed_point.exact_log_marginal_mean, 1e-6);
  });
});
