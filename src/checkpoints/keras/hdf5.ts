import { brokenFile, plainStretch, unsupportedFile, type ByteSource, type ByteStretch } from '../byteSource';
import { elementCount, isShape } from '../checkpoint';
import { ELEMENT_BYTES, type ElementType } from '../elementType';
import { attributeText, collectedText, collectionSize } from './hdf5Attribute';

/** An array in an HDF5 file, by its path from the root group. */
export interface Dataset {
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  readonly littleEndian: boolean;
  readonly bytes: ByteStretch;
}

interface Message {
  readonly type: number;
  readonly body: DataView;
}

const SIGNATURE = '\x89HDF\r\n\x1a\n';
const UNDEFINED = 2n ** 64n - 1n;
const MESSAGE = {
  dataspace: 1,
  link: 6,
  datatype: 3,
  layout: 8,
  filters: 11,
  attribute: 12,
  continuation: 16,
  symbolTable: 17,
  linkInfo: 2,
};
/** Objects, messages and tree nodes that are visited before a file is refused: those of real models are far fewer. */
const MOST_VISITS = 200_000;
const LONGEST_BLOCK = 64 << 20;
/** Bytes of all objects, messages and tree nodes together: the structure of real models is a thousandth of it. */
const MOST_BYTES = 1 << 30;
const DEEPEST = 32;

const textOf = (view: DataView, at: number, end: number): string => {
  let stop = at;
  while (stop < end && view.getUint8(stop) !== 0) stop++;
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, stop - at));
};

/**
 * Reads the datasets of an HDF5 file: superblocks 0 to 3, object headers 1 and 2, groups as symbol tables or compact links, plain numbers,
 * contiguous or compact storage. That is what h5py and Keras write; chunked or filtered datasets and dense groups are refused by name.
 */
export class Hdf5Reader {
  private visits = 0;
  private bytesRead = 0;
  private readonly continued = new Set<number>();
  private readonly collections = new Map<number, DataView | undefined>();
  /** What the groups that `datasets` came through say in their attribute `name`, by path. */
  readonly names = new Map<string, string>();

  constructor(private readonly source: ByteSource) {}

  async datasets(): Promise<Dataset[]> {
    const root = await this.rootHeader();
    const found: Dataset[] = [];
    const seen = new Set<number>();
    const walk = async (address: number, path: string, depth: number): Promise<void> => {
      if (depth > DEEPEST || seen.has(address)) return;
      seen.add(address);
      const messages = await this.messages(address);
      const children = await this.children(messages, path);
      const name = children && (await this.nameIn(messages));
      if (name !== undefined) this.names.set(path, name);
      if (children) for (const [name, place] of children) await walk(place, path === '' ? name : `${path}/${name}`, depth + 1);
      else {
        const dataset = this.dataset(messages, path);
        if (dataset) found.push(dataset);
      }
    };
    await walk(root, '', 0);
    return found;
  }

  private broken(problem: string) {
    return brokenFile(this.source.file, problem);
  }

  private async view(offset: number, length: number): Promise<DataView> {
    this.bytesRead += length;
    if (++this.visits > MOST_VISITS || length > LONGEST_BLOCK || this.bytesRead > MOST_BYTES) throw this.broken('is not a plain HDF5 file');
    const bytes = await this.source.read(offset, length);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  private unsupported(problem: string) {
    return unsupportedFile(this.source.file, problem);
  }

  private address(view: DataView, at: number): number {
    const value = view.getBigUint64(at, true);
    if (value > BigInt(this.source.size)) throw this.broken(`points outside its ${this.source.size} bytes`);
    return Number(value);
  }

  private async rootHeader(): Promise<number> {
    const block = await this.view(0, Math.min(96, this.source.size));
    const signature = String.fromCharCode(...new Uint8Array(block.buffer, block.byteOffset, Math.min(8, block.byteLength)));
    if (signature !== SIGNATURE || block.byteLength < 48) throw this.broken('is not an HDF5 file');
    const version = block.getUint8(8);
    const sizes = version < 2 ? [block.getUint8(13), block.getUint8(14)] : [block.getUint8(9), block.getUint8(10)];
    if (version > 3 || sizes[0] !== 8 || sizes[1] !== 8) throw this.unsupported('is an HDF5 file of a kind that BoundLens does not read');
    if (version >= 2) return this.address(block, 36);
    const entry = version === 0 ? 56 : 60;
    if (block.byteLength < entry + 16) throw this.broken('ends inside its HDF5 header');
    return this.address(block, entry + 8);
  }

  /** The messages of an object header, with those of its continuation blocks. */
  private async messages(address: number): Promise<Message[]> {
    const start = await this.view(address, Math.min(16, this.source.size - address));
    if (start.byteLength < 16) throw this.broken('ends inside an object header');
    return start.getUint32(0) === 0x4f484452 ? this.messages2(address, start) : this.messages1(address, start);
  }

  private async messages1(address: number, start: DataView): Promise<Message[]> {
    if (start.getUint8(0) !== 1) throw this.broken('has an object header of an unknown version');
    const blocks: [place: number, length: number][] = [[address + 16, start.getUint32(8, true)]];
    const messages: Message[] = [];
    for (let block = blocks.shift(); block; block = blocks.shift()) {
      const view = await this.view(...block);
      for (let at = 0; at + 8 <= view.byteLength;) {
        const size = view.getUint16(at + 2, true);
        this.add(messages, blocks, view, view.getUint16(at, true), at + 8, size);
        at += 8 + size;
      }
    }
    return messages;
  }

  private async messages2(address: number, start: DataView): Promise<Message[]> {
    const flags = start.getUint8(5);
    const sizeWidth = 1 << (flags & 3);
    const sizeAt = 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0);
    const sized = await this.view(address + sizeAt, sizeWidth);
    const size =
      sizeWidth === 1
        ? sized.getUint8(0)
        : sizeWidth === 2
          ? sized.getUint16(0, true)
          : sizeWidth === 4
            ? sized.getUint32(0, true)
            : this.address(sized, 0);
    const messages: Message[] = [];
    const continued: [place: number, length: number][] = [];
    const collect = async (place: number, length: number) => {
      const view = await this.view(place, length);
      const prefix = flags & 4 ? 6 : 4;
      for (let at = 0; at + prefix <= length;) {
        const bodySize = view.getUint16(at + 1, true);
        this.add(messages, continued, view, view.getUint8(at), at + prefix, bodySize);
        at += prefix + bodySize;
      }
    };
    await collect(address + sizeAt + sizeWidth, size);
    // A continuation block of version 2 begins with a signature and ends with a checksum of 4 bytes each.
    for (let block = continued.shift(); block; block = continued.shift()) await collect(block[0] + 4, Math.max(0, block[1] - 8));
    return messages;
  }

  private add(messages: Message[], continued: [number, number][], view: DataView, type: number, at: number, size: number): void {
    if (at + size > view.byteLength) throw this.broken('has a broken object header');
    const body = new DataView(view.buffer, view.byteOffset + at, size);
    if (type !== MESSAGE.continuation || size < 16) {
      messages.push({ type, body });
      return;
    }
    const place = this.address(body, 0);
    if (this.continued.has(place)) throw this.broken('has an object header that goes on in itself');
    this.continued.add(place);
    continued.push([place, this.address(body, 8)]);
  }

  /** The members of a group, or nothing for what is no group. */
  private async children(messages: readonly Message[], path: string): Promise<Map<string, number> | undefined> {
    const table = messages.find(({ type }) => type === MESSAGE.symbolTable);
    if (table) return this.symbolTable(this.address(table.body, 0), this.address(table.body, 8));
    const info = messages.find(({ type }) => type === MESSAGE.linkInfo);
    const links = messages.filter(({ type }) => type === MESSAGE.link);
    if (!info && links.length === 0) return undefined;
    if (info && info.body.getBigUint64(info.body.getUint8(1) & 1 ? 10 : 2, true) !== UNDEFINED)
      throw this.broken(`keeps the members of ${path || 'its root group'} in a dense group, which BoundLens does not read`);
    return new Map(links.flatMap(({ body }) => this.link(body)));
  }

  /** The text of the attribute `name`, where an object has one. */
  private async nameIn(messages: readonly Message[]): Promise<string | undefined> {
    for (const { type, body } of messages) {
      const text = type === MESSAGE.attribute ? attributeText(body, 'name') : undefined;
      if (typeof text === 'string') return text;
      if (text) return this.collected(text.collection, text.object);
    }
    return undefined;
  }

  private async collected(address: number, object: number): Promise<string | undefined> {
    if (!this.collections.has(address)) {
      const size = address + 16 <= this.source.size ? collectionSize(await this.view(address, 16)) : undefined;
      this.collections.set(address, size !== undefined && address + size <= this.source.size ? await this.view(address, size) : undefined);
    }
    const collection = this.collections.get(address);
    return collection && collectedText(collection, object);
  }

  private link(body: DataView): [string, number][] {
    const flags = body.getUint8(1);
    let at = 2;
    const hard = flags & 8 ? body.getUint8(at++) === 0 : true;
    if (flags & 4) at += 8;
    if (flags & 16) at += 1;
    const width = 1 << (flags & 3);
    if (width === 8) throw this.broken('has a link with an impossible name');
    const length = width === 1 ? body.getUint8(at) : width === 2 ? body.getUint16(at, true) : body.getUint32(at, true);
    at += width;
    if (!hard) return [];
    if (at + length + 8 > body.byteLength) throw this.broken('has a broken link');
    return [[textOf(body, at, at + length), this.address(body, at + length)]];
  }

  private async symbolTable(tree: number, heap: number): Promise<Map<string, number>> {
    const head = await this.view(heap, 32);
    if (head.getUint32(0) !== 0x48454150) throw this.broken('has a group without its heap');
    const names = await this.view(this.address(head, 24), this.address(head, 8));
    const members = new Map<string, number>();
    const node = async (address: number, depth: number): Promise<void> => {
      if (depth > DEEPEST) throw this.broken('has a group that nests without end');
      const start = await this.view(address, 24);
      if (start.getUint32(0) !== 0x54524545 || start.getUint8(4) !== 0) throw this.broken('has a broken group');
      const used = start.getUint16(6, true);
      const entries = await this.view(address + 24, used * 16 + 8);
      for (let index = 0; index < used; index++) {
        const child = this.address(entries, 8 + 16 * index);
        if (start.getUint8(5) > 0) await node(child, depth + 1);
        else await this.symbols(child, names, members);
      }
    };
    await node(tree, 0);
    return members;
  }

  private async symbols(address: number, names: DataView, members: Map<string, number>): Promise<void> {
    const start = await this.view(address, 8);
    if (start.getUint32(0) !== 0x534e4f44) throw this.broken('has a broken group');
    const count = start.getUint16(6, true);
    const entries = await this.view(address + 8, count * 40);
    for (let index = 0; index < count; index++) {
      const nameAt = this.address(entries, 40 * index);
      if (nameAt >= names.byteLength) throw this.broken('has a member without a name');
      if (entries.getUint32(40 * index + 16, true) === 2) continue;
      members.set(textOf(names, nameAt, names.byteLength), this.address(entries, 40 * index + 8));
    }
  }

  /** The dataset that an object header describes; text and other types that no weight has are passed over. */
  private dataset(messages: readonly Message[], path: string): Dataset | undefined {
    const find = (type: number) => messages.find(message => message.type === type)?.body;
    const [space, type, layout] = [find(MESSAGE.dataspace), find(MESSAGE.datatype), find(MESSAGE.layout)];
    if (!space || !type || !layout) return undefined;
    const element = elementTypeOf(type);
    if (!element) return undefined;
    const shape = this.shape(space, path);
    if (messages.some(message => message.type === MESSAGE.filters))
      throw this.unsupported(`stores ${path} compressed, which BoundLens does not read`);
    return { path, shape, ...element, bytes: this.stretch(layout, path, elementCount(shape) * ELEMENT_BYTES[element.dtype]) };
  }

  private shape(space: DataView, path: string): number[] {
    const [version, rank] = [space.getUint8(0), space.getUint8(1)];
    const first = version === 1 ? 8 : 4;
    if (version < 1 || version > 2 || rank > 32 || first + 8 * rank > space.byteLength) throw this.broken(`gives ${path} no valid shape`);
    const shape = Array.from({ length: rank }, (_, axis) => Number(space.getBigUint64(first + 8 * axis, true)));
    if (!isShape(shape)) throw this.broken(`gives ${path} no valid shape`);
    return shape;
  }

  private stretch(layout: DataView, path: string, length: number): ByteStretch {
    const [version, kind] = [layout.getUint8(0), layout.getUint8(1)];
    if (version < 3 || version > 4) throw this.unsupported(`stores ${path} in an old layout that BoundLens does not read`);
    if (kind === 0) {
      if (layout.getUint16(2, true) < length || 4 + length > layout.byteLength)
        throw this.broken(`holds fewer values of ${path} than its shape says`);
      const bytes = new Uint8Array(layout.buffer, layout.byteOffset + 4, length);
      return {
        length,
        async *chunks() {
          yield await Promise.resolve(bytes);
        },
      };
    }
    if (kind !== 1) throw this.unsupported(`stores ${path} in chunks, which BoundLens does not read`);
    if (layout.getBigUint64(2, true) === UNDEFINED) throw this.broken(`has no values of ${path}`);
    const place = this.address(layout, 2);
    if (layout.getBigUint64(10, true) < BigInt(length) || place + length > this.source.size)
      throw this.broken(`ends before the values of ${path}`);
    return plainStretch(this.source, place, length);
  }
}

/** Plain numbers of a datatype message: IEEE floats and integers of whole bytes, and h5py's booleans (an enumeration of bytes). */
function elementTypeOf(type: DataView): { readonly dtype: ElementType; readonly littleEndian: boolean } | undefined {
  const kind = type.getUint8(0) & 15;
  const littleEndian = (type.getUint8(1) & 1) === 0;
  const size = type.getUint32(4, true);
  if (kind === 8 && size === 1) return { dtype: 'bool', littleEndian };
  if (kind === 0) {
    const name = `${type.getUint8(1) & 8 ? '' : 'u'}int${8 * size}`;
    return Object.hasOwn(ELEMENT_BYTES, name) ? { dtype: name as ElementType, littleEndian } : undefined;
  }
  if (kind !== 1 || type.byteLength < 20) return undefined;
  const exponentBits = type.getUint8(13);
  if (size === 2 && exponentBits === 8) return { dtype: 'bfloat16', littleEndian };
  const name = `float${8 * size}`;
  return size >= 2 && Object.hasOwn(ELEMENT_BYTES, name) ? { dtype: name as ElementType, littleEndian } : undefined;
}
