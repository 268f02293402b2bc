import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileFault, FileFault } from '../common/fault';
import { summaryOf, type ReadRun } from './runSummary';
import { readReconstructions } from './readReconstructions';
import { SeriesStore } from './seriesStore';
import type { PanelSnapshot, Series } from './panelMessages';
import type { StoredRun } from '../runs/store';
import { summarise, type StudySummary } from '../runs/summary/studySummary';
import { reportPage } from './reportPage';
import { summaryText } from './summaryText';

/** Where a study's report was written. */
export interface WrittenReport {
  readonly json: string;
  readonly html: string;
  readonly summary: StudySummary;
}

/**
 * Writes report.json (the summary and every run's results) and report.html (the panel's page with the data inside) into the study's folder.
 * Throws a FileFault when no run has finished or the folder cannot be written; the report before stays then.
 * @param assets folder that holds panel.js
 */
export async function writeStudyReport(folder: string, runs: readonly StoredRun[], assets: string): Promise<WrittenReport> {
  const summary = summarise(runs.map(run => run.record));
  if (!summary) throw new FileFault(folder, 'holds no finished run', 'let one finish first');
  const json = path.join(folder, 'report.json');
  const html = path.join(folder, 'report.html');
  const script = await readFile(path.join(assets, 'panel.js'), 'utf8');
  await replace(json, `${JSON.stringify({ summary, runs: runs.map(run => run.record) }, undefined, 1)}\n`);
  await replace(html, reportPage(await snapshotOf(folder, runs, summary), script, summaryText(summary)));
  return { json, html, summary };
}

async function snapshotOf(folder: string, runs: readonly StoredRun[], summary: StudySummary): Promise<PanelSnapshot> {
  const entries: readonly ReadRun[] = runs.map(({ folder: { path: own }, record }) => ({
    id: path.relative(path.dirname(folder), own),
    folder: own,
    studyFolder: folder,
    record,
  }));
  const series = await Promise.all(runs.map(async (run, i) => [entries[i]!.id, await curvesOf(run)] as const));
  const selected = oneOfEachArm(entries);
  const pictured = runs.flatMap((run, i) =>
    selected.includes(entries[i]!.id) ? [{ id: entries[i]!.id, weights: run.folder.checkpoint }] : [],
  );
  const pictures = await Promise.all(pictured.map(async ({ id, weights }) => [id, await readReconstructions(weights)] as const));
  return {
    studies: [summary.study],
    study: summary.study,
    runs: entries.map(summaryOf),
    summary,
    selected,
    series: Object.fromEntries(series),
    reconstructions: Object.fromEntries(pictures.flatMap(([id, found]) => (found ? [[id, found]] : []))),
    trusted: false,
  };
}

/** The first run of each arm: all seeds at once are a thicket, and the page offers the others. */
function oneOfEachArm(entries: readonly ReadRun[]): readonly string[] {
  const arms = new Map<string, string>();
  for (const { id, record } of entries) if (!arms.has(record.trial.arm)) arms.set(record.trial.arm, id);
  return [...arms.values()];
}

/** Few enough points that a page with dozens of runs stays small. */
const POINTS_PER_CURVE = 400;

async function curvesOf({ folder }: StoredRun): Promise<readonly Series[]> {
  const store = new SeriesStore(POINTS_PER_CURVE);
  store.append((await folder.metrics()).lines);
  return store.snapshot();
}

async function replace(file: string, text: string): Promise<void> {
  try {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  } catch (error) {
    throw fileFault(file, error);
  }
}
