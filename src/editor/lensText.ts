import type { Architecture, Layer, Unknown } from '../architecture/architecture';
import { formatCount, formatRisk } from '../common/format';
import { mostLabels } from '../datasets/downstreamTask';
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
  readonly change?: LensText;
}

/** What one lens says, and the longer sentence behind it. */
export interface LensText {
  readonly title: string;
  readonly tooltip: string;
}

/** How well the pre-trained encoder serves the task: the certificate of the latest run, else what the architecture alone allows to say. */
export function transferabilityText(knowledge: DefinitionKnowledge, now: Date): LensText {
  return prefixed('Transferability', () => {
    if (knowledge.run) return measuredTransferability(knowledge.run, now);
    const { estimate, checkpoint, architecture } = knowledge;
    const report = checkpoint?.report ?? estimate;
    if (!report) return unknownText(architecture);
    const from = checkpoint ? `the norms of ${checkpoint.file}` : 'the norms at initialisation';
    return {
      title: report.vacuous ? 'no run yet' : `${report.evidence} ≤ ${formatRisk(report.total)}, no run yet`,
      tooltip: `No run of this definition has finished. From ${from}, ${theoremSentence(report)} Pre-train to replace the estimate by a certificate.`,
    };
  });
}

/** The bound and its terms from the latest run, else the estimate from the architecture alone; then what the edits since a baseline did to it. */
export function boundText(knowledge: DefinitionKnowledge): LensText {
  const text = prefixed('Bound', () => {
    const measured = knowledge.run && generalReport(knowledge.run.results);
    if (measured)
      return {
        title: totalAndTerms(measured, knowledge.change ? 1 : 2),
        tooltip: `${theoremSentence(measured)} ${termsSentence(measured)}`,
      };
    const { estimate, checkpoint, architecture, unlabelled } = knowledge;
    if (checkpoint) {
      const { report, file } = checkpoint;
      return { title: `${estimateTitle(report, unlabelled)} · ${file}`, tooltip: `${theoremSentence(report)} ${termsSentence(report)}` };
    }
    if (estimate) return { title: estimateTitle(estimate, unlabelled), tooltip: `${theoremSentence(estimate)} ${termsSentence(estimate)}` };
    const { known, total } = layerCount(architecture.layers);
    return { title: `unknown · ${known} of ${total} layers known`, tooltip: unknownText(architecture).tooltip };
  });
  const { change } = knowledge;
  return change ? { title: `${text.title} · ${change.title}`, tooltip: `${text.tooltip} ${change.tooltip}` } : text;
}

/** The strongest certificate of the head, F2 before F1. Both bound the randomised head; the deterministic one errs at most twice as often. */
export const headCertificate = (results: TrialResults): Report | undefined =>
  results.reports.find(report => report.theorem === 'F2' || report.theorem === 'F1');

/** The bound with all its terms, D1. */
export const generalReport = (results: TrialResults): Report | undefined => results.reports.find(report => report.theorem === 'D1');

/** What would make a vacuous bound informative: "informative from N ≈ 3·10⁹". Undefined when nothing is known to. */
export function neededText(report: Report): string | undefined {
  const needed = neededPoints(report);
  return needed === undefined ? undefined : `informative from ${needed}`;
}

function neededPoints(report: Report): string | undefined {
  const parts = (['n', 'N'] as const).flatMap(symbol => {
    const value = report.needed[symbol];
    return value === undefined ? [] : [`${symbol} ≈ ${formatCount(value)}`];
  });
  return parts.length === 0 ? undefined : parts.join(' and ');
}

function prefixed(name: string, text: () => LensText): LensText {
  const { title, tooltip } = text();
  return { title: `${name}: ${title}`, tooltip };
}

function measuredTransferability(run: FinishedRun, now: Date): LensText {
  const { results, trial } = run;
  const provenance = `${trial.arm}, ${ageText(run.endedAt ?? run.createdAt, now)}`;
  const probe = results.fineTuning.find(result => result.mode === 'probe') ?? results.fineTuning[0];
  const test = probe ? `test ${formatRisk(1 - probe.testAccuracy)}` : 'no test set';
  const certificate = headCertificate(results);
  if (!certificate) return { title: `${test} measured · ${provenance}`, tooltip: 'The run left no certificate for its head.' };
  const labels = `${formatCount(mostLabels(trial.data.labels))} labels`;
  const needed = needs(certificate);
  const title = certificate.vacuous
    ? `${certificate.evidence} but vacuous${needed} (${test}) · ${provenance}`
    : `${certificate.evidence} Gibbs ≤ ${formatRisk(certificate.total)} (${test}) · ${provenance}`;
  return {
    title,
    tooltip: `From ${labels}, ${theoremSentence(certificate)} It is the error of the randomised (Gibbs) head; the deterministic one errs at most twice as often. ${rankingSentence(results)}Arm "${trial.arm}", seed ${trial.seed}, study ${trial.study.name}.`,
  };
}

/** The figures that ranked encoders best beside the certificate (docs/validity.md), where the run left them. */
function rankingSentence({ scores, pretraining }: TrialResults): string {
  const figures = [
    ...(scores?.knn === undefined ? [] : [`${Math.round(scores.knn)} % of the labelled points have a nearest neighbour of their class`]),
    ...(pretraining ? [`hold-out loss ${formatRisk(pretraining.holdOutLoss)}`] : []),
  ];
  return figures.length === 0 ? '' : `To compare encoders: ${figures.join(', ')}. `;
}

/** The total with its largest terms and the sum of the others: more would push the actions out of an editor of usual width. Behind the lens stand all. */
function totalAndTerms(report: Report, shownTerms: number): string {
  const total = report.vacuous ? `vacuous ${formatRisk(report.total)}${needs(report)}` : `${report.evidence} ${formatRisk(report.total)}`;
  const largest = [...report.terms].sort((a, b) => b.value - a.value).slice(0, shownTerms);
  const shown = report.terms.filter(term => largest.includes(term));
  const rest = report.terms.filter(term => !largest.includes(term)).reduce((sum, { value }) => sum + value, 0);
  const texts = [...shown.map(termText), ...(rest > 0 ? [`rest ${sizeText(rest)}`] : [])];
  return `${total} = ${texts.join(' + ')}`;
}

const termText = ({ name, value }: Term): string => `${name === 'domain shift' ? 'shift' : name} ${sizeText(value)}`;

/** Two decimals are enough beside each other; a term that is not nothing is never shown as 0. */
const sizeText = (value: number): string => (value === 0 ? '0' : value > 0 && value < 0.005 ? '<.01' : value.toFixed(2).replace(/^0/, ''));

/** Every term with its evidence. */
const termsSentence = (report: Report): string =>
  report.terms.length === 0 ? '' : `Terms: ${report.terms.map(term => `${termText(term)} (${term.evidence})`).join(', ')}.`;

function estimateTitle(estimate: Report, unlabelled: number): string {
  const needed = neededPoints(estimate);
  if (estimate.vacuous) return needed === undefined ? `vacuous at N = ${formatCount(unlabelled)}` : `vacuous, needs ${needed}`;
  return `${estimate.evidence} ≤ ${formatRisk(estimate.total)} at N = ${formatCount(unlabelled)}`;
}

/** `, needs N ≈ 3·10⁹`: the points from which a vacuous bound says something; empty where that is not known. */
function needs(report: Report): string {
  const needed = neededPoints(report);
  return needed === undefined ? '' : `, needs ${needed}`;
}

/** One sentence that names the theorem, what it bounds, the total with its evidence and the chance that it fails. */
export function theoremSentence(report: Report): string {
  const range = report.vacuous ? `, not below ${formatRisk(report.range)}, the largest value possible: vacuous` : '';
  return `${report.theorem} bounds the ${report.bounds}: ${formatRisk(report.total)} (${report.evidence}${range}), failing with probability at most ${formatRisk(report.failureProbability)}.`;
}

function unknownText(architecture: Architecture): LensText {
  const reason = firstUnknown(architecture);
  const mend = wantsArguments(architecture) ? ' · Set arguments…' : '';
  const title = reason ? `unknown: ${reason.why} (line ${reason.line + 1})${mend}` : 'unknown: no layer with parameters';
  const { known, total } = layerCount(architecture.layers);
  return { title, tooltip: `${known} of ${total} layers are known. A bound needs the sizes of all of them.` };
}

/** The first thing in the source that is not known. */
export function firstUnknown(architecture: Architecture): Unknown | undefined {
  const found = allLayers(architecture.layers).find(layer => !layer.parameters.known);
  if (found && !found.parameters.known) return found.parameters;
  return architecture.parameterCount.known ? undefined : architecture.parameterCount;
}

/** Every layer of a tree, parents before their children. */
export const allLayers = (layers: readonly Layer[]): readonly Layer[] => layers.flatMap(layer => [layer, ...allLayers(layer.children)]);

function layerCount(layers: readonly Layer[]): { readonly known: number; readonly total: number } {
  const leaves = allLayers(layers).filter(layer => layer.children.length === 0);
  return { known: leaves.filter(layer => layer.parameters.known).length, total: leaves.length };
}
