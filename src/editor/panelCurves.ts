import type { MetricLine } from '../runs/record';
import { RunFolder } from '../runs/runFolder';
import type { Series, SeriesByRun } from '../reporting/panelMessages';
import type { RunEntry } from '../reporting/runSummary';
import { SeriesStore } from '../reporting/seriesStore';

interface Followed {
  readonly folder: RunFolder;
  series: SeriesStore;
  offset: number;
}

/** The curves of the runs that a panel draws, read from their metrics files as these grow. */
export class PanelCurves {
  private followed = new Map<string, Followed>();

  /** Follows these runs and no others; what is known of runs that stay is kept. */
  follow(entries: readonly RunEntry[]): void {
    this.followed = new Map(
      entries.map(({ id, folder }) => [
        id,
        this.followed.get(id) ?? { folder: new RunFolder(folder), series: new SeriesStore(), offset: 0 },
      ]),
    );
  }

  /**
   * Reads what is new. `added` holds the new points by run, runs without any left out; `restarted` is true when a run began anew,
   * so that points already handed out are void.
   */
  async read(): Promise<{ readonly added: SeriesByRun; readonly restarted: boolean }> {
    const added: Record<string, readonly Series[]> = {};
    let restarted = false;
    for (const [id, followed] of this.followed) {
      const lines: MetricLine[] = [];
      for (;;) {
        const tail = await followed.folder.metrics(followed.offset);
        const end = followed.offset === tail.offset;
        followed.offset = tail.offset;
        if (tail.restarted) {
          followed.series = new SeriesStore();
          lines.length = 0;
        }
        restarted ||= tail.restarted;
        for (const line of tail.lines) lines.push(line);
        if (end) break;
      }
      const series = followed.series.append(lines);
      if (series.length > 0) added[id] = series;
    }
    return { added, restarted };
  }

  /** All curves as read so far. */
  snapshot(): SeriesByRun {
    return Object.fromEntries([...this.followed].map(([id, { series }]) => [id, series.snapshot()]));
  }
}
