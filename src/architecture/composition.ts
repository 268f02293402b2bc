/** One side of a tensor: a number, an expression in sides that are free as `B` or `49·B`, or null where it is not known. */
export type Side = number | string | null;

/** The sides of a tensor, batch first; null when not even their number is known. */
export type Shape = readonly Side[] | null;

/**
 * How much a map can stretch a difference, weights aside: its Lipschitz factor in the Euclidean norm of a sample and in the largest norm of a row
 * (the vector of features at one token or pixel). Null where the map has no finite factor in that norm or none that is known.
 */
export interface Gain {
  readonly euclidean: number | null;
  readonly rows: number | null;
}

/** The input of the model, a tensor that depends on neither input nor weights, or a learnable tensor that is used as it is. */
export type Source =
  | { readonly kind: 'input'; readonly name: string }
  /** `entry` bounds the absolute value of its entries; null when it is not known. */
  | { readonly kind: 'constant'; readonly entry: number | null }
  | { readonly kind: 'parameter'; readonly path: string };

/** A learnable linear map: its spectral norm as a matrix times the gain bounds what it does to a difference. */
export interface LayerNode {
  readonly kind: 'layer';
  /** Path of the layer and name of its tensor; the name is empty for a bare parameter. */
  readonly path: string;
  readonly tensor: string;
  readonly gain: Gain;
}

/** Rows of a table, chosen by a discrete input: no difference passes through, only the table counts. */
export interface LookupNode {
  readonly kind: 'lookup';
  readonly path: string;
  readonly tensor: string;
}

/** A map without weights. */
export interface MapNode {
  readonly kind: 'activation' | 'pooling' | 'reshape' | 'selection' | 'gather' | 'masking' | 'padding' | 'resampling' | 'scale' | 'dropout';
  /** The operation as written: `F.relu`, `permute`. */
  readonly name: string;
  readonly gain: Gain;
  /** Absolute value of every entry of the image of 0; 0 when absent. */
  readonly offset?: number;
  /** Bound on the absolute value of every entry of the result, whatever the input. */
  readonly entry?: number;
}

/** Division by a standard deviation, after subtracting a mean where `centred`. */
export interface NormalisationNode {
  readonly kind: 'normalisation';
  /** Path of its layer, whose `weight` and `bias` scale and shift the result; null when it has none. */
  readonly path: string | null;
  /** Names of the tensors that scale and shift, where they are not `weight` and `bias`: Keras' `gamma` and `beta`, Flax' `scale`. */
  readonly gain?: string;
  readonly shift?: string;
  /** `batch`: by running statistics, fixed once trained. Otherwise over the features of a row, or over more of the sample. */
  readonly over: 'batch' | 'rows' | 'sample';
  /** How many values share one standard deviation; null for `batch` or when it is not known. */
  readonly size: number | null;
  readonly epsilon: number;
}

/** softmax(scale · Q Kᵀ + constant) V with rows over tokens; inputs are queries, keys, values. */
export interface AttentionNode {
  readonly kind: 'attention';
  readonly scale: number;
  /** The layers that make queries, keys and values, by path; null where no single layer does. */
  readonly projections: { readonly query: string | null; readonly key: string | null; readonly value: string | null };
}

/** What joins several results. */
export type JoinNode =
  /** `identity` is the input that the other inputs were computed from: a skip connection. */
  | { readonly kind: 'sum'; readonly identity?: number }
  | { readonly kind: 'concatenation'; readonly along: 'features' | 'positions' }
  /** Two results multiplied entry by entry or as matrices. */
  | { readonly kind: 'product'; readonly of: 'entries' | 'matrices' };

/** An operation that is not known; it is never taken for the identity. */
export interface UnknownNode {
  readonly kind: 'unknown';
  readonly name: string;
  readonly why: string;
}

export type Operation = Source | LayerNode | LookupNode | MapNode | NormalisationNode | AttentionNode | JoinNode | UnknownNode;

/** One step of a forward pass. */
export type CompositionNode = Operation & {
  /** Places of the steps whose results it takes, all before its own. */
  readonly inputs: readonly number[];
  readonly shape: Shape;
  /** How many rows (vectors of features) one sample has here; null when it is not known. */
  readonly rows: number | null;
  /** Zero-based line that causes it. */
  readonly line: number;
};

/** How the layers of a definition are composed: the steps of one forward pass in evaluation mode, each after the ones it needs. */
export interface Composition {
  readonly nodes: readonly CompositionNode[];
  /** Places of the results that `forward` returns. */
  readonly outputs: readonly number[];
  /** Where the shape of the input comes from. */
  readonly inputFrom: 'directive' | 'arguments' | 'first layer' | 'not known';
}

/** A map that moves values about and changes none. */
export const ISOMETRY: Gain = { euclidean: 1, rows: 1 };

/** A learnable tensor's name, as in a composition and among a layer's parameters. */
export const tensorKey = (path: string, tensor: string): string => [path, tensor].filter(part => part !== '').join('.');

/**
 * The step whose result is the model's output for theory: the first output that depends on a layer and is not one number a sample; where all of them
 * are losses, the last layer before them. Undefined when nothing returned depends on a layer.
 */
export function mainOutput({ nodes, outputs }: Composition): number | undefined {
  const tensors = outputs.filter(place => isTensor(nodes[place]!.shape) && lastLayer(nodes, place) !== undefined);
  return tensors[0] ?? outputs.map(place => lastLayer(nodes, place)).find(place => place !== undefined);
}

const isTensor = (shape: Shape): boolean => shape === null || shape.length > 1;

function lastLayer(nodes: readonly CompositionNode[], output: number): number | undefined {
  const needed = new Set([output]);
  for (let place = output; place >= 0; place--) {
    if (!needed.has(place)) continue;
    const node = nodes[place]!;
    if (node.kind === 'layer') return place;
    for (const input of node.inputs) needed.add(input);
  }
  return undefined;
}
