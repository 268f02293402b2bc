import { unknown, type Known } from '../../architecture/architecture';
import type { Context } from '../python/context';
import { builtin, list, NONE, text, tuple, undecidedPlain, type BuiltinValue, type Call, type Value } from '../python/values';
import { extend } from './containers';
import { ModuleValue } from './moduleValue';
import { numbersLaw } from './tensorArrays';
import { ParameterValue, TensorValue } from './tensors';

type Method = (module: ModuleValue, call: Call, context: Context) => Value;

const argument = (call: Call, place: number, name: string): Value | undefined => call.positional[place] ?? call.keywords.get(name);

/** Sets an attribute whose name is an argument; a name that is not known leaves the module in doubt. */
const setNamed =
  (valueName: string): Method =>
  (module, call) => {
    const [name, value] = [argument(call, 0, 'name'), argument(call, 1, valueName)];
    if (name?.kind !== 'string' || !value) notFollowed(module, call);
    else if (module.elements && value.kind !== 'none') module.addElement(name.value, value);
    else module.attributes.set(name.value, value);
    return NONE;
  };

function notFollowed(module: ModuleValue, call: Call): void {
  module.doubts.push(unknown(`\`${call.type}(…)\` is not followed here`, call.range.startLine));
}

const itself: Method = module => module;
const nothing: Method = () => NONE;

const childList = (module: ModuleValue): readonly (readonly [string, ModuleValue])[] => [...module.children()];

/** Calls a function on every inner module and then on the module, as `Module.apply` does. */
const apply: Method = (module, call, context) => {
  const [action] = call.positional;
  if (!action || call.spread) notFollowed(module, call);
  else for (const each of [...module.modules()].reverse()) context.call(action, { ...call, positional: [each], keywords: new Map() });
  return module;
};

const setLearnable: Method = (module, call) => {
  const value = argument(call, 0, 'requires_grad');
  if (value && value.kind !== 'boolean') notFollowed(module, call);
  else for (const parameter of module.parameters()) parameter.learnable = value?.value ?? true;
  return module;
};

/** Lists what a module holds; in doubt as long as not all of it is known. */
const whole =
  (read: (module: ModuleValue) => Value[]): Method =>
  (module, call) => {
    const doubt = [...module.modules()].flatMap(each => each.doubts)[0];
    const isPlain = call.positional.length + call.keywords.size === 0;
    return list(
      read(module),
      doubt ?? (isPlain ? undefined : unknown(`the arguments of \`${call.type}(…)\` are not followed`, call.range.startLine)),
    );
  };

const named = (name: string, value: Value): Value => tuple([text(name), value]);

function shapeOfBuffer(value: Value, call: Call): Known<readonly number[]> {
  if (value instanceof TensorValue || value instanceof ParameterValue) return value.shape;
  return value.kind === 'undecided' ? value.reason : unknown('the tensor of this buffer is not known', call.range.startLine);
}

const METHODS: Readonly<Record<string, Method>> = {
  add_module: setNamed('module'),
  register_module: setNamed('module'),
  register_parameter: setNamed('param'),
  register_buffer: (module, call) => {
    const name = argument(call, 0, 'name');
    const value = argument(call, 1, 'tensor') ?? NONE;
    if (name?.kind === 'string') {
      module.attributes.set(name.value, value.kind === 'undecided' ? undecidedPlain(value.reason) : value);
      if (value.kind !== 'none') module.buffers.set(name.value, shapeOfBuffer(value, call));
      const persistent = argument(call, 2, 'persistent');
      if (persistent?.kind === 'boolean' && !persistent.value) module.transient.set(name.value, true);
      else module.transient.delete(name.value);
    } else module.buffers.set('', unknown('the name of a buffer is not known', call.range.startLine));
    return NONE;
  },
  append: (module, call) => {
    const [value] = call.positional;
    if (!value || !module.elements) notFollowed(module, call);
    else module.addElement(String(module.elements.keys.length), value);
    return module;
  },
  extend: (module, call, context) => {
    const [items] = call.positional;
    if (!items || !module.elements) notFollowed(module, call);
    else extend(module, items, call, context);
    return module;
  },
  values: whole(module => (module.elements?.keys ?? []).map(key => module.attributes.get(key)!)),
  keys: whole(module => (module.elements?.keys ?? []).map(text)),
  items: whole(module => (module.elements?.keys ?? []).map(key => named(key, module.attributes.get(key)!))),
  apply,
  requires_grad_: setLearnable,
  parameters: whole(module => module.parameters()),
  modules: whole(module => [...module.modules()]),
  children: whole(module => childList(module).map(([, child]) => child)),
  named_children: whole(module => childList(module).map(([name, child]) => named(name, child))),
  named_modules: whole(module => [...module.namedModules()].map(([name, each]) => named(name, each))),
  named_parameters: whole(module => [...module.namedParameters()].map(([name, each]) => named(name, each))),
  ...Object.fromEntries(
    ['to', 'cuda', 'cpu', 'float', 'half', 'double', 'bfloat16', 'train', 'eval', 'share_memory'].map(name => [name, itself]),
  ),
  ...Object.fromEntries(
    [
      'reset_parameters',
      '_reset_parameters',
      'init_weights',
      'load_state_dict',
      'state_dict',
      'zero_grad',
      'flatten_parameters',
      'save_hyperparameters',
    ]
      .concat(['register_forward_hook', 'register_forward_pre_hook', 'register_full_backward_hook', '_register_load_state_dict_pre_hook'])
      .map(name => [name, nothing]),
  ),
};

/** A method of `nn.Module` bound to a module; undefined when there is none of that name that is followed. */
export function moduleMethod(module: ModuleValue, name: string, context: Context): BuiltinValue | undefined {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  return method && builtin(call => method(module, call, context));
}

/** Carries out `parameter.requires_grad = …`; other attributes of a tensor do not matter here. */
export function assignToParameter(parameter: ParameterValue, name: string, assigned: Value, line: number): void {
  if (name === 'data') {
    const numbers = assigned instanceof TensorValue ? assigned.numbers : undefined;
    const start = assigned instanceof TensorValue || assigned instanceof ParameterValue ? assigned.start : undefined;
    parameter.start = numbers ? numbersLaw(numbers) : (start ?? { kind: 'not known', why: 'what `data` is set to is not followed' });
  }
  if (name !== 'requires_grad') return;
  if (assigned.kind === 'boolean') parameter.learnable = assigned.value;
  else
    parameter.doubt ??= assigned.kind === 'undecided' ? assigned.reason : unknown('whether this tensor is learnable is not decided', line);
}
