import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { csv } from '../common/csv';
import { fileFault } from '../common/fault';
import type { StoredRun } from '../runs/store';
import { writeStudyReport } from './studyReport';

/** Writes report.html, report.json and runs.csv (a row for each run and fine-tuning mode) into a folder; returns their paths. */
export async function exportRuns(runs: readonly StoredRun[], folder: string, assets: string): Promise<string[]> {
  const table = path.join(folder, 'runs.csv');
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(table, runsCsv(runs));
  } catch (error) {
    throw fileFault(table, error);
  }
  const { html, json } = await writeStudyReport(folder, runs, assets);
  return [html, json, table];
}

const COLUMNS = [
  'study',
  'arm',
  'seed',
  'state',
  'mode',
  'test accuracy',
  'train accuracy',
  'test errors',
  'test images',
  'hold-out loss',
  'feature norm',
  'certificate',
  'bounded error',
];

/** Runs as comma-separated values (RFC 4180), one row a run and fine-tuning mode. */
function runsCsv(runs: readonly StoredRun[]): string {
  const rows = runs.flatMap(({ record: { trial, state, results } }) => {
    const run = [trial.study.name, trial.arm, trial.seed, state];
    if (!results) return [run];
    const best = results.reports[0];
    return results.fineTuning.map(result => [
      ...run,
      result.mode,
      result.testAccuracy,
      result.trainAccuracy,
      result.testErrors,
      result.testCount,
      results.pretraining?.holdOutLoss ?? '',
      results.featureNorm,
      best?.theorem ?? '',
      best?.total ?? '',
    ]);
  });
  return csv([COLUMNS, ...rows]);
}
