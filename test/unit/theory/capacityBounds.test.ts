import assert from 'node:assert/strict';
import fc from 'fast-check';
import { neededSamples } from '../../../src/theory/neededSamples';
import { normBasedBound, rademacherFromCovering, type NormedLayer } from '../../../src/theory/normBased';
import { parameterCountReport } from '../../../src/theory/capacityReport';
import { chainCovering, coverResolution, optimisticLossBound, type ChainLayer } from '../../../src/theory/parameterCount';
import { transformerNorms, type TransformerBlock } from '../../../src/theory/transformerNorms';
import { close } from './support';

const problem = (samples: number) => ({ samples, inputNorm: 1, lossLipschitz: 4, lossRange: 4, failureProbability: 0.05 });
const chain: readonly ChainLayer[] = [2048, 1024, 2048].map(parameters => ({ parameters, spectralNorm: 1, activationLipschitz: 1 }));
const normed: readonly NormedLayer[] = Array.from({ length: 3 }, () => ({ spectralNorm: 1, groupNorm: 2, activationLipschitz: 1 }));

/** D4 over a chain whose norms are taken as measured. */
const parameterCount = (layers: readonly ChainLayer[], samples: number, trainingGap?: number) => {
  const at = ({ inputNorm, ...other }: ReturnType<typeof problem>) =>
    chainCovering(layers, inputNorm, coverResolution({ inputNorm, ...other })).reduce((sum, share) => sum + share, 0);
  const gap = trainingGap === undefined ? undefined : ({ value: trainingGap, evidence: 'assumed' } as const);
  const input = { problem: problem(samples), norms: 'measured', inputs: {}, assumptions: [], trainingGap: gap } as const;
  const report = parameterCountReport({ theorem: 'D4', at, formula: '' }, input);
  return { excess: report.total, ...report.terms[0]!.inputs } as { excess: number; 'ln N(ε)': number; 'sup |L_U − L_Û|': number };
};
const positive = fc.double({ min: 0.2, max: 5, noNaN: true });

describe('norm-based bound D3', () => {
  const golden = [
    { samples: 1e6, coveringConstant: 22058.769701710055, rademacher: 0.9834945041205779, excess: 7.891639347961436 },
    { samples: 1e8, coveringConstant: 220587.69701710055, rademacher: 0.15930008355399336, excess: 1.276768999931628 },
  ];
  for (const { samples, ...expected } of golden)
    it(`gives the worked values at N = ${samples}`, () => {
      const bound = normBasedBound(normed, 64, { ...problem(samples), lossLipschitz: 1 });
      close(bound.coveringConstant, expected.coveringConstant);
      close(bound.rademacher, expected.rademacher);
      close(bound.excess, expected.excess);
    });

  it('caps the complexity at 1 where the class is too rich', () => {
    assert.equal(normBasedBound(normed, 64, { ...problem(100), lossLipschitz: 1 }).rademacher, 1);
    assert.equal(normBasedBound(normed, 64, { ...problem(9e5), lossLipschitz: 1 }).rademacher, 1, '3C < N, yet the formula exceeds 1');
  });

  it('is linear in B_x and √N, and blind to factors moved between layers or between input and first layer', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(positive, positive), { minLength: 2, maxLength: 5 }), positive, (norms, factor) => {
        const layers = norms.map(([spectralNorm, ratio]) => ({ spectralNorm, groupNorm: spectralNorm * ratio, activationLipschitz: 1 }));
        const at = (changed: readonly NormedLayer[], inputNorm = 1, samples = 1e6) =>
          normBasedBound(changed, 64, { ...problem(samples), inputNorm }).coveringConstant;
        const scale = (layer: NormedLayer, by: number): NormedLayer => ({
          ...layer,
          spectralNorm: layer.spectralNorm * by,
          groupNorm: layer.groupNorm * by,
        });
        const moved = layers.map((layer, l) => (l === 0 ? scale(layer, factor) : l === 1 ? scale(layer, 1 / factor) : layer));
        const first = layers.map((layer, l) => (l === 0 ? scale(layer, 1 / factor) : layer));
        close(at(moved), at(layers));
        close(at(first, factor), at(layers));
        close(at(layers, factor), factor * at(layers));
        close(at(layers, 1, 4e6), 2 * at(layers));
      }),
    );
  });
});

describe('norm-based bound D3 along its layers', () => {
  const layerOf = (spectralNorm: number, ratio: number): NormedLayer => ({
    spectralNorm,
    groupNorm: spectralNorm * ratio,
    activationLipschitz: 1,
  });
  const constant = (layers: readonly NormedLayer[]) => normBasedBound(layers, 64, problem(1e6)).coveringConstant;

  it('is linear in Πs at fixed b/s, ∝ s^L·κ·L^{3/2} for L identical layers, and feels a layer with s = ρ = 1 in its sum only', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), positive, positive, positive, (depth, norm, ratio, factor) => {
        const identical = Array.from({ length: depth }, () => layerOf(norm, ratio));
        const single = constant([layerOf(1, 1)]);
        close(constant(identical), norm ** depth * ratio * depth ** 1.5 * single, 1e-9, 'identical layers');
        const grown = identical.map((layer, l) => (l === 0 ? layerOf(norm * factor, ratio) : layer));
        close(constant(grown), factor * constant(identical), 1e-9, 'Πs');
        const sums = [depth * ratio ** (2 / 3), depth * ratio ** (2 / 3) + factor ** (2 / 3)] as const;
        close(constant([...identical, layerOf(1, factor)]) / constant(identical), (sums[1] / sums[0]) ** 1.5, 1e-9, 'one more layer');
      }),
    );
  });

  it('has R̄ = 1 wherever 3C ≥ N, and never more', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e9, noNaN: true }), fc.integer({ min: 1, max: 1e8 }), (covering, samples) => {
        const rademacher = rademacherFromCovering(covering, samples);
        assert.ok(rademacher > 0 && rademacher <= 1);
        if (3 * covering >= samples) assert.equal(rademacher, 1);
      }),
    );
  });
});

describe('parameter-count bound D4', () => {
  it('is blind to inputs that grow by a factor by which the first layer shrinks', () => {
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1, maxLength: 5 }), positive, (norms, factor) => {
        const at = (inputNorm: number, first: number) =>
          chainCovering(
            norms.map((spectralNorm, l) => ({
              parameters: 7,
              spectralNorm: l === 0 ? first * spectralNorm : spectralNorm,
              activationLipschitz: 1,
            })),
            inputNorm,
            1e-6,
          );
        at(factor, 1 / factor).forEach((share, l) => close(share, at(1, 1)[l]!));
      }),
    );
  });

  it('gives the worked values', () => {
    const bound = parameterCount(chain, 1e6);
    close(bound['ln N(ε)'], 79909.223392558);
    close(bound['sup |L_U − L_Û|'], 0.7995724427912593);
    close(bound.excess, 1.5991448855825185);
  });

  it('depends on norms through logarithms only, and on their product', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), positive), { minLength: 1, maxLength: 6 }), layers => {
        const of = (change: (norm: number, l: number) => number) =>
          chainCovering(
            layers.map(([parameters, norm], l) => ({ parameters, spectralNorm: change(norm, l), activationLipschitz: 1 })),
            1,
            1e-6,
          ).reduce((sum, share) => sum + share, 0);
        const parameters = layers.reduce((sum, [count]) => sum + count, 0);
        const grown = of(norm => 10 * norm) - of(norm => norm);
        assert.ok(grown >= 0 && grown <= parameters * Math.log(10 ** layers.length) * (1 + 1e-9));
        close(
          of((norm, l) => (l === 0 ? 3 * norm : l === layers.length - 1 ? norm / 3 : norm)),
          of((norm, l) => (layers.length === 1 ? (l === 0 ? 3 * norm : norm) : norm)),
        );
      }),
    );
  });

  it('survives a chain whose product of norms overflows', () => {
    const deep = Array.from({ length: 400 }, () => ({ parameters: 10, spectralNorm: 1e3, activationLipschitz: 1 }));
    const { 'ln N(ε)': logCovering, excess } = parameterCount(deep, 1e6);
    close(logCovering, 4000 * (400 * Math.log(1e3) + Math.log(800) + Math.log(1e6)), 1e-12);
    assert.ok(Number.isFinite(excess));
  });

  it('falls about tenfold from N to 100 N, and adds the training gap', () => {
    const ratio = parameterCount(chain, 1e6)['sup |L_U − L_Û|'] / parameterCount(chain, 1e8)['sup |L_U − L_Û|'];
    assert.ok(ratio > 8 && ratio <= 10, `${ratio}`);
    close(parameterCount(chain, 1e6, 0.25).excess, 1.5991448855825185 + 0.25);
  });
});

describe('optimistic bound D5', () => {
  const { 'ln N(ε)': logCovering } = parameterCount(chain, 1e6);
  it('gives the worked values', () => {
    close(optimisticLossBound(0.01, logCovering, 1e-6, problem(1e6)), 0.7292778401353436);
    close(optimisticLossBound(0, logCovering, 1e-6, problem(1e6)), 0.6409048749489722);
  });
  it('is 2B_ℓt/N without training loss at fine resolution, and rises with the training loss', () => {
    close(optimisticLossBound(0, 100, 0, problem(1e4)), (2 * 4 * (100 + Math.log(20))) / 1e4);
    assert.ok(optimisticLossBound(0.2, 100, 0, problem(1e4)) > optimisticLossBound(0.1, 100, 0, problem(1e4)));
  });
});

describe('norms of a transformer', () => {
  const block: TransformerBlock = {
    attentionScale: 0.5,
    feedForwardScale: 0.5,
    heads: [{ value: 1, queryKey: 1 }],
    feedForward: [1, 1],
    keyWidth: 16,
  };
  it('follows the worked recursion', () => {
    assert.deepEqual(transformerNorms([block, block], 1, 1), {
      rows: [1, 2.25, 5.0625],
      afterAttention: [1.5, 3.375],
      lipschitz: [2.625, 4.1484375],
      tails: [4.1484375, 1],
      decoderInput: 5.0625,
    });
  });
  it('is the identity without branches, and averages where queries and keys are 0', () => {
    const off = transformerNorms([{ ...block, attentionScale: 0, feedForwardScale: 0 }], 3, 1);
    assert.deepEqual([off.rows, off.lipschitz], [[3, 3], [1]]);
    assert.deepEqual(transformerNorms([{ ...block, heads: [{ value: 1, queryKey: 0 }] }], 3, 1).lipschitz, [1.5 * 1.5]);
  });
});

describe('needed samples', () => {
  it('is the smallest number at which the bound falls below the target', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e4, noNaN: true }), fc.double({ min: 1e-3, max: 1, noNaN: true }), (scale, target) => {
        const bound = (n: number) => scale / Math.sqrt(n);
        const n = neededSamples(bound, target)!;
        assert.ok(bound(n) < target);
        assert.ok(n === 1 || n > 2 ** 50 || bound(n - 1) >= target);
      }),
    );
  });
  it('gives up where no number suffices', () =>
    assert.equal(
      neededSamples(() => 1, 0.5),
      undefined,
    ));
});
