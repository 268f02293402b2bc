/** Every byte as a value in [0, 1]. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Values in [0, 1] of bytes that lie as they are wanted. */
export function unitValues(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = UNIT[bytes[i]!]!;
  return values;
}

/**
 * Values of records in another order: value `i` of a sample is value `order[i]` of its record. Records may be longer than samples.
 *
 * @param size values of one record
 */
export function reordered(values: Float32Array, size: number, order: Int32Array): Float32Array {
  const count = values.length / size;
  const sorted = new Float32Array(count * order.length);
  for (let record = 0; record < count; record++)
    for (let i = 0; i < order.length; i++) sorted[record * order.length + i] = values[record * size + order[i]!]!;
  return sorted;
}

/**
 * For each value of an image (row, column, channel) its place in a record that holds channel after channel.
 *
 * @param skipped values before the image, such as its label
 * @param columnMajor whether each channel lies column by column
 */
export function planarOrder(height: number, width: number, channels: number, skipped = 0, columnMajor = false): Int32Array {
  const order = new Int32Array(height * width * channels);
  let to = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++)
        order[to++] = skipped + channel * height * width + (columnMajor ? column * height + row : row * width + column);
  return order;
}
