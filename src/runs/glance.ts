import type { Report } from '../theory/report';
import type { Trial } from '../studies/study';
import type { FineTuningResult, TrialResults } from '../training/results';
import type { RunRecord } from './record';

interface Kind {
  readonly kind: string;
}

/** What lists need of a trial. */
interface TrialGlance extends Pick<Trial, 'arm' | 'seed' | 'definition'> {
  readonly study: Pick<Trial['study'], 'name' | 'file'>;
  readonly encoder: Kind;
  readonly objective: Kind;
  readonly regulariser: Kind | readonly Kind[];
}

/** What lists need of a bound. */
export type ReportGlance = Pick<Report, 'theorem' | 'total' | 'evidence' | 'vacuous'>;

/** What lists need of results: the probe, and of the bounds the first and the strongest certificate of the head. */
interface ResultsGlance extends Pick<TrialResults, 'seconds' | 'collapse'> {
  readonly fineTuning: readonly Pick<FineTuningResult, 'mode' | 'testAccuracy'>[];
  readonly reports: readonly ReportGlance[];
}

/** What lists show of a run, a small part of its record. A record is a glance too. */
export interface RunGlance extends Pick<
  RunRecord,
  'id' | 'state' | 'createdAt' | 'startedAt' | 'endedAt' | 'progress' | 'pausedAfter' | 'asked' | 'fault'
> {
  readonly trial: TrialGlance;
  readonly results?: ResultsGlance;
}

/** The glance of a record, with nothing but what lists show. */
export function glanceOf(record: RunGlance): RunGlance {
  const { id, state, createdAt, startedAt, endedAt, progress, pausedAfter, asked, fault, trial, results } = record;
  const { arm, seed, definition, encoder, objective, regulariser } = trial;
  const study = { name: trial.study.name, file: trial.study.file };
  const certificate = results?.reports.find(({ theorem }) => theorem === 'F2' || theorem === 'F1');
  const kindOf = ({ kind }: Kind): Kind => ({ kind });
  return {
    ...{ id, state, createdAt },
    ...present({ startedAt, endedAt, pausedAfter, asked, fault, progress: state === 'finished' ? undefined : progress }),
    trial: {
      ...{ study, arm, seed, encoder: kindOf(encoder), objective: kindOf(objective) },
      regulariser: 'kind' in regulariser ? kindOf(regulariser) : regulariser.map(kindOf),
      ...(definition && { definition }),
    },
    ...(results && {
      results: {
        seconds: results.seconds,
        ...present({ collapse: results.collapse }),
        fineTuning: results.fineTuning.filter(({ mode }) => mode === 'probe').map(({ mode, testAccuracy }) => ({ mode, testAccuracy })),
        reports: results.reports
          .filter((report, at) => at === 0 || report === certificate)
          .map(({ theorem, total, evidence, vacuous }) => ({ theorem, total, evidence, vacuous })),
      },
    }),
  };
}

/** The entries that have a value. */
const present = <T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
