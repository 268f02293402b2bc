type Values = Float32Array | Float64Array;

/** A matrix that is read and read again, too large to be held. */
export interface MatrixSource {
  readonly rows: number;
  readonly columns: number;
  /** The values in row-major order, any number at a time; every call begins anew. */
  readonly chunks: () => AsyncIterable<Values>;
}

/** From which row and column to which, the last ones excluded. */
export interface MatrixWindow {
  readonly rows: readonly [from: number, end: number];
  readonly columns: readonly [from: number, end: number];
}

/** The values of a matrix, one or more whole rows at a time; what is given is valid until the next. */
export async function* wholeRows({ columns, chunks }: MatrixSource): AsyncGenerator<Values> {
  const begun = new Float64Array(columns);
  let filled = 0;
  for await (const values of chunks()) {
    let at = 0;
    if (filled > 0) {
      at = Math.min(columns - filled, values.length);
      begun.set(values.subarray(0, at), filled);
      filled += at;
      if (filled < columns) continue;
      yield begun;
    }
    const end = values.length - ((values.length - at) % columns);
    if (end > at) yield values.subarray(at, end);
    begun.set(values.subarray(end));
    filled = values.length - end;
  }
}

/** A part of a matrix, times a power of two. Its chunks are whole rows in 64-bit floats, each valid until the next; nothing is read beyond its last row. */
export function windowOf(source: MatrixSource, { rows, columns }: MatrixWindow, scale = 1): MatrixSource {
  const width = columns[1] - columns[0];
  async function* chunks(): AsyncGenerator<Float64Array> {
    let room = new Float64Array(0);
    let row = 0;
    for await (const values of wholeRows(source)) {
      const count = values.length / source.columns;
      const [first, end] = [Math.max(rows[0], row), Math.min(rows[1], row + count)];
      if (end > first) {
        const length = (end - first) * width;
        if (room.length < length) room = new Float64Array(length);
        for (let of = first, at = 0; of < end; of++) {
          const start = (of - row) * source.columns;
          for (let column = columns[0]; column < columns[1]; column++, at++) room[at] = values[start + column]! * scale;
        }
        yield room.subarray(0, length);
      }
      row += count;
      if (row >= rows[1]) return;
    }
  }
  return { rows: rows[1] - rows[0], columns: width, chunks };
}
