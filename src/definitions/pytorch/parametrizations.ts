import { known, unknown } from '../../architecture/architecture';
import type { Call, Value } from '../python/values';
import { ModuleValue } from './moduleValue';
import { ParameterValue, TensorValue } from './tensors';

/** `torch.nn.utils.weight_norm`, `spectral_norm` and their successors in `parametrizations`, with the names that PyTorch gives. */
export function parametrized(path: string, call: Call): Value | undefined {
  const [, inside, kind] = /^torch\.nn\.utils\.(parametrizations\.)?(weight_norm|spectral_norm)$/.exec(path) ?? [];
  const [module] = call.positional;
  if (kind === undefined || !(module instanceof ModuleValue) || call.spread) return undefined;
  const name = argument(call, 1, 'name') ?? { kind: 'string', value: 'weight' };
  const tensor = name.kind === 'string' ? module.attributes.get(name.value) : undefined;
  const dimension = call.keywords.get('dim') ?? (kind === 'weight_norm' ? call.positional[2] : undefined);
  if (name.kind !== 'string' || !(tensor instanceof ParameterValue) || !tensor.shape.known || dimension) {
    module.doubts.push(unknown(`\`${call.type}(…)\` is not followed here`, call.range.startLine));
    return module;
  }
  const shape = tensor.shape.value;
  module.attributes.set(name.value, new TensorValue(tensor.shape));
  const rows = kind === 'spectral_norm' && /ConvTranspose/.test(module.base) ? 1 : 0;
  const vectors = [shape[rows] ?? 1, shape.reduce((size, side) => size * side, 1) / (shape[rows] ?? 1)];
  const gain = new ParameterValue(known(shape.map((side, place) => (place === 0 ? side : 1))), undefined);
  gain.learnable = tensor.learnable;
  if (inside === undefined) {
    if (kind === 'weight_norm') set(module, [`${name.value}_g`, gain], [`${name.value}_v`, tensor]);
    else {
      set(module, [`${name.value}_orig`, tensor]);
      setBuffers(module, [`${name.value}_u`, `${name.value}_v`], vectors);
    }
    return module;
  }
  const inner = (type: string) => new ModuleValue(undefined, 'torch.nn.Module', { type, kind: 'other', range: call.range });
  const [all, list, rule] = [
    inner('ModuleDict'),
    inner('ParametrizationList'),
    inner(kind === 'weight_norm' ? '_WeightNorm' : '_SpectralNorm'),
  ];
  const before = module.attributes.get('parametrizations');
  const holder = before instanceof ModuleValue ? before : all;
  module.attributes.set('parametrizations', holder);
  holder.attributes.set(name.value, list);
  if (kind === 'weight_norm') set(list, ['original0', gain], ['original1', tensor]);
  else {
    set(list, ['original', tensor]);
    setBuffers(rule, ['_u', '_v'], vectors);
  }
  list.attributes.set('0', rule);
  return module;
}

const argument = (call: Call, place: number, name: string): Value | undefined => call.positional[place] ?? call.keywords.get(name);

function set(module: ModuleValue, ...tensors: readonly (readonly [string, ParameterValue])[]): void {
  for (const [name, tensor] of tensors) module.attributes.set(name, tensor);
}

function setBuffers(module: ModuleValue, names: readonly string[], lengths: readonly number[]): void {
  for (const [place, name] of names.entries()) module.buffers.set(name, known([lengths[place]!]));
}
