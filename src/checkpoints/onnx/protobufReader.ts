import { brokenFile, type ByteSource } from '../byteSource';

const WINDOW = 1 << 16;

/** One field of a protobuf message: a number, or a stretch of bytes at a place of the file. */
export interface Field {
  readonly number: number;
  readonly wire: number;
  /** The value of a varint; the length of a delimited field. */
  readonly value: bigint;
  /** First byte of the content. */
  readonly start: number;
  /** First byte after the field. */
  readonly end: number;
}

/** Walks the fields of protobuf messages in a file of any size through a small window; contents are skipped unless they are asked for. */
export class ProtobufReader {
  private window: Uint8Array = new Uint8Array(0);
  private windowStart = 0;

  constructor(private readonly source: ByteSource) {}

  /** The fields of the message between two places, in order. Throws a FileFault where the bytes are no message. */
  async *fields(start: number, end: number): AsyncGenerator<Field> {
    for (let at = start; at < end;) {
      const [key, afterKey] = await this.varint(at, end);
      const [number, wire] = [Number(key >> 3n), Number(key & 7n)];
      if (number === 0) throw this.broken();
      let field: Field;
      if (wire === 0 || wire === 2) {
        const [value, place] = await this.varint(afterKey, end);
        const length = wire === 2 ? Number(value) : 0;
        field = { number, wire, value, start: place, end: place + length };
      } else if (wire === 1 || wire === 5) field = { number, wire, value: 0n, start: afterKey, end: afterKey + (wire === 1 ? 8 : 4) };
      else throw this.broken();
      if (field.end > end) throw this.broken();
      yield field;
      at = field.end;
    }
  }

  bytes(field: Field): Promise<Uint8Array> {
    return this.source.read(field.start, field.end - field.start);
  }

  async text(field: Field): Promise<string> {
    if (field.wire !== 2 || field.end - field.start > WINDOW) throw this.broken();
    return new TextDecoder().decode(await this.bytes(field));
  }

  /** The integers of a repeated field: one, or all of them when they are packed. */
  async integers(field: Field): Promise<bigint[]> {
    if (field.wire === 0) return [field.value];
    if (field.wire !== 2) throw this.broken();
    const values: bigint[] = [];
    for (let at = field.start; at < field.end;) {
      const [value, next] = await this.varint(at, field.end);
      values.push(value);
      at = next;
    }
    return values;
  }

  private async varint(at: number, end: number): Promise<[value: bigint, next: number]> {
    if (at < this.windowStart || at + 10 > this.windowStart + this.window.length) {
      this.window = await this.source.read(at, Math.min(WINDOW, this.source.size - at));
      this.windowStart = at;
    }
    let [low, high] = [0, 0n];
    for (let index = 0; index < 10 && at + index < end; index++) {
      const byte = this.window[at + index - this.windowStart];
      if (byte === undefined) break;
      if (index < 4) low += (byte & 127) * 128 ** index;
      else high |= BigInt(byte & 127) << BigInt(7 * index);
      if (byte < 128) return [high | BigInt(low), at + index + 1];
    }
    throw this.broken();
  }

  private broken() {
    return brokenFile(this.source.file, 'is not a complete protobuf message');
  }
}
