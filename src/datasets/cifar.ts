import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { FileFault } from '../common/fault';
import { isFolder, sizeOf, type Role } from './dataFiles';
import type { DataSource } from './dataSource';
import { planarOrder, reordered, unitValues } from './pixels';
import { fileRecords, joinedRecords, type Records } from './records';

/** CIFAR in its binary version: a folder as it is unpacked, or one of its files. */
export interface CifarChoice {
  readonly format: 'cifar10' | 'cifar100';
  readonly path: string;
  /** Of CIFAR-100: 100 fine classes (default) or 20 coarse ones. */
  readonly labelling?: 'fine' | 'coarse';
}

const SIDE = 32;
const CHANNELS = 3;
const PIXELS = SIDE * SIDE * CHANNELS;
const FORMATS = {
  cifar10: { name: 'CIFAR-10', labelBytes: 1, train: /^data_batch_\d+\.bin$/, test: /^test_batch\.bin$/ },
  cifar100: { name: 'CIFAR-100', labelBytes: 2, train: /^train\.bin$/, test: /^test\.bin$/ },
} as const;

/** Opens CIFAR-10 or CIFAR-100 (Krizhevsky 2009, binary version). Throws a `FileFault`. */
export async function openCifar(choice: CifarChoice, role: Role): Promise<DataSource> {
  const { name, labelBytes } = FORMATS[choice.format];
  const [labelAt, classes] = choice.format === 'cifar10' ? [0, 10] : choice.labelling === 'coarse' ? [0, 20] : [1, 100];
  const size = labelBytes + PIXELS;
  const files = await cifarFiles(choice, role);
  const parts: Records[] = [];
  for (const file of files) {
    const bytes = await sizeOf(file);
    if (bytes === 0 || bytes % size !== 0)
      throw new FileFault(
        file,
        `is ${bytes} bytes long, which is no multiple of the ${size} bytes of an image of ${name}`,
        'name a file of the binary version or download it again',
      );
    parts.push(fileRecords(file, { offset: 0, size, count: bytes / size }));
  }
  const records = joinedRecords(parts);
  try {
    const labels = await readLabels(records, labelAt);
    const wrong = labels.findIndex(label => label >= classes);
    if (wrong >= 0)
      throw new FileFault(
        choice.path,
        `gives image ${wrong} the class ${labels[wrong]!} of 0 … ${classes - 1}`,
        `name files of ${name} in the binary version`,
      );
    const order = planarOrder(SIDE, SIDE, CHANNELS, labelBytes);
    return {
      count: records.count,
      height: SIDE,
      width: SIDE,
      channels: CHANNELS,
      name: choice.path,
      labels,
      files,
      read: async indices => reordered(unitValues(await records.read(indices)), size, order),
      close: () => records.close(),
    };
  } catch (error) {
    await records.close();
    throw error;
  }
}

/** Images per read while the labels are collected. */
const LABEL_BATCH = 4096;

async function readLabels(records: Records, labelAt: number): Promise<Uint16Array> {
  const labels = new Uint16Array(records.count);
  for (let from = 0; from < labels.length; from += LABEL_BATCH) {
    const length = Math.min(LABEL_BATCH, labels.length - from);
    const bytes = await records.read(Int32Array.from({ length }, (_, i) => from + i));
    for (let i = 0; i < length; i++) labels[from + i] = bytes[i * records.size + labelAt]!;
  }
  return labels;
}

/** The files that a choice means. Throws a `FileFault` when a folder has none. */
export async function cifarFiles({ format, path: place }: CifarChoice, role: Role): Promise<string[]> {
  if (!(await isFolder(place))) return [place];
  const wanted = FORMATS[format][role === 'test' ? 'test' : 'train'];
  const names = (await readdir(place)).filter(name => wanted.test(name)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (names.length > 0) return names.map(name => path.join(place, name));
  const expected = { cifar10: ['data_batch_1.bin …', 'test_batch.bin'], cifar100: ['train.bin', 'test.bin'] }[format];
  throw new FileFault(place, `holds no ${expected[role === 'test' ? 1 : 0]}`, 'name the folder that the binary version is unpacked to');
}
