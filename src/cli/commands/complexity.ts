import { Random } from '../../common/random';
import { FileFault, UsageFault } from '../../common/fault';
import { formatRisk } from '../../common/format';
import { table } from '../../reporting/table';
import type { Matrix } from '../../theory/matrix';
import { EXACT_UP_TO, headComplexity, sampledComplexity, type HeadBall } from '../../theory/rademacher';
import { parse, positiveInteger, type Command } from '../command';
import { readFeatures } from '../featureFiles';

/** Multiplications that the default number of sign vectors may take. */
const WORK = 2e9;
const [FEWEST_DRAWS, MOST_DRAWS] = [1000, 10_000];
const FAILURE = 0.05;
/** Two-sided 95 % quantile of the normal law. */
const QUANTILE = 1.959963984540054;

const defaultDraws = ({ rows, columns }: Matrix): number =>
  Math.min(MOST_DRAWS, Math.max(FEWEST_DRAWS, Math.floor(WORK / (rows * columns))));

function ballOf(value: string | undefined): HeadBall {
  if (value === undefined || value === 'l2' || value === 'l1') return value ?? 'l2';
  throw new UsageFault(`--head is ${value}`, 'give l2 or l1');
}

function radiusOf(value: string | undefined): number {
  const radius = Number(value);
  if (value === undefined || value.trim() === '' || !(radius > 0) || !Number.isFinite(radius))
    throw new UsageFault(value === undefined ? 'boundlens complexity takes --radius' : `--radius is ${value}`, 'give a number above 0');
  return radius;
}

/** `boundlens complexity`: how rich the linear heads on these features are. */
export const complexityCommand: Command = {
  name: 'complexity',
  usage: '--features F --radius R [--head l2|l1] [--draws M] [--json]',
  summary: 'Computes the Rademacher complexity of a ball of linear heads on features (.npy, .npz or .safetensors).',
  async run(argv, { terminal, signal }) {
    const { options, positionals } = parse(this, argv, { features: 'string', radius: 'string', head: 'string', draws: 'string' });
    if (options.features === undefined || positionals.length > 0)
      throw new UsageFault('boundlens complexity takes --features', `use boundlens complexity ${this.usage}`);
    const radius = radiusOf(options.radius);
    const ball = ballOf(options.head);
    const asked = positiveInteger('draws', options.draws);
    if (asked === 1) throw new UsageFault('--draws is 1', 'give at least 2, one draw has no error');
    if (asked !== undefined && asked > 1e6) throw new UsageFault(`--draws is ${asked}`, 'give at most a million');
    const features = await readFeatures(options.features, 'features', signal);
    if (features.rows > 1e7) throw new FileFault(options.features, `has ${features.rows} rows`, 'give at most ten million');
    const draws = asked ?? defaultDraws(features);
    const complexity = headComplexity(features, radius, { draws, failureProbability: FAILURE, random: new Random('signs'), ball });
    const exact = features.rows <= EXACT_UP_TO ? complexity.mean : undefined;
    const sampled = exact === undefined ? complexity : sampledComplexity(features, radius, draws, new Random('signs'), ball);
    const margin = QUANTILE * sampled.standardError;
    const result = {
      monteCarlo: sampled.mean,
      standardError: sampled.standardError,
      interval: [sampled.mean - margin, sampled.mean + margin] as const,
      certified: complexity.certified,
      jensen: complexity.jensen,
      khintchine: complexity.lower,
      ...(complexity.massart !== undefined && { massart: complexity.massart }),
      ...(exact !== undefined && { exact }),
      head: ball,
      draws,
      failureProbability: complexity.quantity.failureProbability ?? 0,
    };
    terminal.document(result);
    const rows = [
      ['below (Khintchine)', formatRisk(result.khintchine), 'certified'],
      ['Monte Carlo', `${formatRisk(result.monteCarlo)} ± ${formatRisk(margin)}`, 'estimated'],
      ...(exact === undefined ? [] : [['exact', formatRisk(exact), 'certified']]),
      ['at most', formatRisk(result.certified), `certified: ${complexity.quantity.formula ?? ''}`],
      ['above (Jensen)', formatRisk(result.jensen), 'certified'],
      ...(result.massart === undefined ? [] : [['above (Massart)', formatRisk(result.massart), 'certified']]),
    ];
    terminal.print(table([{ title: 'complexity' }, { title: 'value', align: 'right' }, { title: 'evidence' }], rows));
    return 0;
  },
};
