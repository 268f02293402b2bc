import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FileFault } from '../../../src/common/fault';
import type { DataSource } from '../../../src/datasets/dataSource';
import type { Role } from '../../../src/datasets/dataFiles';
import type { Geometry } from '../../../src/datasets/geometry';
import { openDataSource, type SourceChoice } from '../../../src/datasets/openDataSource';
import { temporaryFolder } from '../support/temporaryFolder';

/** Files to write, by their path in a temporary folder. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

/** An empty folder for each test of the surrounding `describe`, and what tests of data sources do with it. */
export function sourceFolder() {
  const folder = temporaryFolder();

  /** Writes a file, with the folders that it needs. */
  const put = (name: string, bytes: Uint8Array | string): string => {
    const file = folder.file(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    return file;
  };

  /** Opens a source for `use` and closes it afterwards. */
  const withSource = async (choice: SourceChoice, use: (source: DataSource) => unknown, role: Role = 'train', geometry?: Geometry) => {
    const source = await openDataSource(choice, role, geometry);
    try {
      await use(source);
    } finally {
      await source.close();
    }
  };

  /** Opening it or reading all of it must fail with this sentence. */
  const refuses = (choice: () => SourceChoice, sentence: RegExp, role: Role = 'train') =>
    assert.rejects(
      () => withSource(choice(), source => source.read(Array.from({ length: source.count }, (_, i) => i)), role),
      error => error instanceof FileFault && sentence.test(error.message) && !error.message.includes('undefined'),
      String(sentence),
    );
  return { folder, put, withSource, refuses };
}

export const shapeOf = ({ count, height, width, channels }: DataSource): number[] => [count, height, width, channels];

/** Values in [0, 1] as the bytes that they came from. */
export const bytesOf = (values: Float32Array): number[] => [...values].map(value => Math.round(value * 255));
