import { brokenFile } from '../byteSource';
import { elementCount, isShape } from '../checkpoint';
import { ELEMENT_BYTES, type ElementType } from '../elementType';
import { Global, type PickleDialect } from './pickle';

/** The bytes that one or several tensors share, by the key that PyTorch gave them. */
export interface Storage {
  readonly key: string;
  /** Absent for untyped storages. */
  readonly dtype?: ElementType;
  /** Bytes. */
  readonly size: number;
}

/** A view of a storage; offset and strides in elements. */
export class PickledTensor {
  constructor(
    readonly storage: Storage,
    readonly dtype: ElementType,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const STORAGES: Readonly<Record<string, ElementType>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

const DTYPES: Readonly<Record<string, ElementType>> = {
  float64: 'float64',
  double: 'float64',
  float32: 'float32',
  float: 'float32',
  float16: 'float16',
  half: 'float16',
  bfloat16: 'bfloat16',
  float8_e4m3fn: 'float8_e4m3fn',
  float8_e5m2: 'float8_e5m2',
  int64: 'int64',
  int32: 'int32',
  int16: 'int16',
  int8: 'int8',
  uint64: 'uint64',
  uint32: 'uint32',
  uint16: 'uint16',
  uint8: 'uint8',
  bool: 'bool',
};

/** Containers and plain values that weight files hold beside tensors; they are read as Maps, arrays and text. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'collections.OrderedDict',
  'collections.defaultdict',
  'argparse.Namespace',
  'torch.Size',
  'torch.device',
  'builtins.set',
  '__builtin__.set',
  'builtins.dict',
  'builtins.list',
  '_codecs.encode',
]);

const REBUILDERS: ReadonlySet<string> = new Set([
  'torch._utils._rebuild_tensor',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_tensor_v3',
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_parameter_with_state',
]);

function storageType(global: unknown): ElementType | 'untyped' | undefined {
  if (!(global instanceof Global)) return undefined;
  if (global.module === 'torch.storage' && global.name === 'UntypedStorage') return 'untyped';
  return global.module === 'torch' && Object.hasOwn(STORAGES, global.name) ? STORAGES[global.name] : undefined;
}

function dtypeOf(global: unknown): ElementType | undefined {
  return global instanceof Global && global.module === 'torch' && Object.hasOwn(DTYPES, global.name) ? DTYPES[global.name] : undefined;
}

/** The pickles that PyTorch writes: tensors, parameters, their storages and plain containers. Nothing else is known. */
export class TensorDialect implements PickleDialect {
  constructor(private readonly file: string) {}

  knows(global: Global): boolean {
    return CONTAINERS.has(global.path) || REBUILDERS.has(global.path) || storageType(global) !== undefined || dtypeOf(global) !== undefined;
  }

  persistent(id: unknown): Storage {
    if (!Array.isArray(id) || id[0] !== 'storage') throw this.broken();
    const [, global, key, , count] = id as unknown[];
    const type = storageType(global);
    if (!type || (typeof key !== 'string' && typeof key !== 'number') || !isShape([count])) throw this.broken();
    if (type === 'untyped') return { key: String(key), size: count as number };
    return { key: String(key), dtype: type, size: (count as number) * ELEMENT_BYTES[type] };
  }

  reduce(callable: Global, parameters: readonly unknown[]): unknown {
    if (REBUILDERS.has(callable.path))
      return callable.name.startsWith('_rebuild_parameter') ? this.parameter(parameters) : this.tensor(parameters);
    const [first] = parameters;
    if (callable.path === 'torch.Size' || callable.path === 'builtins.list') return Array.isArray(first) ? first : [];
    if (callable.name === 'set') return new Set(Array.isArray(first) ? first : []);
    if (callable.path === 'torch.device' || callable.path === '_codecs.encode') return first ?? '';
    if (!CONTAINERS.has(callable.path)) throw this.broken();
    return this.dictionary(first);
  }

  private dictionary(pairs: unknown): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>();
    if (Array.isArray(pairs)) for (const pair of pairs) if (Array.isArray(pair) && pair.length === 2) map.set(pair[0], pair[1]);
    return map;
  }

  private parameter([tensor]: readonly unknown[]): PickledTensor {
    if (!(tensor instanceof PickledTensor)) throw this.broken();
    return tensor;
  }

  private tensor([storage, offset, shape, strides, , , dtype]: readonly unknown[]): PickledTensor {
    const { key, size, dtype: stored } = (storage ?? {}) as Partial<Storage>;
    const type = stored ?? dtypeOf(dtype);
    if (
      key === undefined ||
      size === undefined ||
      !type ||
      !isShape([offset]) ||
      !isShape(shape) ||
      !isShape(strides) ||
      shape.length !== strides.length
    )
      throw this.broken();
    const end = (offset as number) + 1 + shape.reduce((reach, length, axis) => reach + (length - 1) * strides[axis]!, 0);
    if (elementCount(shape) > 0 && end * ELEMENT_BYTES[type] > size)
      throw brokenFile(this.file, `holds a tensor of shape [${shape.join(', ')}] that reaches beyond its storage`);
    return new PickledTensor({ key, size, dtype: stored }, type, offset as number, shape, strides);
  }

  private broken() {
    return brokenFile(this.file, 'holds a tensor that is not described as PyTorch does');
  }
}
