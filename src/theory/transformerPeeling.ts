import { peel } from './peeling';
import type { MatrixSize, TransformerNetwork } from './transformerCapacity';
import type { LayerNormalisation } from './transformerNorms';

const LEAST = 1e-12;

/**
 * A transformer whose norms were measured after training, each rounded up to a grid that was fixed before, with what the union bound over the grid costs in
 * nats ("peeling" in docs/theory.md). All that the training can have moved is rounded: spectral norms, ‖·‖_{2,1} where it is given, gains and shifts of
 * normalisations through what bounds need of them, the embedding. A norm of 0 counts as 10⁻¹², since a cap may always be larger.
 */
export function peelTransformer(network: TransformerNetwork): { readonly network: TransformerNetwork; readonly nats: number } {
  const measured: number[] = [];
  replaceNorms(network, value => {
    measured.push(Math.max(value, LEAST));
    return value;
  });
  const { rounded, nats } = peel(measured, 1 + 1 / measured.length);
  let at = 0;
  return { network: replaceNorms(network, () => rounded[at++]!), nats };
}

/** The same network with every measured norm replaced, always in the same order. */
function replaceNorms(network: TransformerNetwork, change: (value: number) => number): TransformerNetwork {
  const size = (one: MatrixSize): MatrixSize => (one.groupNorm === undefined ? one : { ...one, groupNorm: change(one.groupNorm) });
  const normalisation = <T extends LayerNormalisation>(one: T): T => ({
    ...one,
    rowNorm: change(one.rowNorm),
    lipschitz: change(one.lipschitz),
  });
  return {
    ...network,
    embeddingNorm: change(network.embeddingNorm),
    decoder: { norm: change(network.decoder.norm), size: size(network.decoder.size) },
    ...(network.embedding && { embedding: { norm: change(network.embedding.norm), size: size(network.embedding.size) } }),
    ...(network.finalNormalisation && { finalNormalisation: normalisation(network.finalNormalisation) }),
    blocks: network.blocks.map(block => ({
      ...block,
      heads: block.heads.map(head => ({ value: change(head.value), queryKey: change(head.queryKey) })),
      feedForward: [change(block.feedForward[0]), change(block.feedForward[1])],
      ...(block.normalisation && { normalisation: normalisation(block.normalisation) }),
      sizes: {
        heads: block.sizes.heads.map(head => ({ value: size(head.value), queryKey: size(head.queryKey) })),
        feedForward: [size(block.sizes.feedForward[0]), size(block.sizes.feedForward[1])],
      },
    })),
  };
}
