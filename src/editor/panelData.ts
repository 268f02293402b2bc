import { summarise } from '../runs/summary/studySummary';
import type { PanelSnapshot } from '../reporting/panelMessages';
import { summaryOf, type ReadRun, type RunEntry } from '../reporting/runSummary';
import { belongsTo, byStudy, isActive, type DefinitionPlace, type StudyRuns } from './runIndex';

/** What a person has chosen to see; what is absent is chosen for them. */
export interface PanelChoice {
  /** Name of a study. */
  readonly study?: string;
  /** Ids of the runs whose curves are drawn. */
  readonly runs?: readonly string[];
}

/** Curves drawn at first: more are hard to tell apart. */
const FEW = 8;

/** The study to show: the chosen one while it has runs, else the latest. */
export function shownStudy(entries: readonly RunEntry[], choice: PanelChoice): StudyRuns | undefined {
  const studies = byStudy(entries);
  return studies.find(({ name }) => name === choice.study) ?? studies[0];
}

/** The latest study with runs of a definition. */
export const studyOf = (entries: readonly RunEntry[], place: DefinitionPlace): StudyRuns | undefined =>
  byStudy(entries).find(study => study.entries.some(entry => belongsTo(entry, place)));

/** The runs whose curves are drawn: the chosen ones that are there, else what runs now and then the first seed of each arm. */
export function shownRuns(study: StudyRuns, choice: PanelChoice): readonly RunEntry[] {
  if (choice.runs) {
    const chosen = new Set(choice.runs);
    const there = study.entries.filter(({ id }) => chosen.has(id));
    if (there.length > 0 || choice.runs.length === 0) return there;
  }
  const running = study.entries.filter(entry => entry.record.state === 'running');
  const begun = study.entries.filter(entry => entry.record.startedAt !== undefined || !isActive(entry));
  const firstOfArm = begun.filter((entry, index) => begun.findIndex(other => other.record.trial.arm === entry.record.trial.arm) === index);
  return [...new Set([...running, ...firstOfArm])].slice(0, FEW);
}

/** Everything a page needs to draw itself. @param read the runs of the study that is shown */
export function panelSnapshot(
  entries: readonly RunEntry[],
  choice: PanelChoice,
  read: readonly ReadRun[],
  around: Pick<PanelSnapshot, 'series' | 'reconstructions' | 'definition' | 'capture' | 'trusted'>,
): PanelSnapshot {
  const study = shownStudy(entries, choice);
  return {
    studies: byStudy(entries).map(({ name }) => name),
    study: study?.name,
    runs: read.map(summaryOf),
    summary: summarise(read.map(({ record }) => record)),
    selected: study ? shownRuns(study, choice).map(({ id }) => id) : [],
    ...around,
  };
}

/** The definition that a study stands for, as its runs say. */
export const definitionOf = (study: StudyRuns | undefined): DefinitionPlace | undefined =>
  study?.entries.find(({ record }) => record.trial.definition)?.record.trial.definition;
