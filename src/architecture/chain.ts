import { tensorKey, type Composition, type CompositionNode } from './composition';

/** A tensor of a chain of layers, by the path of its layer and its name. */
export interface ChainTensor {
  readonly path: string;
  readonly tensor: string;
}

/** The tensors of a chain in the order in which a forward pass uses them, or what breaks it as one clause. */
export type Chain = { readonly tensors: readonly ChainTensor[] } | { readonly broken: string };

const keyOf = (node: CompositionNode): string | undefined => (node.kind === 'layer' ? tensorKey(node.path, node.tensor) : undefined);

/**
 * Whether a forward pass uses some matrices one after the other, with nothing between them but piecewise linear activations through 0, reshapes and dropout.
 * @param keys the matrices, named as `tensorKey` does
 */
export function chainThrough({ nodes }: Composition, keys: ReadonlySet<string>): Chain {
  const places = nodes.flatMap((node, place) => (keys.has(keyOf(node) ?? '') ? [place] : []));
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return { broken: 'no matrix of it is used in `forward`' };
  const tensors: ChainTensor[] = [];
  for (let place = last; ; place = nodes[place]!.inputs[0]!) {
    const node = nodes[place];
    if (!node || place < first) return { broken: 'its matrices are not used one after the other' };
    const broken = obstacle(node, keys);
    if (broken !== undefined) return { broken };
    if (node.kind === 'layer') tensors.unshift({ path: node.path, tensor: node.tensor });
    if (place === first) break;
  }
  if (tensors.length < keys.size || tensors.length > new Set(tensors.map(({ path, tensor }) => tensorKey(path, tensor))).size)
    return { broken: 'its matrices are not each used once, one after the other' };
  return { tensors };
}

function obstacle(node: CompositionNode, keys: ReadonlySet<string>): string | undefined {
  switch (node.kind) {
    case 'layer':
      return keys.has(keyOf(node)!) ? undefined : `${keyOf(node)!} lies between its matrices`;
    case 'activation':
      return /relu|identity/i.test(node.name) && !/relu6|rrelu|celu|selu|gelu/i.test(node.name)
        ? undefined
        : `${node.name} is not piecewise linear through 0`;
    case 'reshape':
    case 'dropout':
      return undefined;
    default:
      return `${'name' in node ? node.name : node.kind} lies between its matrices`;
  }
}
