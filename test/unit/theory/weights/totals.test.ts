import assert from 'node:assert/strict';
import { fitPowerLaw } from '../../../../src/theory/weights/powerLaw';
import {
  logGolowichFrobenius,
  logGolowichL1,
  logBartlettComplexity,
  logNeyshaburTerm,
  pathNorm,
  weightTotals,
} from '../../../../src/theory/weights/totals';
import { jsonFixture, reference, withCheckpoint, fixture, type ReferencePowerLaw } from '../../checkpoints/fixtures';

const close = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual} instead of ${expected}`);

const layersOf = (model: string) =>
  reference(model).layers.map(layer => ({
    spectral: { lower: layer.spectral, upper: layer.spectral },
    frobenius: layer.frobenius,
    l21: layer.norm21_sum_of_row_l2,
    l1Infinity: layer.max_row_l1,
  }));

describe('measures of whole networks', () => {
  const model = 'mlp_64_128_64_10';
  const layers = layersOf(model);
  const { measures, layers: references } = reference(model);
  const [bartlett, golowich, neyshabur] = [measures.bartlett2017, measures.golowich2018, measures.neyshabur2018_spec_fro_term];

  it('sum and multiply norms as the reference does', () => {
    const totals = weightTotals(layers);
    close(totals.logProductSpectral.upper, measures.log_prod_spectral!);
    close(totals.logProductFrobenius, measures.log_prod_frobenius!);
    close(totals.sumFrobeniusSquared, measures.sum_frobenius_sq!);
    close(totals.sumSpectralSquared.lower, measures.sum_spectral_sq!);
    close(totals.l2, measures.l2_all_weights!);
  });

  it('give Bartlett’s spectral complexity from zero and from the initialisation', () => {
    close(Math.exp(logBartlettComplexity(layers)), bartlett.R_A_M_zero!);
    const distances = references.map(layer => layer.dist_init_norm21_sum_of_row_l2);
    close(Math.exp(logBartlettComplexity(layers, distances)), bartlett.R_A_M_init!);
  });

  it('give the norm term of Neyshabur et al. from zero and from the initialisation', () => {
    close(Math.exp(logNeyshaburTerm(layers)), neyshabur.M_zero!);
    const distances = references.map(layer => layer.dist_init_frobenius);
    close(Math.exp(logNeyshaburTerm(layers, distances)), neyshabur.M_init!);
  });

  it('give the first theorem of Golowich et al.', () => {
    close(Math.exp(logGolowichFrobenius(layers, bartlett.n!, bartlett.X_frobenius! ** 2)), golowich.thm1_value!);
  });

  it('give the second theorem of Golowich et al. by hand for one layer', () =>
    close(Math.exp(logGolowichL1([{ l1Infinity: 3 }], 4, 8, 16)), (2 * 3 * Math.sqrt(2 + Math.log(8)) * 4) / 4, 1e-14));

  it('give path norms with and without biases', () =>
    withCheckpoint(fixture('mlp/model.safetensors'), async checkpoint => {
      const read = async (layer: string) => ({
        weights: await checkpoint.read(`${layer}.weight`),
        bias: await checkpoint.read(`${layer}.bias`),
      });
      const chain = await Promise.all(
        ['net.0', 'net.2', 'net.4'].map(async layer => {
          const { weights, bias } = await read(layer);
          return { weights, bias, outputs: bias.length };
        }),
      );
      const bare = chain.map(({ weights, outputs }) => ({ weights, outputs }));
      close(pathNorm(bare, 1), measures.path_norm_p1_weights_only!);
      close(pathNorm(bare, 2), measures.path_norm_p2_weights_only!);
      close(pathNorm(chain, 1), measures.path_norm_p1_with_bias_input_ones!);
      close(pathNorm(chain, 2), measures.path_norm_p2_with_bias_input_ones!);
    }));
});

describe('power laws of spectra', () => {
  const recorded = jsonFixture('expected.json') as Record<string, unknown>;
  const cases: readonly (readonly [string, ReferencePowerLaw])[] = [
    ['a Pareto sample', recorded['pareto_alpha3.0'] as ReferencePowerLaw],
    ...Object.entries(recorded.mlp_64_256_128_10 as Record<string, ReferencePowerLaw>),
  ];
  for (const [name, expected] of cases)
    it(`are fitted to ${name} as WeightWatcher does`, () => {
      const fit = fitPowerLaw(expected.eigenvalues ?? expected.eigenvalues_of_WtW_unnormalised!);
      close(fit.alpha, expected.alpha);
      close(fit.xmin, expected.xmin);
      close(fit.distance, expected.D);
      close(fit.standardError, expected.sigma);
      assert.equal(fit.tail, expected.tail_count);
    });

  it('need values that differ', () => {
    assert.throws(() => fitPowerLaw([1, 2]), /at least 3/);
    assert.throws(() => fitPowerLaw([2, 2, 2, 2]), /differ/);
  });
});
