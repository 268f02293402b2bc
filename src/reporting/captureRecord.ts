import type { CaptureFrame } from '../training/multiView/frames';

/** An experiment of the multi-view laboratory, finished or running. In a message of the host: what is new of it. */
export interface CaptureRecord {
  readonly name: string;
  readonly frames: readonly CaptureFrame[];
  /** What the finished experiment says of the theory. */
  readonly findings: readonly string[];
  readonly ended: boolean;
  readonly fault?: string;
}

/** A record with what a line of the file adds; the same record for a line that says nothing of it or is damaged. */
export function withLine(record: CaptureRecord, line: string): CaptureRecord {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return record;
  }
  if (typeof event !== 'object' || event === null || !('type' in event)) return record;
  if (event.type === 'frame' && isFrame(event)) return { ...record, frames: [...record.frames, event] };
  if (event.type === 'start') return { ...record, name: textOf(event, 'spec', 'name') ?? record.name };
  if (event.type !== 'end') return record;
  const results = 'results' in event ? event.results : undefined;
  const findings =
    typeof results === 'object' && results !== null && 'findings' in results && Array.isArray(results.findings) ? results.findings : [];
  const fault = 'fault' in event && typeof event.fault === 'string' ? { fault: event.fault } : {};
  return { ...record, ended: true, findings: findings.filter(one => typeof one === 'string'), ...fault };
}

function isFrame(event: object): event is CaptureFrame {
  const { seed, arm, phase, step, steps, kernels, features, correlations, captured, coverage } = event as Partial<CaptureFrame>;
  const numbers = [seed, step, steps, kernels, features, coverage].every(value => typeof value === 'number' && Number.isFinite(value));
  if (!numbers || typeof arm !== 'string' || typeof phase !== 'string') return false;
  return Array.isArray(correlations) && correlations.length === kernels! * features! && Array.isArray(captured);
}

function textOf(event: object, ...path: readonly string[]): string | undefined {
  let value: unknown = event;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}
