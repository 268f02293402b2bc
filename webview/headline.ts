import { formatCount, formatRisk } from '../src/common/format';
import { t, translated } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import type { ArmSummary, ReportSummary, StudySummary } from '../src/runs/summary/studySummary';
import type { Evidence, Report } from '../src/theory/report';
import { formatSpread } from './spreadText';

/** One number at the top of the page, with how it is known. */
export interface HeadlineCard {
  readonly title: string;
  readonly value: string;
  /** Absent where there is no number yet. */
  readonly evidence?: Evidence;
  readonly vacuous?: boolean;
  readonly detail: string;
}

/** The certificate of the linear head in one arm, the stronger of F2 and F1 where both are there. */
export const headCertificate = (arm: ArmSummary): ReportSummary | undefined =>
  arm.reports.find(report => report.theorem === 'F2' || report.theorem === 'F1');

/** The bound with all its terms in one arm. */
export const generalBound = (arm: ArmSummary): ReportSummary | undefined => arm.reports.find(report => report.theorem === 'D1');

/** The cards: from one arm (see `headlineArm`) once runs have finished, else from the architecture alone. */
export function headlineCards({ summary, definition, runs }: PanelSnapshot): readonly HeadlineCard[] {
  if (summary) return measuredCards(summary);
  if (definition?.estimate) return [estimateCard(definition.estimate)];
  const waiting = runs.some(run => run.state === 'running' || run.state === 'queued');
  return [
    {
      title: t('Error of the head'),
      value: '–',
      detail: waiting ? t('Comes with the first finished run.') : t('No run has finished yet.'),
    },
  ];
}

/**
 * The arm that the cards speak of: the first with a regulariser, else the first that was pre-trained, in the order of the study.
 * Never the one with the best numbers: choosing after looking would void the certificate.
 */
export function headlineArm({ arms }: StudySummary): ArmSummary | undefined {
  const pretrained = arms.filter(arm => arm.pretrained);
  return pretrained.find(arm => arm.regulariser !== 'none') ?? pretrained[0] ?? arms[0];
}

function measuredCards(summary: StudySummary): readonly HeadlineCard[] {
  const arm = headlineArm(summary);
  if (!arm) return [];
  const bound = generalBound(arm);
  return [
    ...certificateCard(arm, summary.labels),
    ...(bound ? [boundCard(bound, arm)] : []),
    ...termCard(bound, 'transfer', t('Transfer from pre-training'), transferDetail(arm, summary)),
    ...termCard(
      bound,
      'complexity',
      t('Complexity of the representation'),
      t('feature norm {0}', formatSpread(arm.featureNorm, formatRisk)),
    ),
  ];
}

function certificateCard(arm: ArmSummary, labels: number): readonly HeadlineCard[] {
  const certificate = headCertificate(arm);
  if (!certificate) return [];
  const probe = arm.accuracy.find(({ mode }) => mode === 'probe');
  const test = probe ? `${t('test {0}', formatSpread({ ...probe.test, mean: 1 - probe.test.mean }, formatRisk))} · ` : '';
  return [
    {
      title: t('{0}, {1} labels', sentence(certificate.bounds), formatCount(labels)),
      value: `≤ ${formatRisk(certificate.total.mean)}`,
      evidence: certificate.evidence,
      vacuous: certificate.vacuous,
      detail: test + t('{0}, {1}, δ = {2} each seed', arm.arm, certificate.theorem, formatRisk(certificate.failureProbability)),
    },
  ];
}

function boundCard(bound: ReportSummary, arm: ArmSummary): HeadlineCard {
  return {
    title: t('Bound on the excess risk'),
    value: formatRisk(bound.total.mean),
    evidence: bound.evidence,
    vacuous: bound.vacuous,
    detail: `${bound.vacuous ? `${vacuity(bound)} · ` : ''}${arm.arm}, ${bound.theorem}, ${translated(bound.bounds)}`,
  };
}

function termCard(bound: ReportSummary | undefined, name: string, title: string, detail: string): readonly HeadlineCard[] {
  const term = bound?.terms.find(one => one.name === name);
  return term ? [{ title, value: formatRisk(term.value.mean), evidence: term.evidence, detail }] : [];
}

/** The term against pre-training without a regulariser, where that is another arm. */
function transferDetail(arm: ArmSummary, { arms }: StudySummary): string {
  const loss = arm.holdOutLoss ? t('hold-out loss {0}', formatSpread(arm.holdOutLoss, formatRisk)) : t('no pre-training');
  const plain = arms.find(one => one.pretrained && one.regulariser === 'none');
  const own = termMean(arm);
  const other = plain && plain.arm !== arm.arm ? termMean(plain) : undefined;
  if (!plain || own === undefined || other === undefined) return loss;
  const change = own - other;
  return `${t('{0} against {1}', (change < 0 ? '−' : '+') + formatRisk(Math.abs(change)), plain.arm)} · ${loss}`;
}

const termMean = (arm: ArmSummary): number | undefined => generalBound(arm)?.terms.find(term => term.name === 'transfer')?.value.mean;

function estimateCard(estimate: Report): HeadlineCard {
  return {
    title: t('Bound from the architecture alone'),
    value: formatRisk(estimate.total),
    evidence: estimate.evidence,
    vacuous: estimate.vacuous,
    detail: estimate.vacuous ? `${vacuity(estimate)} · ${t('no run yet')}` : t('no run yet: initialisation norms'),
  };
}

/** What would make a vacuous bound informative, in words. */
export function vacuity({ needed }: Pick<Report, 'needed'>): string {
  const parts = [
    ...(needed.N === undefined ? [] : [t('N ≈ {0} unlabelled images', formatCount(needed.N))]),
    ...(needed.n === undefined ? [] : [t('n ≈ {0} labels', formatCount(needed.n))]),
  ];
  return parts.length > 0 ? t('informative from {0}', parts.join(t(' and '))) : t('more data alone would not make it informative');
}

/** What a theorem bounds, up to its fine print, with a capital letter. */
const sentence = (bounds: string): string => (translated(bounds).split(';')[0] ?? '').replace(/^./, first => first.toUpperCase());
