import { unknown } from '../../architecture/architecture';
import { builtin, integer, undecidedPlain, type Call, type Value } from '../python/values';
import { restart } from './startLaw';
import { itemValue, listValue, shapeValue, sizeValue } from './tensorFunctions';
import { split, tensorMethod } from './tensorMath';
import { ParameterValue, TensorValue, unknownTensor } from './tensors';

/** An attribute or method of a tensor; a method that is not followed makes a tensor of unknown shape. */
export function tensorAttribute(value: TensorValue | ParameterValue, name: string): Value | undefined {
  const tensor = value instanceof TensorValue ? value : new TensorValue(value.shape).within(value, false);
  switch (name) {
    case 'shape':
      return shapeValue(value);
    case 'data':
      return tensor;
    case 'T':
      return tensorMethod(tensor, 't', { positional: [], keywords: new Map(), range: NOWHERE, type: 'T' });
    case 'ndim':
      if (value.shape.known) return integer(value.shape.value.length);
      return undecidedPlain(value.shape);
    case 'device':
    case 'dtype':
    case 'grad':
    case 'requires_grad':
      return undecidedPlain(unknown(`\`${name}\` of a tensor is not followed`, 0));
    case 'size':
      return builtin(call => {
        const [place] = call.positional;
        if (!place) return shapeValue(value);
        const side = value.shape.known && place.kind === 'integer' ? value.shape.value.at(place.value) : undefined;
        return side === undefined ? undecidedPlain(unknown('this size is not known', call.range.startLine)) : integer(side);
      });
    case 'numel':
    case 'nelement':
      return builtin(() => sizeValue(value));
    case 'split':
      return builtin(call => split(tensor, call) ?? undecidedPlain(unknown(`\`${call.type}(…)\` is not followed`, call.range.startLine)));
    case 'tolist':
      return builtin(call => listValue(tensor, call.range.startLine));
    case 'dim':
      return builtin(() => (value.shape.known ? integer(value.shape.value.length) : undecidedPlain(value.shape)));
    case 'item':
      return builtin(call => itemValue(tensor, call.range.startLine));
    default:
      return builtin(call => inPlace(value, name, call));
  }
}

const NOWHERE = { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };

/** Methods that end in `_` change a tensor in place. */
function inPlace(value: TensorValue | ParameterValue, name: string, call: Call): Value {
  if (name === 'requires_grad_' && value instanceof ParameterValue) {
    const [on] = call.positional;
    if (on?.kind === 'boolean' || !on) value.learnable = on?.value ?? true;
    return value;
  }
  if (name.endsWith('_') && !/^(resize|unsqueeze|squeeze|t|transpose|swap\w+)_$/.test(name)) {
    restart(value, name, call.positional, call);
    if (value instanceof TensorValue) value.deviation = filledDeviation(name, call);
    return value;
  }
  const tensor = value instanceof TensorValue ? value : new TensorValue(value.shape);
  const made = tensorMethod(tensor, name, call);
  if (made) return made;
  return unknownTensor(unknown(`the shape that \`${call.type}(…)\` makes is not followed`, call.range.startLine));
}

/** `tensor.normal_(mean, std)` and `tensor.zero_()`. */
function filledDeviation(name: string, call: Call): number | undefined {
  if (name === 'zero_') return 0;
  if (name !== 'normal_') return undefined;
  const deviation = call.positional[1] ?? call.keywords.get('std');
  if (!deviation) return 1;
  return deviation.kind === 'float' || deviation.kind === 'integer' ? deviation.value : undefined;
}
