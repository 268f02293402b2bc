import { brokenFile } from '../byteSource';
import { FileFault } from '../../common/fault';

/** A class or function that a pickle names; it is only ever a name here, never looked up or called. */
export class Global {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** Thrown when the bytes end before the pickle does; a longer window may hold the rest. */
export class PickleCut extends Error {}

/** What the objects of one pickle dialect become. Both throw a Fault for everything they do not know. */
export interface PickleDialect {
  /** The value of `callable(*arguments)`. */
  reduce(callable: Global, parameters: readonly unknown[]): unknown;
  /** The value that a persistent id stands for. */
  persistent(id: unknown): unknown;
  /** Whether a global may be named at all. */
  knows(global: Global): boolean;
}

const MARK = Symbol('mark');
const utf8 = new TextDecoder();
const latin1 = new TextDecoder('latin1');

/** Values a pickle may hold at once on its stack and in its memo: real ones have a few for each tensor. */
const MOST_VALUES = 4_000_000;

/** A pickled integer of any length: two's complement, little-endian. */
function longFrom(bytes: Uint8Array): number {
  let value = 0n;
  for (let index = bytes.length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[index]!);
  return Number(BigInt.asIntN(8 * Math.max(1, bytes.length), value));
}

/**
 * Reads pickles (protocols 0 to 5) without executing anything: dictionaries become Maps, lists and tuples arrays, globals names, and the few
 * calls that a dialect knows become its own values. A global that the dialect does not know is refused by its name before anything is made of it.
 */
export class PickleReader {
  private readonly view: DataView;
  private stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();

  constructor(
    private readonly file: string,
    private readonly bytes: Uint8Array,
    private readonly dialect: PickleDialect,
    private at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Place of the first byte after the pickles read so far. */
  get position(): number {
    return this.at;
  }

  /** The value of the next pickle. Throws a FileFault for broken or refused content, PickleCut where the bytes end. */
  read(): unknown {
    this.stack = [];
    this.memo.clear();
    for (;;) {
      const code = this.take(1)[0]!;
      if (code === 0x2e) {
        const value = this.pop();
        if (this.stack.length > 0) throw this.broken();
        return value;
      }
      this.execute(code);
      if (this.stack.length > MOST_VALUES || this.memo.size > MOST_VALUES) throw this.broken();
    }
  }

  private broken(): FileFault {
    return brokenFile(this.file, 'holds a broken pickle');
  }

  private take(length: number): Uint8Array {
    if (!(length >= 0)) throw this.broken();
    if (this.at + length > this.bytes.length) throw new PickleCut();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private number(width: 1 | 2 | 4 | 8): number {
    const at = this.at;
    this.take(width);
    if (width === 8) return Number(this.view.getBigUint64(at, true));
    return width === 1 ? this.view.getUint8(at) : width === 2 ? this.view.getUint16(at, true) : this.view.getUint32(at, true);
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new PickleCut();
    const text = utf8.decode(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  private pop(): unknown {
    if (this.stack.length === 0) throw this.broken();
    const value = this.stack.pop();
    if (value === MARK) throw this.broken();
    return value;
  }

  private sinceMark(): unknown[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw this.broken();
    const values = this.stack.splice(mark);
    values.shift();
    return values;
  }

  private top(): unknown {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK) throw this.broken();
    return value;
  }

  private recall(key: number): void {
    if (!this.memo.has(key)) throw this.broken();
    this.stack.push(this.memo.get(key));
  }

  private global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw this.broken();
    const global = new Global(module, name);
    if (!this.dialect.knows(global)) throw this.refused(global);
    this.stack.push(global);
  }

  private refused(global: Global): FileFault {
    return new FileFault(
      this.file,
      `asks for ${JSON.stringify(global.path).slice(1, -1)}, which is neither a tensor nor a container, and BoundLens runs no code from files`,
      'save its state_dict() alone, or as safetensors',
    );
  }

  private setItems(pairs: readonly unknown[]): void {
    const target = this.top();
    if (!(target instanceof Map) || pairs.length % 2 === 1) throw this.broken();
    for (let index = 0; index < pairs.length; index += 2) target.set(pairs[index], pairs[index + 1]);
  }

  private append(values: readonly unknown[]): void {
    const target = this.top();
    if (target instanceof Set) for (const value of values) target.add(value);
    else if (Array.isArray(target)) for (const value of values) target.push(value);
    else throw this.broken();
  }

  private tuple(length: number): void {
    const values: unknown[] = [];
    for (let index = 0; index < length; index++) values.unshift(this.pop());
    this.stack.push(values);
  }

  private reduce(): void {
    const parameters = this.pop();
    const callable = this.pop();
    if (!(callable instanceof Global) || !Array.isArray(parameters)) throw this.broken();
    this.stack.push(this.dialect.reduce(callable, parameters));
  }

  /** `object.__setstate__`: attributes of a container, such as an OrderedDict's `_metadata`; a Namespace keeps them as its content. */
  private build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof Map && target.size === 0 && state instanceof Map) for (const [key, value] of state) target.set(key, value);
  }

  private execute(code: number): void {
    const { stack } = this;
    switch (String.fromCharCode(code)) {
      case '\x80':
        if (this.number(1) > 5) throw this.broken();
        return;
      case '\x95':
        this.number(8);
        return;
      case '(':
        stack.push(MARK);
        return;
      case '0':
        stack.pop();
        return;
      case '1':
        this.sinceMark();
        return;
      case '2':
        stack.push(this.top());
        return;
      case 'N':
        stack.push(null);
        return;
      case '\x88':
        stack.push(true);
        return;
      case '\x89':
        stack.push(false);
        return;
      case 'I': {
        const text = this.line();
        stack.push(text === '00' ? false : text === '01' ? true : Number(text));
        return;
      }
      case 'L':
        stack.push(Number(this.line().replace(/L$/, '')));
        return;
      case 'F':
        stack.push(Number(this.line()));
        return;
      case 'J':
        stack.push(this.number(4) | 0);
        return;
      case 'K':
        stack.push(this.number(1));
        return;
      case 'M':
        stack.push(this.number(2));
        return;
      case '\x8a':
        stack.push(longFrom(this.take(this.number(1))));
        return;
      case '\x8b': {
        const length = this.number(4);
        if (length > 1024) throw this.broken();
        stack.push(longFrom(this.take(length)));
        return;
      }
      case 'G': {
        const at = this.at;
        this.take(8);
        stack.push(this.view.getFloat64(at));
        return;
      }
      case 'S':
        stack.push(this.line().replace(/^(['"])(.*)\1$/s, '$2'));
        return;
      case 'V':
        stack.push(this.line());
        return;
      case 'X':
        stack.push(utf8.decode(this.take(this.number(4))));
        return;
      case '\x8c':
        stack.push(utf8.decode(this.take(this.number(1))));
        return;
      case '\x8d':
        stack.push(utf8.decode(this.take(this.number(8))));
        return;
      case 'T':
        stack.push(latin1.decode(this.take(this.number(4))));
        return;
      case 'U':
        stack.push(latin1.decode(this.take(this.number(1))));
        return;
      case 'B':
        stack.push(this.take(this.number(4)));
        return;
      case 'C':
        stack.push(this.take(this.number(1)));
        return;
      case '\x8e':
      case '\x96':
        stack.push(this.take(this.number(8)));
        return;
      case '}':
        stack.push(new Map());
        return;
      case ']':
      case ')':
        stack.push([]);
        return;
      case '\x8f':
        stack.push(new Set());
        return;
      case 'd': {
        const pairs = this.sinceMark();
        stack.push(new Map());
        this.setItems(pairs);
        return;
      }
      case 'l':
      case 't':
        stack.push(this.sinceMark());
        return;
      case '\x91':
        stack.push(new Set(this.sinceMark()));
        return;
      case '\x85':
        this.tuple(1);
        return;
      case '\x86':
        this.tuple(2);
        return;
      case '\x87':
        this.tuple(3);
        return;
      case 'a': {
        const value = this.pop();
        this.append([value]);
        return;
      }
      case 'e':
      case '\x90': {
        const values = this.sinceMark();
        this.append(values);
        return;
      }
      case 's': {
        const value = this.pop();
        const key = this.pop();
        this.setItems([key, value]);
        return;
      }
      case 'u': {
        const pairs = this.sinceMark();
        this.setItems(pairs);
        return;
      }
      case 'p':
        this.memo.set(Number(this.line()), this.top());
        return;
      case 'q':
        this.memo.set(this.number(1), this.top());
        return;
      case 'r':
        this.memo.set(this.number(4), this.top());
        return;
      case '\x94':
        this.memo.set(this.memo.size, this.top());
        return;
      case 'g':
        this.recall(Number(this.line()));
        return;
      case 'h':
        this.recall(this.number(1));
        return;
      case 'j':
        this.recall(this.number(4));
        return;
      case 'c': {
        const module = this.line();
        this.global(module, this.line());
        return;
      }
      case '\x93': {
        const name = this.pop();
        this.global(this.pop(), name);
        return;
      }
      case 'R':
      case '\x81':
        this.reduce();
        return;
      case 'b':
        this.build();
        return;
      case 'P':
        stack.push(this.dialect.persistent(this.line()));
        return;
      case 'Q':
        stack.push(this.dialect.persistent(this.pop()));
        return;
      default:
        throw brokenFile(this.file, `holds a pickle with an instruction (${code}) that no weights need`);
    }
  }
}
