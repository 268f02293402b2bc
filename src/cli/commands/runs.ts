import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileFault, FileFault, sentenceOf, UsageFault } from '../../common/fault';
import { formatPercent, formatRisk } from '../../common/format';
import { summaryText } from '../../reporting/summaryText';
import { table } from '../../reporting/table';
import { adoptRuns, isOver } from '../../runs/adopt';
import { tellQueue } from '../../runs/queueControl';
import { RunFolder } from '../../runs/runFolder';
import { listRuns, type ListedRun } from '../../runs/runIndex';
import { findStores, RunStore, type StoredRun } from '../../runs/store';
import { stopRuns } from '../../runs/stopRuns';
import { summarise } from '../../runs/summary/studySummary';
import { parse, type Command, type CommandContext } from '../command';
import { EXECUTOR_OPTIONS, EXECUTOR_USAGE } from '../executorOptions';
import { reportText } from '../reportText';
import type { Terminal } from '../terminal';

const DEFAULT_FOLDER = path.join('.boundlens', 'runs');

/** `boundlens runs`: what is on disk, and what can be done with it. */
export const runsCommand: Command = {
  name: 'runs',
  usage: `(list|show|compare|export|stop|resume|pause|unpause|first) [DIR|RUN] [--out DIR] ${EXECUTOR_USAGE} [--json]`,
  summary:
    'Lists, shows, compares, exports, stops or resumes runs; pauses the queue of a study, or has a run start first. DIR is a folder of runs, RUN the folder of one.',
  async run(argv, context) {
    const { options, positionals } = parse(this, argv, { out: 'string', ...EXECUTOR_OPTIONS });
    const [verb, target = DEFAULT_FOLDER, ...rest] = positionals;
    if (rest.length > 0) throw new UsageFault(`boundlens runs ${verb} takes one folder`, `use boundlens runs ${this.usage}`);
    const folder = path.resolve(target);
    switch (verb) {
      case 'list':
        return list(folder, context);
      case 'show':
        return show(folder, context);
      case 'compare':
        return compare(folder, context);
      case 'export': {
        const { exportRuns } = await import('../../reporting/exportRuns');
        const files = await exportRuns(await runsOf(folder, context.terminal), path.resolve(options.out ?? folder), context.assets);
        context.terminal.document({ files });
        context.terminal.print(files.join('\n'));
        return 0;
      }
      case 'stop':
        return stop(folder, context);
      case 'pause':
      case 'unpause':
        return pauseQueue(folder, verb === 'pause', context);
      case 'first':
        return startFirst(folder, context);
      case 'resume': {
        const { resumeRuns } = await import('../resumeRuns');
        return resumeRuns(folder, await runsOf(folder, context.terminal), options, context);
      }
      default:
        throw new UsageFault(`boundlens runs ${verb ?? 'needs a verb'}`.trim(), `use boundlens runs ${this.usage}`);
    }
  },
};

/** The runs of one study folder, settled; says which cannot be read. Throws a FileFault when there are none. */
async function runsOf(folder: string, terminal: Terminal): Promise<StoredRun[]> {
  await requireFolder(folder);
  const runs = await adoptRuns(new RunStore(folder), telling(terminal));
  if (runs.length === 0) throw new FileFault(folder, 'holds no runs', 'name the folder of one study, as boundlens runs list prints it');
  return runs.sort(inSweepOrder);
}

const telling =
  (terminal: Terminal) =>
  (fault: unknown): void =>
    terminal.note(sentenceOf(fault));

/** Trials are put on disk in the order of their sweep. */
const inSweepOrder = ({ record: a }: StoredRun, { record: b }: StoredRun): number =>
  a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id, undefined, { numeric: true });

const listOrder = ({ glance: a }: Pick<ListedRun, 'glance'>, { glance: b }: Pick<ListedRun, 'glance'>): number =>
  a.createdAt === b.createdAt ? NUMERIC.compare(a.id, b.id) : a.createdAt < b.createdAt ? -1 : 1;

const NUMERIC = new Intl.Collator(undefined, { numeric: true });

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    if (folder === path.resolve(DEFAULT_FOLDER) && (error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new FileFault(
        folder,
        'does not exist, so nothing has run here yet',
        'start with boundlens run STUDY, or name the folder that holds the runs',
      );
    throw fileFault(folder, error);
  });
  if (!found.isDirectory()) throw new FileFault(folder, 'is not a folder', 'name the folder that holds the runs');
}

async function list(folder: string, { terminal }: CommandContext): Promise<number> {
  await requireFolder(folder);
  const stores = await findStores(folder);
  if (terminal.json) {
    const whole = (await Promise.all(stores.map(store => adoptRuns(store, telling(terminal))))).flat().sort(inSweepOrder);
    terminal.document({ runs: whole.map(({ folder: { path: own }, record }) => ({ folder: own, ...record })) });
    return 0;
  }
  const unread: unknown[] = [];
  const listed = async (store: RunStore) => {
    const parent = path.relative(process.cwd(), store.path);
    const below = parent === '' ? '' : path.join(parent, path.sep);
    return (await listRuns(store, fault => unread.push(fault))).map(({ name, glance }) => ({ shown: below + name, glance }));
  };
  const runs = (await Promise.all(stores.map(listed))).flat().sort(listOrder);
  for (const fault of unread) terminal.note(sentenceOf(fault));
  if (runs.length === 0) terminal.print(`${folder} holds no runs`);
  else
    terminal.print(
      table(
        [
          { title: 'study' },
          { title: 'arm' },
          { title: 'seed', align: 'right' },
          { title: 'state' },
          { title: 'probe', align: 'right' },
          { title: 'error ≤', align: 'right' },
          { title: 'folder' },
        ],
        runs.map(({ shown, glance: { trial, state, progress, results } }) => [
          trial.study.name,
          trial.arm,
          `${trial.seed}`,
          state === 'running' && progress ? `running ${Math.floor(100 * progress.fraction)} %` : state,
          formatted(results?.fineTuning.find(({ mode }) => mode === 'probe')?.testAccuracy, formatPercent),
          formatted(results?.reports[0]?.total, formatRisk),
          shown,
        ]),
      ),
    );
  return 0;
}

const formatted = (value: number | undefined, format: (value: number) => string): string => (value === undefined ? '–' : format(value));

async function show(folder: string, { terminal }: CommandContext): Promise<number> {
  await requireFolder(folder);
  const record = await new RunFolder(folder).read();
  terminal.document(record);
  const { trial, state, fault, results, engine } = record;
  terminal.print(
    `${trial.study.name} · ${trial.arm} · seed ${trial.seed}: ${state}${fault ? `: ${fault}` : ''}${engine ? ` (${engine.name})` : ''}`,
  );
  if (record.resumedAfter) terminal.print(`Pre-training went on after step ${record.resumedAfter.join(', ')}.`);
  const { damaged } = await new RunFolder(folder).metrics();
  if (damaged > 0) terminal.print(`${damaged} damaged ${damaged === 1 ? 'line' : 'lines'} of metrics left out.`);
  for (const { mode, testAccuracy, testErrors, testCount } of results?.fineTuning ?? [])
    terminal.print(`${mode}: ${formatPercent(testAccuracy)} (${testErrors} errors of ${testCount})`);
  for (const report of results?.reports ?? []) terminal.print(`\n${reportText(report)}`);
  return 0;
}

async function compare(folder: string, { terminal }: CommandContext): Promise<number> {
  const summary = summarise((await runsOf(folder, terminal)).map(run => run.record));
  if (!summary) throw new FileFault(folder, 'holds no finished run', 'let one finish first');
  terminal.document(summary);
  terminal.print(summaryText(summary));
  return 0;
}

async function pauseQueue(folder: string, paused: boolean, { terminal }: CommandContext): Promise<number> {
  await runsOf(folder, terminal);
  await tellQueue(folder, control => ({ ...control, paused }));
  terminal.document({ folder, paused });
  terminal.print(paused ? `Nothing new starts in ${folder}; what runs goes on.` : `The queue of ${folder} goes on.`);
  return 0;
}

async function startFirst(folder: string, { terminal }: CommandContext): Promise<number> {
  const { id, state } = await new RunFolder(folder).read();
  if (state !== 'queued') throw new UsageFault(`${id} is ${state}, not queued`, 'name the folder of a run that waits');
  await tellQueue(path.dirname(folder), control => ({ ...control, first: [id, ...control.first.filter(other => other !== id)] }));
  terminal.document({ first: id });
  terminal.print(`${id} starts before all others.`);
  return 0;
}

async function stop(folder: string, { terminal }: CommandContext): Promise<number> {
  await requireFolder(folder);
  const single = await new RunFolder(folder).readIfPresent();
  const runs = single
    ? [{ folder: new RunFolder(folder), record: single }]
    : (await Promise.all((await findStores(folder)).map(store => adoptRuns(store, telling(terminal))))).flat();
  const stopped = await stopRuns(runs.filter(run => !isOver(run.record)).map(run => run.folder));
  terminal.document({ stopped: stopped.map(record => record.id) });
  terminal.print(stopped.length === 0 ? 'Nothing is running.' : `Stopped ${stopped.map(record => record.id).join(', ')}.`);
  return 0;
}
