import type { Architecture, Known, Layer, PlainValue } from './architecture';

/** The nearest encoder that BoundLens builds itself, as a study writes it: a `vit` for whatever attends, a masked autoencoder's decoder aside. */
export function nearestProxy({ layers, arguments: given = [] }: Pick<Architecture, 'layers' | 'arguments'>): string {
  const all = flat(layers);
  const blocks = attentionBlocks(layers);
  const width = widthOf(flat(blocks.slice(0, 1))) ?? widthOf(all);
  if (blocks.length > 0 && width !== undefined) {
    const told = (names: readonly string[]): number | undefined => {
      const found = [
        ...flat(blocks.slice(0, 1)).map(each => each.arguments),
        Object.fromEntries(given.map(each => [each.name, each.value])),
      ];
      return found
        .flatMap(each => names.map(name => each[name]))
        .map(numberIn)
        .find(each => each !== undefined);
    };
    const heads = told(['num_heads', 'nhead', 'n_heads', 'heads']) ?? 4;
    return `{ "kind": "vit", "patch": ${patchIn(all) ?? told(['patch_size', 'patch']) ?? '…'}, "width": ${width}, "depth": ${blocks.length}, "heads": ${heads} }`;
  }
  const channels = all.filter(({ kind }) => kind === 'convolution').map(outputsOf);
  if (channels.length > 0) return `{ "kind": "convolutional", "channels": [${distinctStages(channels).join(', ')}] }`;
  const widths = all.filter(({ kind }) => kind === 'linear').map(outputsOf);
  return `{ "kind": "deep net", "widths": [${widths.slice(0, 6).join(', ') || '256, 64'}] }`;
}

/** The first list of blocks that all attend, an encoder's before a decoder's; every attention where there is no such list. */
function attentionBlocks(layers: readonly Layer[]): readonly Layer[] {
  return listOfBlocks(layers) ?? flat(layers).filter(isAttention);
}

function listOfBlocks(layers: readonly Layer[]): readonly Layer[] | undefined {
  for (const { children } of layers) {
    const inner = listOfBlocks(children);
    if (inner) return inner;
    const [first] = children;
    if (first && children.every(each => each.type === first.type && !isAttention(each) && attends(each))) return children;
  }
  return undefined;
}

const isAttention = ({ kind, type }: Layer): boolean => kind === 'attention' || /attention$/i.test(type);

/** Whether a layer holds an attention, or is called as blocks are that hold one and cannot be looked into. */
const attends = (layer: Layer): boolean =>
  flat(layer.children).some(isAttention) || (!layer.parameters.known && /(Block|EncoderLayer)$/.test(layer.type));

const flat = (layers: readonly Layer[]): Layer[] => layers.flatMap(layer => [layer, ...flat(layer.children)]);

const numberIn = (value: Known<PlainValue> | undefined): number | undefined => {
  if (!value?.known) return undefined;
  const [side] = Array.isArray(value.value) ? (value.value as readonly unknown[]) : [value.value];
  return typeof side === 'number' ? side : undefined;
};

/** The side of a convolution's kernel that is its stride. */
function patchIn(layers: readonly Layer[]): number | undefined {
  const sides = layers
    .filter(({ kind }) => kind === 'convolution')
    .map(each => [numberIn(each.arguments['kernel_size']), numberIn(each.arguments['stride'] ?? each.arguments['strides'])] as const);
  return sides.find(([kernel, stride]) => kernel !== undefined && kernel > 1 && kernel === stride)?.[0];
}

const shapeOf = (layer: Layer): readonly number[] => (layer.parameters.known ? (layer.parameters.value[0]?.shape ?? []) : []);

const outputsOf = ({ parameters }: Layer): number => {
  const [weight] = parameters.known ? parameters.value : [];
  return weight?.outputs ?? weight?.shape[0] ?? 64;
};

/** The width of tokens: what a normalisation or an attention works on. */
const widthOf = (layers: readonly Layer[]): number | undefined =>
  [...layers.filter(({ kind }) => kind === 'normalisation'), ...layers.filter(({ kind }) => kind === 'attention')]
    .map(layer => shapeOf(layer).at(-1))
    .find(width => width !== undefined);

/** The widths of convolutions where they change, six at most. */
const distinctStages = (channels: readonly number[]): readonly number[] =>
  channels.filter((width, index) => width !== channels[index - 1]).slice(0, 6);
