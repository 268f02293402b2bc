import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RECONSTRUCTIONS_FILE } from '../../src/training/reconstructions';
import { inventedPictures, inventedSeries, sampleRecords, sweptTrials } from './panelSample';

/** Writes the finished runs of a sweep of the sample study into a workspace, as its trainers would have left them; returns the folder of the study. */
export function writeFinishedRuns(workspace: string): string {
  const study = path.join(workspace, '.boundlens/runs/fashion-t-shirt-or-coat');
  const definition = { file: path.join(workspace, 'models/mae.py'), name: 'MaskedAutoencoder' };
  const records = sampleRecords(sweptTrials()).map((record, at) => ({
    ...record,
    createdAt: new Date(Date.UTC(2026, 4, 4, 12, 0, at)).toISOString(),
  }));
  for (const record of records.filter(({ state }) => state !== 'running')) {
    const folder = path.join(study, record.id);
    mkdirSync(path.join(folder, 'checkpoint'), { recursive: true });
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify({ ...record, trial: { ...record.trial, definition } }));
    writeFileSync(path.join(folder, 'checkpoint', RECONSTRUCTIONS_FILE), JSON.stringify(inventedPictures(6)));
    writeFileSync(path.join(folder, 'metrics.jsonl'), metricLines(record.id));
  }
  return study;
}

/** The invented curves of a run, one line a step. */
function metricLines(id: string): string {
  const steps = new Map<number, Record<string, number>>();
  for (const { name, steps: at, values } of inventedSeries(id, 1000))
    at.forEach((step, index) => steps.set(step, { ...steps.get(step), [name]: values[index]! }));
  return [...steps]
    .sort(([a], [b]) => a - b)
    .map(([step, values]) => `${JSON.stringify({ phase: 'pre-training', step, time: step / 100, values })}\n`)
    .join('');
}
