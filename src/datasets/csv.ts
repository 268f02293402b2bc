import { createReadStream } from 'node:fs';
import { FileFault, fileFault } from '../common/fault';
import { numberedClasses } from './classNames';
import { csvFields } from './csvLine';
import { sizeOf } from './dataFiles';
import { counted, type DataSource } from './dataSource';
import { OpenFile } from './records';
import { memorySamples } from './samples';

/** A table of numbers: one header line with the names of the columns, then one row a line. */
export interface CsvChoice {
  readonly format: 'csv';
  readonly path: string;
  /** The column that holds the class, as a number or a name; every other column is a feature. */
  readonly label?: string;
  readonly delimiter?: ',' | ';' | '\t';
}

const LONGEST_LINE = 1 << 22;
/** Tables up to this many bytes of values are held; of larger ones the lines that are needed are read again. */
const MOST_HELD_BYTES = 256 << 20;
const LINE_FEED = 0x0a;

/** Opens a table after one pass over it; a sample is a row, 1 × columns × 1. Throws a `FileFault`. */
export async function openCsv(choice: CsvChoice, mostHeld = MOST_HELD_BYTES): Promise<DataSource> {
  const { path: file } = choice;
  if ((await sizeOf(file)) === 0) throw new FileFault(file, 'is empty', 'copy or download it again');
  const table = new TableReader(choice, mostHeld);
  let rest: Uint8Array = new Uint8Array(0);
  let offset = 0;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
        table.add(bytes.subarray(start, end), offset + start);
        start = end + 1;
      }
      rest = bytes.subarray(start);
      offset += start;
      if (rest.length > LONGEST_LINE) throw new FileFault(file, 'has a line of more than 4 MB', 'name a table with one row a line');
    }
    table.add(rest, offset);
  } catch (error) {
    throw fileFault(file, error);
  }
  return table.source();
}

/** Takes the lines of a table one after the other and keeps values, or only where the lines lie. */
class TableReader {
  private columns: readonly string[] | undefined;
  private labelAt = -1;
  private delimiter: string;
  private lines = 0;
  private readonly offsets: number[] = [];
  private readonly lengths: number[] = [];
  private values: Float32Array | undefined = new Float32Array(1 << 12);
  private readonly names = new Map<string, number>();
  private readonly members: number[] = [];

  constructor(
    private readonly choice: CsvChoice,
    private readonly mostHeld: number,
  ) {
    this.delimiter = choice.delimiter ?? ',';
  }

  add(bytes: Uint8Array, offset: number): void {
    this.lines++;
    const line = textOf(bytes, this.lines === 1);
    if (line === '') return;
    if (!this.columns) {
      this.columns = this.readHeader(line);
      return;
    }
    const width = this.columns.length;
    const row = this.offsets.length;
    if (this.values && (row + 1) * width * 4 > this.mostHeld) this.values = undefined;
    if (this.values && (row + 1) * width > this.values.length) {
      const longer = new Float32Array(2 * Math.max(this.values.length, width));
      longer.set(this.values);
      this.values = longer;
    }
    const into = this.values?.subarray(row * width, (row + 1) * width) ?? new Float32Array(width);
    const label = this.readRow(line, `line ${this.lines}`, into);
    this.offsets.push(offset);
    this.lengths.push(bytes.length);
    if (label === undefined) return;
    const member = this.names.get(label) ?? this.names.size;
    this.names.set(label, member);
    this.members.push(member);
  }

  source(): DataSource {
    const { columns, offsets, values } = this;
    const { path: file, label } = this.choice;
    if (!columns || offsets.length === 0) throw new FileFault(file, 'has no row below its header', 'name a table with rows');
    const shape = { count: offsets.length, height: 1, width: columns.length, channels: 1 };
    const opened = new OpenFile(file);
    const rows = values ? memorySamples(shape, values.slice(0, offsets.length * columns.length)) : { ...shape, read: this.reader(opened) };
    return {
      ...rows,
      name: file,
      tabular: true,
      columns,
      ...(label !== undefined && numberedClasses(file, [...this.names.keys()], this.members)),
      files: [file],
      close: () => opened.close(),
    };
  }

  private reader(opened: OpenFile): (indices: ArrayLike<number>) => Promise<Float32Array> {
    const width = this.columns!.length;
    return async indices => {
      const values = new Float32Array(indices.length * width);
      for (let i = 0; i < indices.length; i++) {
        const row = indices[i]!;
        const line = textOf(await opened.read(this.offsets[row]!, this.lengths[row]!), false);
        this.readRow(line, `row ${row + 1}`, values.subarray(i * width, (i + 1) * width));
      }
      return values;
    };
  }

  /** The feature columns; finds the column of the labels. */
  private readHeader(line: string): readonly string[] {
    const { path: file, label, delimiter } = this.choice;
    if (!delimiter)
      this.delimiter = [',', ';', '\t'].reduce((best, one) => (line.split(one).length > line.split(best).length ? one : best));
    const names = csvFields(line, this.delimiter);
    if (!names) throw this.fault('line 1', 'has a quote that is not closed', 'close it');
    if (names.every(name => name !== '' && Number.isFinite(Number(name))))
      throw new FileFault(file, 'has no header: its first line holds numbers alone', 'write the names of the columns into the first line');
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new FileFault(file, `has two columns "${twice}"`, 'give each column its own name');
    this.labelAt = label === undefined ? -1 : names.indexOf(label);
    if (label !== undefined && this.labelAt < 0)
      throw new FileFault(file, `has no column "${label}" for the labels`, `name one of ${names.slice(0, 12).join(', ')}`);
    const columns = names.filter((_, index) => index !== this.labelAt);
    if (columns.length === 0) throw new FileFault(file, 'has no column beside the labels', 'add columns of numbers');
    return columns;
  }

  /** Writes the features of a row into `values` and returns its label. */
  private readRow(line: string, where: string, values: Float32Array): string | undefined {
    const fields = csvFields(line, this.delimiter);
    if (!fields) throw this.fault(where, 'has a quote that is not closed', 'close it; a row takes one line');
    const wanted = values.length + (this.labelAt < 0 ? 0 : 1);
    if (fields.length !== wanted)
      throw this.fault(where, `has ${counted(fields.length)} fields where the header has ${counted(wanted)}`, 'correct it');
    let to = 0;
    for (let i = 0; i < fields.length; i++) {
      if (i === this.labelAt) continue;
      const text = fields[i]!;
      const value = Number(text);
      values[to] = value;
      if (text === '' || !Number.isFinite(values[to]))
        throw this.fault(
          where,
          `has ${text === '' ? 'nothing' : `"${text.slice(0, 40)}"`} in column "${this.columns![to]!}", not a number`,
          'correct it, or take the row or the column out',
        );
      to++;
    }
    if (this.labelAt < 0) return undefined;
    const label = fields[this.labelAt]!;
    if (label === '') throw this.fault(where, `has no label in column "${this.choice.label!}"`, 'add it or take the row out');
    return label;
  }

  private fault(where: string, problem: string, mend: string): FileFault {
    return new FileFault(`${this.choice.path}, ${where}`, problem, mend);
  }
}

/** The text of a line without its line break and, at the start of a file, without a byte order mark. */
function textOf(bytes: Uint8Array, isFirst: boolean): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').trimEnd();
  return isFirst ? text.replace(/^\uFEFF/, '') : text;
}
