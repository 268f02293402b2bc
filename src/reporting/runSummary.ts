import { createHash } from 'node:crypto';
import { mostLabels } from '../datasets/downstreamTask';
import type { RunGlance } from '../runs/glance';
import type { RunRecord } from '../runs/record';
import { regularisersOf } from '../studies/regularisers';
import type { RunSummary } from './panelMessages';

/** A run on disk with its place among all runs, and of its record what lists need. */
export interface RunEntry<R extends RunGlance = RunGlance> {
  /** Unique among all workspace folders: the path of its folder below the runs folder, as `fashion/radreg-seed-0`. */
  readonly id: string;
  /** Absolute path of the run's folder. */
  readonly folder: string;
  /** Absolute path of the folder that the runs of its study share. */
  readonly studyFolder: string;
  readonly record: R;
}

/** A run with its whole record. */
export type ReadRun = RunEntry<RunRecord>;

/** What the panel is told of a run. */
export function summaryOf({ id, record }: ReadRun): RunSummary {
  const { trial, engine } = record;
  const regularisers = regularisersOf(trial.regulariser);
  return {
    id,
    study: trial.study.name,
    arm: trial.arm,
    seed: trial.seed,
    regulariser: {
      kind: regularisers.map(({ kind }) => kind).join(' + ') || 'none',
      ...(regularisers.length === 1 && { lambda: regularisers[0]!.lambda }),
    },
    setting: settingOf(record),
    pretrained: trial.objective.kind !== 'none',
    labels: mostLabels(trial.data.labels),
    state: record.state,
    createdAt: record.createdAt,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    progress: record.progress,
    engine:
      engine && `${engine.name}, ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}${engine.note ? ` (${engine.note})` : ''}`,
    results: record.results,
    fault: record.fault,
  };
}

/**
 * A short name of everything that a trial was told but its regulariser, its seed and its names: what all arms share before the slash, how is pre-trained
 * behind it.
 */
function settingOf({ trial: { data, encoder, objective, fineTuning, bound } }: RunRecord): string {
  const short = (told: unknown) => createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 12);
  return `${short({ data, encoder, fineTuning, bound })}/${short(objective)}`;
}
