/** A text that an attribute holds, or where in the file it lies: an object of a collection of texts, its global heap. */
export type AttributeText = string | { readonly collection: number; readonly object: number };

const padded = (length: number): number => Math.ceil(length / 8) * 8;

const textAt = (view: DataView, at: number, length: number): string =>
  new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length)).replace(/\0[^]*$/, '');

/** The text of an attribute message of this name: of a fixed or a variable length. Undefined for another name, and for what is no single text. */
export function attributeText(body: DataView, wanted: string): AttributeText | undefined {
  const version = body.getUint8(0);
  if (version < 1 || version > 3) return undefined;
  const [nameSize, typeSize, spaceSize] = [2, 4, 6].map(at => body.getUint16(at, true)) as [number, number, number];
  const room = version === 1 ? padded : (length: number) => length;
  const name = version === 3 ? 9 : 8;
  const type = name + room(nameSize);
  const data = type + room(typeSize) + room(spaceSize);
  if (data > body.byteLength || typeSize < 8 || textAt(body, name, nameSize) !== wanted) return undefined;
  const kind = body.getUint8(type) & 15;
  const size = body.getUint32(type + 4, true);
  if (data + size > body.byteLength) return undefined;
  if (kind === 3) return textAt(body, data, size);
  // Of variable length, and a text: 4 bytes of length, 8 of the collection's address, 4 of the place in it.
  if (kind !== 9 || size !== 16 || (body.getUint8(type + 1) & 15) !== 1) return undefined;
  return { collection: Number(body.getBigUint64(data + 4, true)), object: body.getUint32(data + 12, true) };
}

/** Bytes that a collection of texts says it has, from its first 16; undefined for what is none. */
export const collectionSize = (head: DataView): number | undefined =>
  head.getUint32(0) === 0x47434f4c ? Number(head.getBigUint64(8, true)) : undefined;

/** One text of a collection. */
export function collectedText(collection: DataView, object: number): string | undefined {
  for (let at = 16; at + 16 <= collection.byteLength;) {
    const [index, size] = [collection.getUint16(at, true), Number(collection.getBigUint64(at + 8, true))];
    if (index === 0 || at + 16 + size > collection.byteLength) return undefined;
    if (index === object) return textAt(collection, at + 16, size);
    at += 16 + padded(size);
  }
  return undefined;
}
