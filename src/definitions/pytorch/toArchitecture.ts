import {
  known,
  unknown,
  type Architecture,
  type Known,
  type Layer,
  type Parameter,
  type SourceRange,
  type Unknown,
} from '../../architecture/architecture';
import { parameterCount } from '../../architecture/counts';
import type { UndecidedValue, Value } from '../python/values';
import { ModuleValue } from './moduleValue';
import { ParameterValue } from './tensors';

/** What was already listed: a module or tensor that is shared counts where it is met first, as in PyTorch. */
type Seen = Set<ModuleValue | ParameterValue>;

/** The architecture of a definition whose construction was evaluated. */
export function toArchitecture(name: string, range: SourceRange, module: ModuleValue): Architecture {
  const seen: Seen = new Set([module]);
  const own = ownTensors(module, seen);
  const hasOwn = own.trained.length + own.frozen.length + module.buffers.size > 0;
  const root: Layer[] = hasOwn ? [{ ...layerOf(module, '', own), children: [] }] : [];
  const layers = [...root, ...innerLayers(module, '', seen)];
  const doubt = doubtOf(module);
  return { framework: 'pytorch', name, range, layers, parameterCount: doubt ?? parameterCount(layers) };
}

/** Why a module may hold more than its attributes show. */
function doubtOf(module: ModuleValue): Unknown | undefined {
  const elements = new Set(module.elements?.keys);
  for (const [name, value] of module.attributes) {
    if (value.kind === 'undecided' && elements.has(name)) return value.reason;
    if (value instanceof ParameterValue && !value.range && value.doubt) return value.doubt;
    if (module.doubts.length === 0 && value.kind === 'undecided' && !value.plain && !value.call) return value.reason;
  }
  return module.doubts[0];
}

interface OwnTensors {
  readonly trained: readonly Parameter[];
  readonly frozen: readonly Parameter[];
}

/** The tensors that a layer of `torch.nn` brings with it. */
function ownTensors(module: ModuleValue, seen: Seen): OwnTensors {
  const [trained, frozen]: Parameter[][] = [[], []];
  for (const [name, value] of module.attributes) {
    if (!(value instanceof ParameterValue) || value.range || !value.shape.known || !isNew(value, seen)) continue;
    (value.learnable ? trained : frozen)!.push(tensor(name, value.shape.value, value.initialSpectralNorm));
  }
  return { trained: trained!, frozen: frozen! };
}

/** The state of a module that is no parameter; undefined when it has none. */
function buffersOf({ buffers }: ModuleValue): Known<readonly Parameter[]> | undefined {
  const all: Parameter[] = [];
  for (const [name, shape] of buffers) {
    if (!shape.known) return shape;
    all.push({ name, shape: shape.value });
  }
  return all.length > 0 ? known(all) : undefined;
}

function tensor(name: string, shape: readonly number[], initialSpectralNorm: number | undefined): Parameter {
  return initialSpectralNorm === undefined ? { name, shape } : { name, shape, initialSpectralNorm };
}

function isNew(value: ModuleValue | ParameterValue, seen: Seen): boolean {
  if (seen.has(value)) return false;
  seen.add(value);
  return true;
}

function innerLayers(module: ModuleValue, prefix: string, seen: Seen): Layer[] {
  const layers: Layer[] = [];
  for (const [name, value] of module.attributes) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const layer = innerLayer(value, path, seen);
    if (layer) layers.push(layer);
  }
  return layers;
}

function innerLayer(value: Value, path: string, seen: Seen): Layer | undefined {
  if (value instanceof ModuleValue) return isNew(value, seen) ? moduleLayer(value, path, seen) : undefined;
  if (value instanceof ParameterValue) return value.range && isNew(value, seen) ? parameterLayer(value, path, value.range) : undefined;
  return value.kind === 'undecided' && !value.plain && value.call ? unknownLayer(value, path, value.call) : undefined;
}

function moduleLayer(module: ModuleValue, path: string, seen: Seen): Layer {
  const own = ownTensors(module, seen);
  return { ...layerOf(module, path, own, doubtOf(module)), children: innerLayers(module, path, seen) };
}

function layerOf(module: ModuleValue, path: string, own: OwnTensors, doubt?: Unknown): Omit<Layer, 'children'> {
  const { type, kind, range } = module.construction;
  const buffers = buffersOf(module);
  const parameters = doubt ?? known(own.trained);
  const frozen = own.frozen.length > 0 ? { frozen: own.frozen } : {};
  return { path, type, kind, arguments: module.arguments, parameters, ...frozen, ...(buffers && { buffers }), range };
}

function parameterLayer(value: ParameterValue, path: string, range: SourceRange): Layer {
  const { shape, initialSpectralNorm, learnable } = value;
  const open = value.doubt ?? (shape.known ? undefined : shape);
  const own = shape.known ? [tensor('', shape.value, initialSpectralNorm)] : [];
  const parameters = open ?? known(learnable ? own : []);
  const layer: Layer = { path, type: 'nn.Parameter', kind: 'parameter', arguments: {}, parameters, children: [], range };
  return learnable || own.length === 0 ? layer : { ...layer, frozen: own };
}

function unknownLayer({ reason }: UndecidedValue, path: string, { type, range }: NonNullable<UndecidedValue['call']>): Layer {
  const parameters = unknown(reason.why, reason.line);
  return { path, type, kind: 'other', arguments: {}, parameters, children: [], range };
}
