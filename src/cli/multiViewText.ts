import { table } from '../reporting/table';
import { ARM_TITLES } from '../training/multiView/frames';
import type { Mean, MultiViewResults } from '../training/multiView/results';

const percent = (value: number): string => (100 * value).toFixed(1);

/** A share in per cent with the half width of its interval. */
function shown(value: Mean | undefined): string {
  if (!value) return '–';
  const { mean, interval } = value;
  return interval ? `${percent(mean)} ± ${percent((interval[1] - interval[0]) / 2)}` : percent(mean);
}

const right = (title: string) => ({ title, align: 'right' as const });

/** The results for a person: arms, predictions, the sweep of mask ratios, and what they say of the theory. */
export function multiViewText({ arms, sweep, predictions, findings }: MultiViewResults): string {
  const armTable = table(
    [
      { title: 'encoder' },
      { title: 'labels' },
      ...['coverage', 'purity', 'tickets', 'kept', 'train', 'multi-view', 'single-view', 'predicted'].map(right),
    ],
    arms.map(arm => [
      ARM_TITLES[arm.arm],
      arm.labelled,
      ...[arm.coverage, arm.purity, arm.ticketsThatWon, arm.kept, arm.train, arm.multiView, arm.singleView].map(shown),
      predictedAccuracy(arm.predictedError),
    ]),
  );
  const predicted = table(
    [{ title: 'prediction' }, right('value'), { title: 'evidence' }, { title: 'formula' }],
    Object.entries(predictions).map(([name, { value, evidence, formula }]) => [name, value.toPrecision(3), evidence, formula ?? '']),
  );
  const ratios = table(
    [right('θ'), { title: 'growth' }, ...['coverage', 'Λ grew', 'loss', 'multi-view', 'single-view'].map(right)],
    sweep.map(point => [
      typeof point.keep === 'number' ? String(point.keep) : point.keep.join(' to '),
      point.grows === undefined ? 'both' : point.grows ? 'yes' : 'no',
      shown(point.coverage),
      `× ${point.growth.mean.toPrecision(3)}`,
      point.loss.mean.toPrecision(3),
      shown(point.multiView),
      shown(point.singleView),
    ]),
  );
  return [
    'Per cent, mean over seeds ± 95 %; all measured but what is predicted.',
    armTable,
    '',
    predicted,
    ...(sweep.length > 0 ? ['', 'Mask ratios (teacher and student; a head on fixed features)', ratios] : []),
    '',
    ...findings,
  ].join('\n');
}

/** The single-view accuracies that coverage allows, estimated. */
const predictedAccuracy = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  low === high ? percent(1 - high) : `${percent(1 - high)} to ${percent(1 - low)}`;
