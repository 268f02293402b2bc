import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { normBasedReport, optimisticReport, parameterCountReport, type CapacityInput } from '../../../src/theory/capacityReport';
import { chainCoveringConstant } from '../../../src/theory/normBased';
import { chainCovering, coverResolution, optimisticLossBound, type PretrainingProblem } from '../../../src/theory/parameterCount';
import { transformerCovering, transformerCoveringConstant, type TransformerNetwork } from '../../../src/theory/transformerCapacity';
import { mostFailures } from './support';

const FAILURE = 0.2;
/** Inputs ±1 of a network with one unit a layer, each with its chance and its target. */
interface World {
  readonly chance: number;
  readonly targets: readonly [number, number];
}

/** Class of networks by what they put out on the inputs −1 and +1. */
type Network = readonly [number, number];

const loss = (output: number, target: number): number => (Math.max(-1, Math.min(1, output)) - target) ** 2;
const risk = (network: Network, chance: number, { targets }: World): number =>
  (1 - chance) * loss(network[0], targets[0]) + chance * loss(network[1], targets[1]);

/** Share of +1 among n draws. */
function drawnShare(random: Random, samples: number, chance: number): number {
  let count = 0;
  for (let i = 0; i < samples; i++) if (random.uniform() < chance) count++;
  return count / samples;
}

/** b·tanh(a·x) with |a|, |b| ≤ 1: layers of norm at most 1, a 1-Lipschitz activation, a linear decoder. */
const CHAIN: readonly Network[] = Array.from({ length: 31 * 31 }, (_, i) => {
  const [a, b] = [Math.floor(i / 31) / 15 - 1, (i % 31) / 15 - 1];
  return [b * Math.tanh(-a), b * Math.tanh(a)];
});

/** One token of width 1: d·(z + α₂·w₂·relu(w₁z)) with z = e·x·(1 + α₁v), all |weights| ≤ 1. */
const TRANSFORMERS: readonly Network[] = Array.from({ length: 5 ** 5 }, (_, i) => {
  const [e, v, first, second, d] = [0, 1, 2, 3, 4].map(k => (Math.floor(i / 5 ** k) % 5) / 2 - 1);
  const output = (x: number) => {
    const z = e! * x * (1 + 0.5 * v!);
    return d! * (z + 0.5 * second! * Math.max(0, first! * z));
  };
  return [output(-1), output(1)];
});

const problem = (samples: number): PretrainingProblem => ({
  samples,
  inputNorm: 1,
  lossLipschitz: 4,
  lossRange: 4,
  failureProbability: FAILURE,
});
const input = (samples: number): CapacityInput => ({ problem: problem(samples), norms: 'certified', inputs: {}, assumptions: [] });

const layers = [1, 1].map(() => ({ spectralNorm: 1, groupNorm: 1, activationLipschitz: 1, parameters: 1 }));
const one = { parameters: 1, groupNorm: 1 };
const transformer: TransformerNetwork = {
  patchNorm: 1,
  embeddingNorm: 1,
  embedding: { norm: 1, size: one },
  decoder: { norm: 1, size: one },
  blocks: [
    {
      attentionScale: 0.5,
      feedForwardScale: 0.5,
      heads: [{ value: 1, queryKey: 1 }],
      feedForward: [1, 1],
      keyWidth: 1,
      sizes: { heads: [{ value: one, queryKey: one }], feedForward: [one, one] },
    },
  ],
};

const sumOfShares = (other: PretrainingProblem) => chainCovering(layers, 1, coverResolution(other)).reduce((sum, share) => sum + share, 0);

const bounds = {
  D3: (n: number) => normBasedReport({ theorem: 'D3', at: other => chainCoveringConstant(layers, 1, other), formula: '' }, input(n)).total,
  D4: (n: number) => parameterCountReport({ theorem: 'D4', at: sumOfShares, formula: '' }, input(n)).total,
  D5: (n: number, trainingLoss: number) =>
    optimisticReport({ theorem: 'D5', at: sumOfShares, formula: '' }, { loss: trainingLoss, leastLoss: 0 }, input(n)).total,
  D6: (n: number) =>
    parameterCountReport({ theorem: 'D6', at: other => transformerCovering(transformer, coverResolution(other)), formula: '' }, input(n))
      .total,
  D7: (n: number) =>
    normBasedReport({ theorem: 'D7', at: other => transformerCoveringConstant(transformer, 1, 1, other), formula: '' }, input(n)).total,
};

describe('capacity bounds on small networks', () => {
  const cases: readonly { readonly theorems: readonly ('D3' | 'D4' | 'D6' | 'D7')[]; readonly networks: readonly Network[]; readonly samples: number; readonly draws: number }[] = [
    { theorems: ['D4', 'D3'], networks: CHAIN, samples: 20_000, draws: 40 },
    { theorems: ['D6', 'D7'], networks: TRANSFORMERS, samples: 20_000, draws: 25 },
  ]; // prettier-ignore
  for (const { theorems, networks, samples, draws } of cases)
    it(`${theorems.join(' and ')}: the excess of the trained network stays below, D4’s and D6’s below the loss’s range`, () => {
      const random = new Random(theorems.join());
      const totals = theorems.map(theorem => bounds[theorem](samples));
      assert.ok(totals[0]! < 1, `informative: ${totals[0]!}`);
      const violated = theorems.map(() => 0);
      for (let draw = 0; draw < draws; draw++) {
        const world: World = { chance: random.uniform(), targets: [random.uniform(), -random.uniform()] };
        const share = drawnShare(random, samples, world.chance);
        const empirical = networks.map(network => risk(network, share, world));
        const trained = networks[empirical.indexOf(Math.min(...empirical))]!;
        const excess = risk(trained, world.chance, world) - Math.min(...networks.map(network => risk(network, world.chance, world)));
        totals.forEach((total, k) => (violated[k]! += excess > total ? 1 : 0));
      }
      violated.forEach((count, k) => assert.ok(count <= mostFailures(draws, FAILURE), `${theorems[k]}: ${count} of ${draws}`));
    });

  it('D4 and D5 hold for every network of the class at once, at few samples where chance is at work', () => {
    const random = new Random('uniform');
    const samples = 200;
    const draws = 150;
    const violated = { D4: 0, D5: 0 };
    const deviation = bounds.D4(samples) / 2;
    const logCovering = sumOfShares(problem(samples));
    const lossBound = (empirical: number) =>
      optimisticLossBound(empirical, logCovering, coverResolution(problem(samples)), problem(samples));
    for (let draw = 0; draw < draws; draw++) {
      const world: World = { chance: random.uniform() ** 3, targets: [random.uniform(), -random.uniform()] };
      const share = drawnShare(random, samples, world.chance);
      const worse = (test: (empirical: number, truth: number) => boolean) =>
        CHAIN.some(network => test(risk(network, share, world), risk(network, world.chance, world)));
      if (worse((empirical, truth) => Math.abs(truth - empirical) > deviation)) violated.D4++;
      if (worse((empirical, truth) => truth > empirical && truth > lossBound(empirical))) violated.D5++;
    }
    for (const [theorem, count] of Object.entries(violated))
      assert.ok(count <= mostFailures(draws, FAILURE), `${theorem}: ${count} of ${draws}`);
  });

  it('D3 falls below the range once samples are many, and D5 beats D4 where the training loss is small', () => {
    assert.ok(bounds.D3(3e6) < 4 && bounds.D3(3e8) < 0.6, `${bounds.D3(3e6)}, ${bounds.D3(3e8)}`);
    assert.ok(bounds.D5(20_000, 0.001) < 0.2 * bounds.D4(20_000));
  });
});
