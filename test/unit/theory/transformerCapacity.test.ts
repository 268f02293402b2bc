import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import type { Matrix } from '../../../src/theory/matrix';
import {
  transformerCovering,
  transformerCoveringConstant,
  weightGroups,
  type TransformerNetwork,
} from '../../../src/theory/transformerCapacity';
import { transformerNorms, type NormalisationPlace } from '../../../src/theory/transformerNorms';
import {
  add,
  described,
  largestRow,
  matrixOfNorm,
  randomTransformer,
  runBlocks,
  runTransformer,
  spectralNorm,
  type SmallTransformer,
} from './smallTransformer';
import { close, normalMatrix } from './support';

const WIDTH = 4;
const TOKENS = 3;
const PLACES: readonly NormalisationPlace[] = ['none', 'pre', 'post'];
const PATCH_NORM = 1;

/** Patches of norm at most `norm`. */
function patches(random: Random, norm: number): Matrix {
  const matrix = normalMatrix(random, TOKENS, WIDTH);
  const factor = (norm * random.uniform()) / largestRow(matrix);
  return { ...matrix, values: Float64Array.from(matrix.values, value => factor * value) };
}

/** The network with `change` added to the k-th of its weight groups, in the order of `weightGroups`. */
function changed(network: SmallTransformer, k: number, change: Matrix): SmallTransformer {
  let place = 0;
  const next = (matrix: Matrix): Matrix => (place++ === k ? add(matrix, change) : matrix);
  const embedding = next(network.embedding);
  const blocks = network.blocks.map(({ heads, first, second }) => ({
    heads: heads.map(head => ({ value: next(head.value), queryKey: next(head.queryKey) })),
    first: next(first),
    second: next(second),
  }));
  return { ...network, embedding, blocks, decoder: next(network.decoder) };
}

describe('transformers as the theory sees them', () => {
  for (const place of PLACES)
    for (const heads of [1, 2])
      it(`keep within range and Lipschitz constant (normalisation ${place}, ${heads} heads)`, () => {
        const random = new Random(`${place} ${heads}`);
        let closest = 0;
        for (let trial = 0; trial < 150; trial++) {
          const network = randomTransformer(random, place, WIDTH, heads, 1, 1.2);
          const radius = 0.5 + random.uniform();
          const [x, direction] = [patches(random, radius), normalMatrix(random, TOKENS, WIDTH)];
          const y = add(x, direction, 1e-4 / largestRow(direction));
          const norms = transformerNorms(described(network, 1).blocks, Math.max(largestRow(x), largestRow(y)), 1);
          const moved = largestRow(add(runBlocks(network, x), runBlocks(network, y), -1)) / largestRow(add(x, y, -1));
          assert.ok(moved <= norms.lipschitz[0]! * (1 + 1e-6), `${moved} against ${norms.lipschitz[0]}`);
          assert.ok(largestRow(runBlocks(network, x)) <= norms.rows[1]! * (1 + 1e-9));
          closest = Math.max(closest, moved / norms.lipschitz[0]!);
        }
        assert.ok(closest > 0.05, `the constant is no bound worth testing: ${closest}`);
      });

  it('reach the range and Lipschitz constant of one token without normalisation: aligned weights', () => {
    const one: Matrix = { rows: 1, columns: 1, values: Float64Array.of(1) };
    const network: SmallTransformer = { place: 'none', embedding: one, decoder: one, blocks: [{ heads: [{ value: one, queryKey: { ...one, values: Float64Array.of(0) } }], first: one, second: one }] }; // prettier-ignore
    const norms = transformerNorms(described(network, 1).blocks, 1, 1);
    close(runBlocks(network, one).values[0]!, norms.rows[1]!);
    close(norms.lipschitz[0]!, 1.7 * 1.7);
  });

  for (const place of PLACES)
    it(`move by at most κ‖ΔW‖ when one matrix of two blocks changes (normalisation ${place})`, () => {
      const random = new Random(`sensitivity ${place}`);
      for (let trial = 0; trial < 10; trial++) {
        const network = randomTransformer(random, place, WIDTH, 2, 2, 1);
        const input = patches(random, PATCH_NORM);
        const output = runTransformer(network, input);
        const count = weightGroups(described(network, PATCH_NORM)).length;
        assert.equal(count, 2 + 2 * (2 * 2 + 2));
        for (let k = 0; k < count; k++) {
          const other = changed(network, k, matrixOfNorm(random, WIDTH, WIDTH, 0.05 * random.uniform()));
          const [before, after] = [weightGroups(described(network, PATCH_NORM))[k]!, weightGroups(described(other, PATCH_NORM))[k]!];
          const sensitivity = Math.max(...[before, after].map(({ inputNorm, logAmplification }) => inputNorm * Math.exp(logAmplification)));
          const moved = largestRow(add(runTransformer(other, input), output, -1));
          const size = spectralNorm(add(matrixAt(other, k), matrixAt(network, k), -1));
          assert.ok(moved <= sensitivity * size * (1 + 1e-9), `${before.name}: ${moved} against ${sensitivity * size}`);
        }
      }
    });

  it('cost more with every norm: the recursion rises in r, v, q, f and the scales', () => {
    const block = {
      attentionScale: 0.5,
      feedForwardScale: 0.5,
      heads: [{ value: 1, queryKey: 1 }],
      feedForward: [1, 1],
      keyWidth: 16,
    } as const;
    const base = transformerNorms([block], 1, 1).lipschitz[0]!;
    const changes: Readonly<Record<string, number>> = {
      r: transformerNorms([block], 1.5, 1).lipschitz[0]!,
      v: transformerNorms([{ ...block, heads: [{ value: 1.5, queryKey: 1 }] }], 1, 1).lipschitz[0]!,
      q: transformerNorms([{ ...block, heads: [{ value: 1, queryKey: 1.5 }] }], 1, 1).lipschitz[0]!,
      f: transformerNorms([{ ...block, feedForward: [1.5, 1] }], 1, 1).lipschitz[0]!,
      'α₁': transformerNorms([{ ...block, attentionScale: 0.6 }], 1, 1).lipschitz[0]!,
      'α₂': transformerNorms([{ ...block, feedForwardScale: 0.6 }], 1, 1).lipschitz[0]!,
      'a second head': transformerNorms([{ ...block, heads: [...block.heads, ...block.heads] }], 1, 1).lipschitz[0]!,
    };
    for (const [what, value] of Object.entries(changes)) assert.ok(value > base, what);
  });

  it('D7 grows with the square root of the number of tokens and of samples; D6 does not know tokens', () => {
    const network: TransformerNetwork = described(randomTransformer(new Random(3), 'none', WIDTH, 1, 2, 1), PATCH_NORM);
    const at = (tokens: number, samples: number) =>
      transformerCoveringConstant(network, tokens, WIDTH, { samples, lossLipschitz: 4, lossRange: 4 });
    close(at(64, 1000), 4 * at(4, 1000));
    close(at(4, 9000), 3 * at(4, 1000));
    const finer = transformerCovering(network, 1e-6) - transformerCovering(network, 1e-3);
    const parameters = weightGroups(network).reduce((sum, { size }) => sum + size.parameters!, 0);
    assert.ok(
      finer > 0.9 * parameters * Math.log(1000) && finer <= parameters * Math.log(1000),
      'a thousand times finer costs ln 1000 a parameter',
    );
  });

  it('stay finite for a deep network whose Lipschitz constant overflows', () => {
    const shallow = described(randomTransformer(new Random(5), 'none', WIDTH, 1, 1, 1), PATCH_NORM);
    const block = { ...shallow.blocks[0]!, heads: [{ value: 8, queryKey: 100 }], feedForward: [5, 5] as const };
    const deep: TransformerNetwork = { ...shallow, blocks: Array.from({ length: 24 }, () => block) };
    assert.ok(transformerNorms(deep.blocks, 1, 1).tails[0]! === Infinity);
    const covering = transformerCovering(deep, 1e-3);
    assert.ok(Number.isFinite(covering) && covering > 1e5, `${covering}`);
  });

  it('pre-normalised blocks add to the range instead of multiplying it', () => {
    const network = described(randomTransformer(new Random(4), 'pre', WIDTH, 1, 3, 1), PATCH_NORM);
    const { rows } = transformerNorms(network.blocks, 1, 1);
    const c = network.blocks[0]!.normalisation!.rowNorm;
    network.blocks.forEach((block, l) => {
      const added =
        block.attentionScale * block.heads[0]!.value * c + block.feedForwardScale * block.feedForward[0] * block.feedForward[1] * c;
      close(rows[l + 1]!, rows[l]! + added);
    });
    const final = transformerNorms(network.blocks, 1, 2, { rowNorm: 5, lipschitz: 3 });
    close(final.tails.at(-1)!, 6);
    assert.equal(final.decoderInput, 5);
  });
});

function matrixAt(network: SmallTransformer, k: number): Matrix {
  const all = [
    network.embedding,
    ...network.blocks.flatMap(({ heads, first, second }) => [...heads.flatMap(head => [head.value, head.queryKey]), first, second]),
    network.decoder,
  ];
  return all[k]!;
}
