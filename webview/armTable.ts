import { formatRisk } from '../src/common/format';
import { t } from '../src/common/translation';
import type { ArmSummary, StudySummary } from '../src/runs/summary/studySummary';
import type { FineTuningMode } from '../src/training/results';
import type { TextTable } from './dom';
import { headCertificate } from './headline';
import { formatShare, formatSpread } from './spreadText';

const MODES: readonly { readonly mode: FineTuningMode; readonly title: string }[] = [
  { mode: 'probe', title: 'probe' },
  { mode: 'frozen', title: 'frozen' },
  { mode: 'full', title: 'full' },
];

/** The results of a study: one row an arm, mean ± standard deviation over its seeds; modes that nothing was fine-tuned in are left out. */
export function armTable({ arms }: StudySummary): TextTable {
  const modes = MODES.filter(({ mode }) => arms.some(arm => arm.accuracy.some(one => one.mode === mode)));
  return {
    head: [t('arm'), t('seeds'), ...modes.map(({ title }) => title), t('certified error ≤'), t('complexity'), t('feature norm')],
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

/** Accuracy by number of labels, one row an arm and mode; undefined where the study has one budget. */
export function budgetTable({ arms, labels }: StudySummary): TextTable | undefined {
  const budgets = arms[0]?.budgets.map(budget => budget.labels) ?? [];
  if (budgets.length === 0) return undefined;
  return {
    head: [t('arm'), t('mode'), ...[...budgets, labels].map(size => t('{0} labels', size))],
    rows: arms.flatMap(arm =>
      arm.accuracy.map(({ mode, test }) => [
        arm.arm,
        mode,
        ...budgets.map(size => {
          const found = arm.budgets.find(one => one.labels === size)?.accuracy.find(one => one.mode === mode);
          return found ? formatShare(found.test) : '–';
        }),
        formatShare(test),
      ]),
    ),
  };
}

/** Ramp risk and calibration on the test set, one row an arm and mode. */
export const riskTable = ({ arms }: StudySummary): TextTable => ({
  head: [t('arm'), t('mode'), t('ramp risk'), t('calibration error'), t('Brier score')],
  rows: arms.flatMap(arm =>
    arm.accuracy.map(({ mode, ramp, calibrationError, brier }) => [
      arm.arm,
      mode,
      ...[ramp, calibrationError, brier].map(value => formatSpread(value, formatRisk)),
    ]),
  ),
});

function accuracy(arm: ArmSummary, mode: FineTuningMode): string {
  const found = arm.accuracy.find(one => one.mode === mode);
  return found ? formatShare(found.test) : '–';
}

function certificate(arm: ArmSummary): string {
  const found = headCertificate(arm);
  return found ? `${formatSpread(found.total, formatRisk)}${found.vacuous ? ` ${t('vacuous')}` : ''}` : '–';
}
