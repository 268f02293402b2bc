import { checksum } from './checksum';
import { RECORD_VERSION, type RunRecord } from './record';

/** All that a record may hold: one that holds anything else has no checksum only because something damaged it. */
const KEYS: Readonly<Record<keyof RunRecord, true>> = {
  version: true,
  id: true,
  trial: true,
  state: true,
  createdAt: true,
  startedAt: true,
  endedAt: true,
  process: true,
  engine: true,
  attempt: true,
  asked: true,
  data: true,
  provenance: true,
  resumedAfter: true,
  pauseAfter: true,
  pausedAfter: true,
  earlyStop: true,
  crashes: true,
  progress: true,
  results: true,
  fault: true,
};

/** What a text says that may be a record. */
type Said = Readonly<Partial<Record<keyof RunRecord, unknown>>>;

/** Why a text is no record: written by a `later` version, `damaged` since it was written, or something `else`. */
export type NoRecord = 'later' | 'damaged' | 'else';

/** What `run.json` holds of a record: indented JSON whose last key, `crc`, is the CRC-32 of the record as JSON without white space. */
export function recordText(record: RunRecord): string {
  return `${JSON.stringify({ ...record, crc: checksum(JSON.stringify(record)) }, undefined, 1)}\n`;
}

/** The record that a text holds, exactly as it was written, or why it is none. Records of earlier versions have no checksum. */
export function recordOf(text: string): RunRecord | NoRecord {
  try {
    const { crc, ...record } = JSON.parse(text) as Said & { readonly crc?: unknown };
    if (typeof record.version === 'number' && record.version > RECORD_VERSION) return 'later';
    const isAsWritten = crc === undefined ? Object.keys(record).every(key => key in KEYS) : crc === checksum(JSON.stringify(record));
    if (!isAsWritten) return 'damaged';
    return isRecord(record) ? record : 'else';
  } catch {
    return 'else';
  }
}

function isRecord(record: Said): record is RunRecord {
  return (
    record.version === RECORD_VERSION &&
    typeof record.id === 'string' &&
    typeof record.state === 'string' &&
    typeof record.trial === 'object' &&
    record.trial !== null
  );
}
