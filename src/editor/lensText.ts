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
  /** Number N of unlabelled images that the estimate takes for granted. */
  readonly unlabelled: number;
  /** The latest finished run of this definition. */
  readonly run?: FinishedRun;
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
    const { estimate, architecture } = knowledge;
    if (!estimate) return unknownText(architecture);
    const gap = estimate.vacuous ? 'vacuous' : `${formatRisk(estimate.total)} above the best pre-training loss`;
    return {
      title: `${estimate.evidence} ${gap} (no run yet; initialisation norms)`,
      tooltip: `No run of this definition has finished. ${theoremSentence(estimate)} Pre-train to replace the estimate by a certificate.`,
    };
  });
}

/** The bound and its terms from the latest run, else the estimate from the architecture alone. */
export function boundText(knowledge: DefinitionKnowledge): LensText {
  return prefixed('Bound', () => {
    const measured = knowledge.run && generalReport(knowledge.run.results);
    if (measured) return { title: totalAndTerms(measured, knowledge.run), tooltip: theoremSentence(measured) };
    const { estimate, architecture, unlabelled } = knowledge;
    if (estimate) return { title: estimateTitle(estimate, unlabelled), tooltip: theoremSentence(estimate) };
    const { known, total } = layerCount(architecture.layers);
    return { title: `unknown · ${known} of ${total} layers known`, tooltip: unknownText(architecture).tooltip };
  });
}

/** The strongest certificate of the head, F2 before F1. Both bound the randomised head; the deterministic one errs at most twice as often. */
export const headCertificate = (results: TrialResults): Report | undefined =>
  results.reports.find(report => report.theorem === 'F2' || report.theorem === 'F1');

/** The bound with all its terms, D1. */
export const generalReport = (results: TrialResults): Report | undefined => results.reports.find(report => report.theorem === 'D1');

/** What would make a vacuous bound informative: "informative from N ≈ 3·10⁹". Undefined when nothing is known to. */
export function neededText(report: Report): string | undefined {
  const parts = (['n', 'N'] as const).flatMap(symbol => {
    const value = report.needed[symbol];
    return value === undefined ? [] : [`${symbol} ≈ ${formatCount(value)}`];
  });
  return parts.length === 0 ? undefined : `informative from ${parts.join(' and ')}`;
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
  const title = certificate.vacuous
    ? [`${certificate.evidence} but vacuous from ${labels} (${test})`, neededText(certificate), provenance].filter(Boolean).join(' · ')
    : `${certificate.evidence} error ≤ ${formatRisk(certificate.total)} of the randomised head from ${labels} (${test}) · ${provenance}`;
  return {
    title,
    tooltip: `${theoremSentence(certificate)} ${rankingSentence(results)}Arm "${trial.arm}", seed ${trial.seed}, study ${trial.study.name}.`,
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

function totalAndTerms(report: Report, run: FinishedRun): string {
  const terms = report.terms.map(termText).join(' + ');
  if (!report.vacuous) return `${report.evidence} ${formatRisk(report.total)} = ${terms}`;
  const where = `at n = ${formatCount(mostLabels(run.trial.data.labels))}`;
  const needed = neededText(report);
  return `vacuous ${where}${needed ? ` (${needed})` : ''} · ${report.evidence} ${formatRisk(report.total)} = ${terms}`;
}

/** Two decimals are enough beside each other; a term that is not nothing is never shown as 0. */
function termText({ name, value }: Term): string {
  const size = value === 0 ? '0' : value > 0 && value < 0.005 ? '<.01' : value.toFixed(2).replace(/^0/, '');
  return `${name === 'domain shift' ? 'shift' : name} ${size}`;
}

function estimateTitle(estimate: Report, unlabelled: number): string {
  const at = `at N = ${formatCount(unlabelled)}`;
  if (!estimate.vacuous) return `${estimate.evidence} ≤ ${formatRisk(estimate.total)} ${at} (pre-training part)`;
  const needed = neededText(estimate);
  return `vacuous ${at}${needed ? ` (${needed})` : ''}`;
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
