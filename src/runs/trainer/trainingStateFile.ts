import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { TrainingState } from '../../training/trainingState';
import { asFault, replaceFile, type RunFiles } from '../files';

/** What a state belongs to: with all of it the same, what follows is the same bit for bit. */
export interface StateKey {
  /** Hash of everything that decides the trial's numbers. */
  readonly trial: string;
  readonly engine: string;
  readonly threads: number;
  readonly code: string;
  readonly platform: string;
  readonly data: string;
}

/** How much of `metrics.jsonl` was written before the state. */
export interface MetricsMark {
  readonly bytes: number;
  readonly lines: number;
}

interface Header {
  readonly version: 1;
  readonly key: StateKey;
  readonly metrics: MetricsMark;
  readonly sha256: string;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes of a state file: a line of JSON with what it belongs to and a hash, then the state as Node's structured clone writes it. */
export function stateBytes(state: TrainingState, key: StateKey, metrics: MetricsMark): Uint8Array {
  const payload = serialize(state);
  const header: Header = { version: 1, key, metrics, sha256: sha256(payload) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), payload]);
}

/** Writes a state in the place of the one before. Throws a `FileFault`; the one before then stays. */
export async function writeState(files: RunFiles, file: string, bytes: Uint8Array): Promise<void> {
  await replaceFile(files, file, bytes);
}

/** A state that can be gone on from, or why there is none. */
export type FoundState =
  | { readonly state: TrainingState; readonly metrics: MetricsMark; readonly why?: undefined }
  | { readonly state?: undefined; readonly why?: string };

/** Reads the state that belongs to `key`; nothing without a reason where there is no file. Only a whole file is ever decoded. */
export async function readState(files: RunFiles, file: string, key: StateKey): Promise<FoundState> {
  if ((await files.size(file)) === undefined) return {};
  const { header, payload } = parts(await asFault(file, () => files.readBytes(file)));
  if (header?.version !== 1) return { why: 'its state is damaged or of another version' };
  if (sha256(payload) !== header.sha256) return { why: 'its state is damaged' };
  const other = (Object.keys(key) as (keyof StateKey)[]).find(part => header.key[part] !== key[part]);
  if (other !== undefined) return { why: `its state belongs to another ${NAMES[other]}` };
  try {
    return { state: deserialize(payload) as TrainingState, metrics: header.metrics };
  } catch {
    return { why: 'its state cannot be read by this version of Node' };
  }
}

/** How much of the metrics was written before the state of a file, whatever the state belongs to; undefined when the bytes are damaged. */
export function stateMark(bytes: Uint8Array): MetricsMark | undefined {
  const { header, payload } = parts(bytes);
  return header?.version === 1 && sha256(payload) === header.sha256 ? header.metrics : undefined;
}

function parts(bytes: Uint8Array): { readonly header: Header | undefined; readonly payload: Uint8Array } {
  const end = bytes.indexOf(0x0a);
  return { header: headerOf(bytes.subarray(0, Math.max(0, end))), payload: bytes.subarray(end + 1) };
}

const NAMES: Readonly<Record<keyof StateKey, string>> = {
  trial: 'trial',
  engine: 'engine',
  threads: 'number of threads',
  code: 'version of BoundLens',
  platform: 'kind of machine',
  data: 'content of the data',
};

function headerOf(line: Uint8Array): Header | undefined {
  try {
    return JSON.parse(Buffer.from(line).toString('utf8')) as Header;
  } catch {
    return undefined;
  }
}
