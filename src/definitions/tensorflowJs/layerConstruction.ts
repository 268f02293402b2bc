import { known, unknown, type Known, type Unknown } from '../../architecture/architecture';
import { kerasRule } from '../../architecture/keras/kerasRules';
import type { Shape } from '../../architecture/keras/shape';
import { LayerArguments } from '../../architecture/torch/layerArguments';
import type { ArgumentValue } from '../../architecture/torch/signature';
import type { Call, ObjectValue, Value } from '../javascript/values';
import { BidirectionalLayer, CellsLayer, LayerValue, RuleLayer, TimeDistributedLayer, UnknownLayer, type Construction } from './layerValue';

/** Classes whose names do not follow from those of the functions. */
const CLASSES: Readonly<Record<string, string>> = {
  lstm: 'LSTM',
  lstmCell: 'LSTMCell',
  gruCell: 'GRUCell',
  rnn: 'RNN',
  convLstm2d: 'ConvLSTM2D',
  convLstm2dCell: 'ConvLSTM2DCell',
  reLU: 'ReLU',
  leakyReLU: 'LeakyReLU',
  thresholdedReLU: 'ThresholdedReLU',
  cropping2D: 'Cropping2D',
  simpleRNNCell: 'SimpleRNNCell',
  stackedRNNCells: 'StackedRNNCells',
  simpleRNN: 'SimpleRNN',
  gru: 'GRU',
  elu: 'ELU',
  prelu: 'PReLU',
  avgPooling1d: 'AveragePooling1D',
  avgPooling2d: 'AveragePooling2D',
  avgPooling3d: 'AveragePooling3D',
  avgPool1d: 'AveragePooling1D',
  avgPool2d: 'AveragePooling2D',
  avgPool3d: 'AveragePooling3D',
  maxPool1d: 'MaxPooling1D',
  maxPool2d: 'MaxPooling2D',
  maxPool3d: 'MaxPooling3D',
  globalMaxPool1d: 'GlobalMaxPooling1D',
  globalMaxPool2d: 'GlobalMaxPooling2D',
};

/** The class that a function of `tf.layers` makes: `maxPooling2d` → `MaxPooling2D`. */
export const classOf = (name: string): string =>
  CLASSES[name] ?? name.replace(/^./, letter => letter.toUpperCase()).replace(/([123])d/, '$1D');

/** TensorFlow.js' own name of a layer of a class: `dense_Dense1`. */
export const automaticName = (className: string, count: number): string =>
  `${className
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()}_${className}${count}`;

/** What a layer's configuration says of its input, the batch added before it. */
export function declaredShape({ properties }: ObjectValue, line: number): Known<Shape> | undefined {
  const get = (name: string) => given(properties.get(name));
  const whole = get('batchInputShape');
  if (whole) return shapeOf(whole, line, true);
  const shape = get('inputShape') ?? get('shape');
  if (shape) return shapeOf(shape, line, false);
  const side = get('inputDim');
  if (side && !properties.has('outputDim')) return shapeOf({ kind: 'array', items: [side] }, line, false);
  if (!side) return undefined;
  const length = get('inputLength');
  return shapeOf({ kind: 'array', items: [length ?? { kind: 'nothing' }] }, line, false);
}

/** A shape that the source writes; `null` for a side that may be of any size. */
export function shapeOf(value: Value, line: number, hasBatch: boolean): Known<Shape> {
  if (value.kind === 'undecided') return value.reason;
  if (value.kind !== 'array' || value.doubt)
    return value.kind === 'array' && value.doubt ? value.doubt : unknown('its shape is not known', line);
  const open = value.items.find(item => item.kind !== 'number' && item.kind !== 'nothing');
  if (open) return open.kind === 'undecided' ? open.reason : unknown('its shape is not known', line);
  const sides = value.items.map(item => (item.kind === 'number' ? item.value : null));
  if (sides.some(side => side !== null && (!Number.isSafeInteger(side) || side < 0)))
    return unknown(`its shape is [${sides.join(', ')}]`, line);
  return known(hasBatch ? sides : [null, ...sides]);
}

const given = (value: Value | undefined): Value | undefined => (value?.kind === 'nothing' ? undefined : value);

/** A layer of `tf.layers` from its configuration. */
export function layerFrom(name: string, className: string, call: Call, configuration: ObjectValue, open: Unknown | undefined): LayerValue {
  const line = call.range.startLine;
  const rule = kerasRule(className);
  const construction: Construction = { name, type: call.type, kind: rule?.kind ?? 'other', range: call.range };
  const wrapped = given(configuration.properties.get('layer'));
  if (className === 'TimeDistributed' || className === 'Bidirectional') {
    if (!(wrapped instanceof LayerValue)) return new UnknownLayer(construction, `the layer inside \`${call.type}(…)\` is not known`);
    if (className === 'TimeDistributed') return new TimeDistributedLayer(construction, wrapped);
    const mode = given(configuration.properties.get('mergeMode'));
    return new BidirectionalLayer(construction, wrapped, mode?.kind === 'string' ? mode.value : mode ? '' : 'concat');
  }
  if (className === 'RNN' || className === 'StackedRNNCells') {
    const cells = given(configuration.properties.get(className === 'RNN' ? 'cell' : 'cells'));
    const sequences = given(configuration.properties.get('returnSequences'));
    const listed = cells?.kind === 'array' && !cells.doubt ? cells.items : [cells];
    const backwards = given(configuration.properties.get('goBackwards'));
    if (!listed.every(cell => cell instanceof LayerValue) || open || sequences?.kind === 'undecided')
      return new UnknownLayer(construction, `the cells of \`${call.type}(…)\` are not known`);
    const keepsSteps = className !== 'RNN' || (sequences?.kind === 'boolean' && sequences.value);
    return new CellsLayer(construction, listed, className === 'RNN', keepsSteps, backwards?.kind === 'boolean' && backwards.value);
  }
  if (!rule) return new UnknownLayer(construction, `\`${call.type}(…)\` is not a layer that is known`);
  const values = new Map<string, Known<ArgumentValue>>();
  for (const formal of rule.signature) {
    const value = given(configuration.properties.get(camelCase(formal.name)));
    const otherwise = Object.hasOwn(DEFAULTS, formal.name) ? DEFAULTS[formal.name] : formal.default;
    if (value) values.set(formal.name, argumentOf(FORMATS[value.kind === 'string' ? value.value : ''] ?? value, line));
    else if (open) values.set(formal.name, open);
    else if (otherwise !== undefined) values.set(formal.name, known(otherwise));
    else values.set(formal.name, unknown(`\`${call.type}(…)\` is not told its \`${camelCase(formal.name)}\``, line));
  }
  const initialisers = [...configuration.properties].flatMap(([name, value]) =>
    name.endsWith('Initializer') ? [[name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`), value] as const] : [],
  );
  return new RuleLayer(construction, rule, new LayerArguments(values, line), new Map(initialisers));
}

/** Where TensorFlow.js means something else than Keras when it is not told: in recurrent layers. */
const DEFAULTS: Readonly<Record<string, ArgumentValue>> = {
  unit_forget_bias: false,
  reset_after: false,
  recurrent_activation: 'hardSigmoid',
};

/** Words of TensorFlow.js that Keras writes otherwise. */
const FORMATS: Readonly<Record<string, Value>> = {
  channelsFirst: { kind: 'string', value: 'channels_first' },
  channelsLast: { kind: 'string', value: 'channels_last' },
};

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function argumentOf(value: Value, line: number): Known<ArgumentValue> {
  switch (value.kind) {
    case 'number':
      return known(Number.isSafeInteger(value.value) ? value.value : { float: value.value });
    case 'string':
    case 'boolean':
      return known(value.value);
    case 'nothing':
      return known(null);
    case 'undecided':
      return value.reason;
    case 'array': {
      if (value.doubt) return value.doubt;
      const items: ArgumentValue[] = [];
      for (const item of value.items) {
        const argument = argumentOf(item, line);
        if (!argument.known) return argument;
        items.push(argument.value);
      }
      return known(items);
    }
    default:
      return unknown('it is not a number or a word', line);
  }
}
