import { brokenFile, openSource } from './byteSource';

/** Whether a parsed value is an object with named members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses UTF-8 JSON; `part` names what it is in the sentence of the fault. */
export function parseJson(file: string, bytes: Uint8Array, part: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw brokenFile(file, `has a ${part} that is not JSON`);
  }
}

const LONGEST_JSON = 100_000_000;

/** A whole JSON file of up to 100 MB. */
export async function readJsonFile(file: string): Promise<unknown> {
  const source = await openSource(file);
  try {
    if (source.size > LONGEST_JSON) throw brokenFile(file, 'is too long for a JSON index');
    return parseJson(file, await source.read(0, source.size), 'text');
  } finally {
    await source.close();
  }
}
