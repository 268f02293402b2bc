import { ProtobufWriter } from './protobuf';

/** Element types by their numbers in onnx.proto (TensorProto.DataType). */
const ELEMENT_TYPES = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
export type OnnxType = keyof typeof ELEMENT_TYPES;

export const elementType = (type: OnnxType): number => ELEMENT_TYPES[type];

/** An attribute of an operator; plain numbers are integers. */
export type OnnxAttribute = number | { readonly float: number } | readonly number[] | string;
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
  /** Empty for standard operators. */
  readonly domain: string;
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

/** An input or output; a dimension with a name is left open. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const IR_VERSION = 10;
const OPERATOR_SET = 20;

/** AttributeProto.AttributeType */
const ATTRIBUTE = { float: 1, integer: 2, string: 3, integers: 7 } as const;

function encodeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
  const attribute = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, ATTRIBUTE.integer);
  if (typeof value === 'string') return attribute.string(4, value).integer(20, ATTRIBUTE.string);
  if ('float' in value) return attribute.float(2, value.float).integer(20, ATTRIBUTE.float);
  for (const integer of value) attribute.integer(8, integer);
  return attribute.integer(20, ATTRIBUTE.integers);
}

function encodeNode({ operator, inputs, outputs, attributes, domain }: OnnxNode): ProtobufWriter {
  const node = new ProtobufWriter();
  for (const input of inputs) node.string(1, input);
  for (const output of outputs) node.string(2, output);
  node.string(4, operator);
  for (const [name, value] of Object.entries(attributes)) node.message(5, encodeAttribute(name, value));
  return domain ? node.string(7, domain) : node;
}

function encodeTensor({ name, type, shape, data }: OnnxTensor): ProtobufWriter {
  const tensor = new ProtobufWriter();
  for (const dimension of shape) tensor.integer(1, dimension);
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return tensor.integer(2, elementType(type)).string(8, name).bytes(9, raw);
}

function encodeValue({ name, type, shape }: OnnxValue): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const dimension of shape) {
    const encoded = new ProtobufWriter();
    dimensions.message(1, typeof dimension === 'string' ? encoded.string(2, dimension) : encoded.integer(1, dimension));
  }
  const tensorType = new ProtobufWriter().integer(1, elementType(type)).message(2, dimensions);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensorType));
}

/** A graph as the bytes of an .onnx file (little-endian machines, as every platform of Node.js is). Field numbers are those of onnx.proto. */
export function encodeModel({ nodes, initialisers, inputs, outputs }: OnnxGraph): Uint8Array {
  const graph = new ProtobufWriter();
  for (const node of nodes) graph.message(1, encodeNode(node));
  graph.string(2, 'boundlens');
  for (const tensor of initialisers) graph.message(5, encodeTensor(tensor));
  for (const input of inputs) graph.message(11, encodeValue(input));
  for (const output of outputs) graph.message(12, encodeValue(output));
  const model = new ProtobufWriter().integer(1, IR_VERSION).string(2, 'boundlens').message(7, graph);
  model.message(8, new ProtobufWriter().string(1, '').integer(2, OPERATOR_SET));
  for (const domain of new Set(nodes.map(node => node.domain)))
    if (domain) model.message(8, new ProtobufWriter().string(1, domain).integer(2, 1));
  return model.finish();
}
