import type { StartLaw, StateTensor, UnknownStart } from '../../../architecture/computation';
import { constantLaw, torchStartLaw } from '../../../architecture/torch/startLaws';
import type { Value } from '../../python/values';
import { ModuleValue } from '../moduleValue';
import { numbersLaw } from '../tensorArrays';
import { ParameterValue, TensorValue } from '../tensors';

/** What a model's state dict holds, and the further names under which it holds tensors that layers share. */
export interface State {
  readonly tensors: readonly StateTensor[];
  readonly aliases: Readonly<Record<string, string>>;
}

const bareName = ({ base }: ModuleValue): string => base.replace(/^torch\.nn\./, '');

/** The state of a module: parameters and buffers by their names in PyTorch, each with how it starts. */
export function stateOf(root: ModuleValue): State {
  const tensors: StateTensor[] = [];
  const aliases: Record<string, string> = {};
  const names = new Map<Value, string>();
  const add = (module: ModuleValue, path: string, parent: ModuleValue | undefined): void => {
    const weight = module.attributes.get('weight');
    const weightShape = weight instanceof ParameterValue && weight.shape.known ? weight.shape.value : undefined;
    for (const [attribute, value] of module.attributes) {
      const name = path === '' ? attribute : `${path}.${attribute}`;
      const isBuffer = module.buffers.has(attribute);
      if (!(value instanceof ParameterValue) && !isBuffer) continue;
      const first = value instanceof ParameterValue ? names.get(value) : undefined;
      if (first !== undefined) aliases[name] = first;
      names.set(value, first ?? name);
      const shape = isBuffer ? module.buffers.get(attribute)! : (value as ParameterValue).shape;
      if (first !== undefined || !shape.known) continue;
      const law = torchStartLaw(bareName(module), attribute, shape.value, weightShape, parent && bareName(parent));
      const line = (value instanceof ParameterValue ? value.range : undefined)?.startLine ?? module.construction.range.startLine;
      const role = isBuffer ? 'buffer' : (value as ParameterValue).learnable ? 'trained' : 'frozen';
      const transient = isBuffer && module.transient.has(attribute) ? { isTransient: true as const } : {};
      tensors.push({ name, shape: shape.value, start: startOf(module, attribute, value, law), role, line, ...transient });
    }
    for (const [attribute, value] of module.attributes)
      if (value instanceof ModuleValue) add(value, path === '' ? attribute : `${path}.${attribute}`, module);
  };
  add(root, '', undefined);
  return { tensors, aliases };
}

function startOf(module: ModuleValue, attribute: string, value: Value, law: StartLaw | undefined): StartLaw | UnknownStart {
  if (value instanceof ParameterValue && value.start) return value.start;
  if (module.base === 'torch.nn.PReLU' && attribute === 'weight') {
    const start = module.arguments.init;
    return constantLaw(start?.known && typeof start.value === 'number' ? start.value : 0.25);
  }
  if (law) return law;
  if (value instanceof TensorValue && value.numbers) return numbersLaw(value.numbers);
  if (value instanceof TensorValue && value.start) return value.start;
  return { kind: 'not known', why: 'the source does not say what it starts from in a form that is followed' };
}
