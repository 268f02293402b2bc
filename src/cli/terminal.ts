import { formatDuration } from '../common/format';

/** Where a command writes. With `--json` one document goes to stdout and nothing else; progress and remarks go to stderr or nowhere. */
export interface Terminal {
  readonly json: boolean;
  /** Human output, dropped with `--json`. */
  print(text: string): void;
  /** A remark beside long work, in one sentence; goes to stderr. */
  note(text: string): void;
  /** The one JSON document, dropped without `--json`. */
  document(value: unknown): void;
  /** Shows the state of long work: `fraction` in [0, 1]; the bar on a terminal; elsewhere a line every tenth, once the work has taken two seconds. */
  progress(fraction: number, label: string, secondsLeft?: number): void;
  /** Clears the bar. */
  progressDone(): void;
}

const BAR_WIDTH = 28;
/** Seconds in which no line is written where there is no bar: quick work needs none. */
const QUICK = 2;

/** The bar as one line of at most `columns` characters. */
export function progressLine(fraction: number, label: string, secondsLeft: number | undefined, columns: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_WIDTH);
  const left = secondsLeft === undefined ? '' : ` · ${formatDuration(secondsLeft)} left`;
  const line = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${`${Math.floor(100 * fraction)}`.padStart(3)} %${left} · ${label}`;
  return Array.from(line)
    .slice(0, Math.max(1, columns - 1))
    .join('');
}

/** The real terminal of this process. */
export class ProcessTerminal implements Terminal {
  private barShown = false;
  private lastTenth = -1;
  private readonly startedAt = process.uptime();

  constructor(readonly json: boolean) {}

  print(text: string): void {
    if (this.json) return;
    this.progressDone();
    process.stdout.write(`${text}\n`);
  }

  note(text: string): void {
    this.progressDone();
    process.stderr.write(`${text}\n`);
  }

  document(value: unknown): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  progress(fraction: number, label: string, secondsLeft?: number): void {
    if (this.json) return;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${progressLine(fraction, label, secondsLeft, process.stderr.columns || 80)}\u001b[K`);
      this.barShown = true;
      return;
    }
    const tenth = Math.floor(10 * fraction);
    if (tenth === this.lastTenth || process.uptime() - this.startedAt < QUICK) return;
    this.lastTenth = tenth;
    process.stderr.write(`${progressLine(fraction, label, secondsLeft, 200)}\n`);
  }

  progressDone(): void {
    if (this.barShown) process.stderr.write('\r\u001b[K');
    this.barShown = false;
  }
}
