const utf8 = new TextEncoder();

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Writes one protobuf message, field by field; `finish` gives its bytes. */
export class ProtobufWriter {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  /** An integer or enum field; negative numbers take ten bytes, as protobuf wants it. */
  integer(field: number, value: number | bigint): this {
    return this.tag(field, VARINT).varint(value);
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.tag(field, FIXED32).append(bytes);
  }

  /** `bytes` are kept by reference until `finish`. */
  bytes(field: number, bytes: Uint8Array): this {
    return this.tag(field, LENGTH_DELIMITED).varint(bytes.length).append(bytes);
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  /** A nested message. */
  message(field: number, message: ProtobufWriter): this {
    this.tag(field, LENGTH_DELIMITED).varint(message.length);
    for (const part of message.parts) this.append(part);
    return this;
  }

  finish(): Uint8Array {
    const result = new Uint8Array(this.length);
    let offset = 0;
    for (const part of this.parts) {
      result.set(part, offset);
      offset += part.length;
    }
    return result;
  }

  private append(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }

  private tag(field: number, wireType: number): this {
    return this.varint((field << 3) | wireType);
  }

  private varint(value: number | bigint): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    return this.append(Uint8Array.from([...bytes, Number(rest)]));
  }
}
