import { thinned } from '../src/common/thin';
import type { CaptureRecord } from '../src/reporting/captureRecord';
import type { HostMessage, PanelSnapshot, RunSummary, Series, SeriesByRun } from '../src/reporting/panelMessages';

/**
 * What the page knows after one more message; undefined before the first snapshot.
 * Deltas that arrive before it belong to a page that is gone and are dropped.
 */
export function receive(known: PanelSnapshot | undefined, message: HostMessage): PanelSnapshot | undefined {
  switch (message.type) {
    case 'snapshot':
      return thinnedSnapshot(message.snapshot);
    case 'metrics':
      return known && { ...known, series: append(known, message.series) };
    case 'capture':
      return known && { ...known, capture: grown(message.restarted ? undefined : known.capture, message.added) };
    case 'tab':
      return known;
    case 'runs':
      return known && { ...known, runs: mergeRuns(known.runs, message), ...(message.summary && { summary: message.summary }) };
  }
}

/** A curve longer than this is thinned to half: several times what a screen can show, and little enough to be drawn many times a second. */
const MOST_POINTS = 8_000;

const short = (curve: Series): Series => (curve.steps.length > MOST_POINTS ? thinned(curve, MOST_POINTS / 2) : curve);

function thinnedSnapshot(snapshot: PanelSnapshot): PanelSnapshot {
  const all = Object.entries(snapshot.series);
  if (all.every(([, curves]) => curves.every(({ steps }) => steps.length <= MOST_POINTS))) return snapshot;
  return { ...snapshot, series: Object.fromEntries(all.map(([run, curves]) => [run, curves.map(short)])) };
}

/** An experiment with what is new of it. */
const grown = (known: CaptureRecord | undefined, added: CaptureRecord): CaptureRecord => ({
  ...added,
  frames: [...(known?.frames ?? []), ...added.frames],
});

/** The curves of selected runs with new points at their ends. */
function append(known: PanelSnapshot, added: SeriesByRun): SeriesByRun {
  const series: Record<string, readonly Series[]> = { ...known.series };
  for (const [run, curves] of Object.entries(added)) {
    if (!known.selected.includes(run)) continue;
    const merged = [...(series[run] ?? [])];
    for (const curve of curves) {
      const at = merged.findIndex(one => one.name === curve.name && one.phase === curve.phase);
      if (at < 0) merged.push(short(curve));
      else merged[at] = short(extend(merged[at]!, curve));
    }
    series[run] = merged;
  }
  return series;
}

/** Steps only grow: a point that a snapshot already held is not drawn twice. */
function extend(curve: Series, added: Series): Series {
  const last = curve.steps.at(-1) ?? -1;
  const fresh = added.steps.findIndex(step => step > last);
  if (fresh < 0) return curve;
  return { ...curve, steps: [...curve.steps, ...added.steps.slice(fresh)], values: [...curve.values, ...added.values.slice(fresh)] };
}

function mergeRuns(runs: readonly RunSummary[], { changed, removed }: HostMessage & { type: 'runs' }): readonly RunSummary[] {
  const byId = new Map(changed.map(run => [run.id, run]));
  const known = new Set(runs.map(run => run.id));
  return [...runs.map(run => byId.get(run.id) ?? run), ...changed.filter(run => !known.has(run.id))].filter(
    run => !removed.includes(run.id),
  );
}
