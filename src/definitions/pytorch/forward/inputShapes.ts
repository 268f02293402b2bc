import type { Composition } from '../../../architecture/composition';
import type { Value } from '../../python/values';
import { ModuleValue } from '../moduleValue';
import { dimension, type Dimension } from './dimension';
import { axisArgument, numberArgument, weightShape } from './moduleArguments';
import { BATCH } from './recorder';

/** One shape that the model's input may have, and what says so. */
export interface InputShape {
  readonly sides: readonly Dimension[];
  readonly from: Composition['inputFrom'];
}

const batch = dimension(1, BATCH);

/** The shape in `# boundlens: Net() on (3, 32, 32)`: one input without its batch. Undefined for a text that is none. */
export function directiveShape(text: string | undefined): InputShape | undefined {
  const sides = text
    ?.replaceAll(/[()\s]/g, '')
    .split(',')
    .filter(Boolean);
  if (!sides || sides.length === 0 || !sides.every(side => /^\d+$/.test(side))) return undefined;
  return { sides: [batch, ...sides.map(side => dimension(Number(side)))], from: 'directive' };
}

const IMAGE_SIZES = ['img_size', 'image_size', 'input_size', 'image_resolution', 'input_resolution'];
const CHANNELS = ['in_chans', 'in_channels', 'num_channels', 'channels', 'n_channels', 'in_planes'];

/** Shapes to try for the first tensor that `forward` takes, likeliest first: from the model's own sizes, then from its first layer. */
export function inputShapes(module: ModuleValue, given: ReadonlyMap<string, Value>): InputShape[] {
  const size = imageSize(module, given);
  const first = firstLayers(module);
  const channels = channelsOf(given) ?? first.flatMap(layer => (/Conv2d$/.test(layer.base) ? [convolutionInputs(layer) ?? 3] : []))[0];
  const shapes: InputShape[] = [];
  if (size) {
    for (const count of channels === undefined ? [3, 1] : [channels, 3, 1])
      shapes.push({ sides: [batch, dimension(count), dimension(size[0]!), dimension(size[1]!)], from: 'arguments' });
  }
  for (const layer of first) shapes.push(...shapesOfLayer(layer));
  return shapes.filter((shape, index) => shapes.findIndex(other => nameOf(other) === nameOf(shape)) === index);
}

const nameOf = ({ sides }: InputShape): string => sides.map(side => [side.factor, ...side.symbols].join('·')).join();

/** The size of an image among the construction arguments, or kept by the model or a part of it. */
function imageSize(module: ModuleValue, given: ReadonlyMap<string, Value>): readonly number[] | undefined {
  const holders = [given, module.attributes, ...[...module.children()].map(([, child]) => child.attributes)];
  for (const holder of holders) {
    for (const name of IMAGE_SIZES) {
      const size = axisArgument(holder.get(name), 2, undefined);
      if (size?.every(side => side > 0)) return size;
    }
  }
  return undefined;
}

function channelsOf(given: ReadonlyMap<string, Value>): number | undefined {
  for (const name of CHANNELS) {
    const value = given.get(name);
    if (value?.kind === 'integer') return value.value;
  }
  return undefined;
}

/** The first layers that say how wide their input is, in the order of the source. */
function firstLayers(module: ModuleValue): ModuleValue[] {
  const found: ModuleValue[] = [];
  for (const each of module.modules()) {
    if (
      /^torch\.nn\.(Linear|Conv[123]d|ConvTranspose[123]d|Embedding|LayerNorm|BatchNorm[123]d|MultiheadAttention|Transformer\w+Layer|LSTM|GRU|RNN)$/.test(
        each.base,
      )
    )
      found.push(each);
    if (found.length === 3) break;
  }
  return found;
}

function convolutionInputs(layer: ModuleValue): number | undefined {
  return numberArgument(layer, 'in_channels');
}

/** Sides that are free: names as a reader expects them. */
function shapesOfLayer(layer: ModuleValue): InputShape[] {
  const shape = (...sides: Dimension[]): InputShape => ({ sides: [batch, ...sides], from: 'first layer' });
  const free = (name: string) => dimension(1, name);
  const window = /(Conv|ConvTranspose|BatchNorm)([123])d$/.exec(layer.base);
  if (window) {
    const width = numberArgument(layer, window[1] === 'BatchNorm' ? 'num_features' : 'in_channels');
    return width === undefined ? [] : [shape(dimension(width), ...['D', 'H', 'W'].slice(-Number(window[2])).map(free))];
  }
  if (layer.base.endsWith('Embedding')) return [shape(free('T'))];
  const width = widthOf(layer);
  if (width === undefined) return [];
  const isToken = /Norm|Attention|Transformer|LSTM|GRU|RNN/.test(layer.base);
  const [flat, tokens] = [shape(dimension(width)), shape(free('N'), dimension(width))];
  return isToken ? [tokens, flat] : [flat, tokens];
}

function widthOf(layer: ModuleValue): number | undefined {
  if (layer.base.endsWith('Linear')) return weightShape(layer)?.[1];
  if (layer.base.endsWith('LayerNorm')) return weightShape(layer)?.[0];
  return ['embed_dim', 'd_model', 'input_size'].map(name => numberArgument(layer, name)).find(width => width !== undefined);
}
