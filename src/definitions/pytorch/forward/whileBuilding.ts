import { known, unknown } from '../../../architecture/architecture';
import type { Budget } from '../../python/budget';
import { Interpreter } from '../../python/interpreter';
import type { Modules } from '../../python/modules';
import { dictionary, list, tuple, type Call, type Value } from '../../python/values';
import type { ModuleValue } from '../moduleValue';
import { TensorValue, unknownTensor } from '../tensors';
import { numberOf } from './dimension';
import { ForwardLibrary } from './forwardLibrary';
import { Recorder } from './recorder';
import { SymbolicTensor } from './symbolicTensor';

/**
 * What calling a module makes while a model is built, as `self.features(torch.zeros(1, 3, 32, 32)).shape` asks: its forward pass is evaluated over the
 * shapes of the tensors that it is given. Undefined where it is given none.
 */
export function computedWhileBuilding(module: ModuleValue, call: Call, budget: Budget, modules: Modules): Value | undefined {
  if (![...call.positional, ...call.keywords.values()].some(value => value instanceof TensorValue)) return undefined;
  const recorder = new Recorder(module);
  const interpreter = new Interpreter(new ForwardLibrary(recorder), budget, () => undefined, modules);
  const line = call.range.startLine;
  const input = (value: Value) => (value instanceof TensorValue ? recorder.tensor(value, line)! : value);
  const keywords = new Map([...call.keywords].map(([name, value]) => [name, input(value)]));
  try {
    return settled(interpreter.call(module, { ...call, positional: call.positional.map(input), keywords }), line);
  } finally {
    recorder.restore();
  }
}

/** Tensors of the forward pass as tensors of the model that is being built: their shapes. */
function settled(value: Value, line: number): Value {
  if (value instanceof SymbolicTensor) {
    const sides = value.sides?.map(side => side && numberOf(side));
    const isKnown = sides?.every(side => side !== undefined);
    return isKnown
      ? new TensorValue(known(sides.map(Number)))
      : unknownTensor(unknown('the shape that this call makes is not known', line));
  }
  if (value.kind === 'sequence') {
    const items = value.items.map(item => settled(item, line));
    return value.tuple ? tuple(items) : list(items, value.doubt);
  }
  if (value.kind !== 'dictionary') return value;
  return dictionary(
    [...value.entries].map(([key, item]) => [key, settled(item, line)] as const),
    value.doubt,
  );
}
