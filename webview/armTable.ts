import { formatRisk } from '../src/common/format';
import type { ArmSummary, StudySummary } from '../src/runs/summary/studySummary';
import type { FineTuningMode } from '../src/training/results';
import { headCertificate } from './headline';
import { formatShare, formatSpread } from './spreadText';

const MODES: readonly { readonly mode: FineTuningMode; readonly title: string }[] = [
  { mode: 'probe', title: 'probe' },
  { mode: 'frozen', title: 'frozen' },
  { mode: 'full', title: 'full' },
];

/** The results of a study: one row an arm, mean ± standard deviation over its seeds; modes that nothing was fine-tuned in are left out. */
export function armTable({ arms }: StudySummary): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const modes = MODES.filter(({ mode }) => arms.some(arm => arm.accuracy.some(one => one.mode === mode)));
  return {
    head: ['arm', 'seeds', ...modes.map(({ title }) => title), 'certified error ≤', 'complexity', 'feature norm'],
    rows: arms.map(arm => [
      arm.arm,
      `${arm.seeds.length}`,
      ...modes.map(({ mode }) => accuracy(arm, mode)),
      certificate(arm),
      formatSpread(arm.featureComplexity, formatRisk),
      formatSpread(arm.featureNorm, formatRisk),
    ]),
  };
}

function accuracy(arm: ArmSummary, mode: FineTuningMode): string {
  const found = arm.accuracy.find(one => one.mode === mode);
  return found ? formatShare(found.test) : '–';
}

function certificate(arm: ArmSummary): string {
  const found = headCertificate(arm);
  return found ? `${formatSpread(found.total, formatRisk)}${found.vacuous ? ' vacuous' : ''}` : '–';
}
