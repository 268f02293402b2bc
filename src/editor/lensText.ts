import type { Architecture, Unknown } from '../architecture/architecture';
import { allLayers, knownLayers } from '../architecture/counts';
import { formatCount, formatRisk } from '../common/format';
import { t, translated } from '../common/translation';
import { mostLabels } from '../datasets/downstreamTask';
import type { ReportGlance } from '../runs/glance';
import type { RunRecord } from '../runs/record';
import type { Report, Term } from '../theory/report';
import type { TrialResults } from '../training/results';
import { ageText } from './ageText';
import { wantsArguments } from './argumentsText';

/** A run that has its results. */
export type FinishedRun = RunRecord & { readonly results: TrialResults };

/** All that the lenses over one definition are made of. */
export interface DefinitionKnowledge {
  readonly architecture: Architecture;
  /** The bound from the architecture alone; absent when a size is not known. */
  readonly estimate?: Report;
  /** The same with the norms of weights that were attached, and the name of their file. */
  readonly checkpoint?: { readonly file: string; readonly report: Report };
  /** Number N of unlabelled images that the estimate takes for granted. */
  readonly unlabelled: number;
  /** The latest finished run of this definition. */
  readonly run?: FinishedRun;
  /** What the edits since a baseline did to the bound. */
  readonly change?: ChangeText;
}

/** What one lens says, and the longer sentence behind it. */
export interface LensText {
  readonly title: string;
  readonly tooltip: string;
}

/** What edits did, `complexity ×1.8 vs HEAD`, and the same where there is little room: `×1.8 vs HEAD`. */
export interface ChangeText extends LensText {
  readonly short: string;
}

/** How well the pre-trained encoder serves the task: the certificate of the latest run, else what the architecture alone allows to say. */
export function transferabilityText(knowledge: DefinitionKnowledge, now: Date): LensText {
  return prefixed(t('Transferability'), () => {
    if (knowledge.run) return measuredTransferability(knowledge.run, now);
    const { estimate, checkpoint, architecture } = knowledge;
    const report = checkpoint?.report ?? estimate;
    if (!report) return unknownText(architecture);
    const from = checkpoint ? t('the norms of {0}', checkpoint.file) : t('the norms at initialisation');
    return {
      title: report.vacuous ? t('no run yet') : t('{0}, no run yet', atMost(report)),
      tooltip: t(
        'No run of this definition has finished. From {0}, {1} Pre-train to replace the estimate by a certificate.',
        from,
        theoremSentence(report),
      ),
    };
  });
}

/** Characters that fit over a line beside a side bar in a window of 1,400 pixels, and what VS Code puts between two lenses. */
const LINE = 167;
const SEPARATOR = ' | ';

/** Characters that the other lenses of a line leave to the bound. */
export const roomFor = (others: readonly LensText[]): number => LINE - [...others.map(({ title }) => title), ''].join(SEPARATOR).length;

/** Characters for the bound where nothing is known of the other lenses. */
const USUAL_ROOM = 65;

/**
 * The bound and its terms from the latest run, else the estimate from the architecture alone; then what the edits since a baseline did to it.
 * @param room characters that the title may take: as many terms as fit are named, behind the lens stand all
 */
export function boundText(knowledge: DefinitionKnowledge, room = USUAL_ROOM): LensText {
  const { change } = knowledge;
  const left = room - t('Bound').length - 2 - (change ? change.title.length + 3 : 0);
  const text = prefixed(t('Bound'), () => {
    const measured = knowledge.run && generalReport(knowledge.run.results);
    if (measured)
      return {
        title: totalAndTerms(measured, left),
        tooltip: `${theoremSentence(measured)} ${termsSentence(measured)}`,
      };
    const { estimate, checkpoint, architecture, unlabelled } = knowledge;
    if (checkpoint) {
      const { report, file } = checkpoint;
      return {
        title: `${estimateTitle(report, unlabelled)} · ${clipped(file)}`,
        tooltip: `${theoremSentence(report)} ${termsSentence(report)}`,
      };
    }
    if (estimate) return { title: estimateTitle(estimate, unlabelled), tooltip: `${theoremSentence(estimate)} ${termsSentence(estimate)}` };
    const { known, all } = knownLayers(architecture);
    const titles = [t('unknown · {0} of {1} layers known', known, all), t('unknown')];
    return { title: titles.find(title => title.length <= left) ?? titles[1]!, tooltip: unknownText(architecture).tooltip };
  });
  if (!change) return text;
  const titles = [change.title, change.short].map(end => `${text.title} · ${end}`);
  return { title: titles.find(title => title.length <= room) ?? titles.at(-1)!, tooltip: `${text.tooltip} ${change.tooltip}` };
}

/** The strongest certificate of the head, F2 before F1. Both bound the randomised head; the deterministic one errs at most twice as often. */
export const headCertificate = <R extends ReportGlance>({ reports }: { readonly reports: readonly R[] }): R | undefined =>
  reports.find(report => report.theorem === 'F2' || report.theorem === 'F1');

/** The bound with all its terms, D1. */
export const generalReport = (results: TrialResults): Report | undefined => results.reports.find(report => report.theorem === 'D1');

/** What would make a vacuous bound informative: "informative from N ≈ 3·10⁹". Undefined when nothing is known to. */
export function neededText(report: Report): string | undefined {
  const needed = neededPoints(report);
  return needed === undefined ? undefined : t('informative from {0}', needed);
}

function neededPoints(report: Report): string | undefined {
  const parts = (['n', 'N'] as const).flatMap(symbol => {
    const value = report.needed[symbol];
    return value === undefined ? [] : [`${symbol} ≈ ${formatCount(value)}`];
  });
  return parts.length === 0 ? undefined : parts.join(t(' and '));
}

function prefixed(name: string, text: () => LensText): LensText {
  const { title, tooltip } = text();
  return { title: `${name}: ${title}`, tooltip };
}

const atMost = (report: Report): string => `${translated(report.evidence)} ≤ ${formatRisk(report.total)}`;

/** What is known of the head in a few words; whose head is bounded, from how many labels and how long ago stands behind the lens. */
function measuredTransferability(run: FinishedRun, now: Date): LensText {
  const { results, trial } = run;
  const age = ageText(run.endedAt ?? run.createdAt, now);
  const probe = results.fineTuning.find(result => result.mode === 'probe') ?? results.fineTuning[0];
  const test = probe ? t('test {0}', formatRisk(1 - probe.testAccuracy)) : t('no test set');
  const certificate = headCertificate(results);
  const arm = clipped(trial.arm);
  if (!certificate)
    return { title: t('{0} measured · {1}', test, arm), tooltip: t('The run left no certificate for its head. It ended {0}.', age) };
  const title = certificate.vacuous
    ? t('{0} but vacuous{1} ({2}) · {3}', translated(certificate.evidence), needs(certificate), test, arm)
    : `${atMost(certificate)} (${test}) · ${arm}`;
  return {
    title,
    tooltip: t(
      'From {0} labels, {1} It is the error of the randomised (Gibbs) head; the deterministic one errs at most twice as often. {2}Arm "{3}", seed {4}, study {5}, {6}.',
      formatCount(mostLabels(trial.data.labels)),
      theoremSentence(certificate),
      rankingSentence(results),
      trial.arm,
      trial.seed,
      trial.study.name,
      age,
    ),
  };
}

/** Names and reasons longer than this would push the actions out of an editor of usual width. */
const [LONGEST_NAME, LONGEST_REASON] = [20, 40];

const clipped = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);

/** A reason that is too long, cut behind a word. */
const clippedReason = (reason: string): string =>
  reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 1).replace(/\s+\S*$/, '')}…` : reason;

/** The figures that ranked encoders best beside the certificate (docs/validity.md), where the run left them. */
function rankingSentence({ scores, pretraining }: TrialResults): string {
  const figures = [
    ...(scores?.knn === undefined
      ? []
      : [t('{0} % of the labelled points have a nearest neighbour of their class', Math.round(scores.knn))]),
    ...(pretraining ? [t('hold-out loss {0}', formatRisk(pretraining.holdOutLoss))] : []),
  ];
  return figures.length === 0 ? '' : `${t('To compare encoders: {0}.', figures.join(', '))} `;
}

/** The total with all its terms where there is room, else with the largest of them. */
function totalAndTerms(report: Report, room: number): string {
  const total = report.vacuous
    ? t('vacuous {0}', formatRisk(report.total)) + needs(report)
    : `${translated(report.evidence)} ${formatRisk(report.total)}`;
  for (let shown = report.terms.length; shown > 0; shown--) {
    const text = `${total} = ${largestTerms(report.terms, shown)}`;
    if (text.length <= room) return text;
  }
  return total;
}

/** `transfer .31 + complexity .08 + …`, in the order of the report. */
function largestTerms(terms: readonly Term[], count: number): string {
  const largest = [...terms].sort((a, b) => b.value - a.value).slice(0, count);
  const texts = terms.filter(term => largest.includes(term)).map(termText);
  return [...texts, ...(count < terms.length ? ['…'] : [])].join(' + ');
}

const termText = ({ name, value }: Term): string => `${name === 'domain shift' ? t('shift') : translated(name)} ${sizeText(value)}`;

/** Two decimals are enough beside each other; a term that is not nothing is never shown as 0. */
const sizeText = (value: number): string => (value === 0 ? '0' : value > 0 && value < 0.005 ? '<.01' : value.toFixed(2).replace(/^0/, ''));

/** Every term with its evidence. */
const termsSentence = (report: Report): string =>
  report.terms.length === 0
    ? ''
    : t('Terms: {0}.', report.terms.map(term => `${termText(term)} (${translated(term.evidence)})`).join(', '));

function estimateTitle(estimate: Report, unlabelled: number): string {
  const needed = neededPoints(estimate);
  if (estimate.vacuous) return needed === undefined ? t('vacuous at N = {0}', formatCount(unlabelled)) : t('vacuous, needs {0}', needed);
  return t('{0} at N = {1}', atMost(estimate), formatCount(unlabelled));
}

/** `, needs N ≈ 3·10⁹`: the points from which a vacuous bound says something; empty where that is not known. */
function needs(report: Report): string {
  const needed = neededPoints(report);
  return needed === undefined ? '' : t(', needs {0}', needed);
}

/** One sentence that names the theorem, what it bounds, the total with its evidence and the chance that it fails. */
export function theoremSentence(report: Report): string {
  const range = report.vacuous ? t(', not below {0}, the largest value possible: vacuous', formatRisk(report.range)) : '';
  return t(
    '{0} bounds the {1}: {2} ({3}{4}), failing with probability at most {5}.',
    report.theorem,
    translated(report.bounds),
    formatRisk(report.total),
    translated(report.evidence),
    range,
    formatRisk(report.failureProbability),
  );
}

function unknownText(architecture: Architecture): LensText {
  const reason = firstUnknown(architecture);
  const mend = wantsArguments(architecture) ? ` · ${t('Set arguments…')}` : '';
  const title = reason
    ? t('unknown: {0} (line {1}){2}', clippedReason(reason.why), reason.line + 1, mend)
    : t('unknown: no layer with parameters');
  const { known, all } = knownLayers(architecture);
  const count = t('{0} of {1} layers are known. A bound needs the sizes of all of them.', known, all);
  return { title, tooltip: reason ? `${t('Unknown: {0} (line {1}).', reason.why, reason.line + 1)} ${count}` : count };
}

/** The first thing in the source that is not known. */
export function firstUnknown(architecture: Architecture): Unknown | undefined {
  const found = [...allLayers(architecture.layers)].find(layer => !layer.parameters.known);
  if (found && !found.parameters.known) return found.parameters;
  return architecture.parameterCount.known ? undefined : architecture.parameterCount;
}
