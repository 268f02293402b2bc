import path from 'node:path';
import { FileFault, UsageFault } from '../../common/fault';
import { table } from '../../reporting/table';
import { findStores } from '../../runs/store';
import { validityOf, type EstimateValidity, type Validity } from '../../runs/validity/validity';
import type { FinishedRun } from '../../runs/validity/estimates';
import { parse, type Command } from '../command';

/** `boundlens validity`: which estimates predicted the outcomes of a sweep. */
export const validityCommand: Command = {
  name: 'validity',
  usage: 'DIR [--json]',
  summary: 'Ranks every estimate by its Kendall τ with the fine-tuned accuracy over the finished runs below DIR.',
  async run(argv, { terminal }) {
    const { positionals } = parse(this, argv, {});
    const [folder, ...rest] = positionals;
    if (!folder || rest.length > 0)
      throw new UsageFault('boundlens validity takes one folder of runs', `use boundlens validity ${this.usage}`);
    const stores = await findStores(path.resolve(folder));
    if (stores.length === 0) throw new FileFault(folder, 'holds no runs', 'check the path, or run a sweep with --out there');
    const runs = (await Promise.all(stores.map(store => store.list()))).flat().map(({ record }) => record);
    const finished = runs.filter((record): record is FinishedRun => record.state === 'finished' && record.results !== undefined);
    const validity = judged(folder, finished);
    terminal.document(validity);
    terminal.print(validityText(validity));
    return 0;
  },
};

function judged(folder: string, runs: readonly FinishedRun[]): Validity {
  try {
    return validityOf(runs);
  } catch (error) {
    if (error instanceof RangeError) throw new FileFault(folder, `says too little: ${error.message}`, 'run a sweep with more arms');
    throw error;
  }
}

/** The ranking as a table, best first. */
function validityText({ runs, arms, outcomes, estimates, combined }: Validity): string {
  const row = ({ name, kind, agreement }: EstimateValidity) => [
    name,
    kind,
    ...outcomes.map(mode => {
      const found = agreement[mode];
      if (!found) return '–';
      const { tau, interval } = found;
      return `${signed(tau)}${interval ? ` (${signed(interval[0])} to ${signed(interval[1])})` : ''}`;
    }),
  ];
  const columns = [
    { title: 'estimate' },
    { title: 'kind' },
    ...outcomes.map(mode => ({ title: `τ with ${mode}`, align: 'right' as const })),
  ];
  return [
    `${runs} runs of ${arms} arms. Kendall's τ with test accuracy, 95 % interval over arms; positive where the estimate claims rightly.`,
    '',
    table(columns, [...estimates, { ...combined, name: `best ${combined.of} together, chosen on other arms` }].map(row)),
  ].join('\n');
}

const signed = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(2).replace(/^0/, '')}`;
