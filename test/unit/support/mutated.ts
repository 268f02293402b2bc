import type { Random } from '../../../src/common/random';

/** The parts of a file that describe: its beginning, its end, and wherever else. */
function place(random: Random, length: number): number {
  const kind = random.integer(3);
  const window = Math.min(length, 2048);
  return kind === 0 ? random.integer(window) : kind === 1 ? length - 1 - random.integer(window) : random.integer(length);
}

/** One to four changes of a file: flipped bits, extreme bytes, cut ends, copied stretches, exchanged digits. */
export function mutated(original: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(original);
  for (let change = random.integer(4); change >= 0; change--) {
    if (bytes.length === 0) break;
    const at = place(random, bytes.length);
    switch (random.integer(6)) {
      case 0:
        bytes[at]! ^= 1 << random.integer(8);
        break;
      case 1:
        bytes.fill(random.integer(2) * 255, at, Math.min(bytes.length, at + 1 + random.integer(8)));
        break;
      case 2:
        bytes[at] = random.integer(256);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.integer(64)))]);
        break;
      case 4:
        bytes.copyWithin(at, place(random, bytes.length), place(random, bytes.length));
        break;
      default:
        bytes = random.integer(8) === 0 ? bytes.subarray(0, at) : bytes;
        if (bytes.length > 0) bytes[random.integer(bytes.length)] = 0x30 + random.integer(10);
    }
  }
  return bytes;
}
