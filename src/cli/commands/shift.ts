import { FileFault, UsageFault } from '../../common/fault';
import { formatRisk } from '../../common/format';
import { table } from '../../reporting/table';
import { domainDistances, type DomainDistances } from '../../theory/distances/domainDistances';
import type { Matrix } from '../../theory/matrix';
import { parse, type Command } from '../command';
import { readFeatures } from '../featureFiles';

const MEANINGS: Readonly<Record<keyof DomainDistances, string>> = {
  mmd2: 'squared maximum mean discrepancy, unbiased; 0 for one law',
  mmdSigma: 'width of its kernel: the median distance of the pooled points',
  mmdLinear2: 'squared distance of the means',
  energy2: 'energy distance; 0 for one law only',
  slicedW1: 'mean 1-Wasserstein distance along random directions',
  slicedW2: 'root mean square 2-Wasserstein distance along random directions',
  frechet2: 'squared Fréchet distance: that of normal laws with these moments',
  coral: 'squared difference of the covariances, over 4d²',
  proxyADistance: 'what a linear classifier finds, at most 2: half of it is a lower bound on TV',
  marginalTv: 'mean total variation of the single features, ten bins',
};

/** The first row of zeros, -1 where there is none. */
const emptyRow = ({ rows, columns, values }: Matrix): number =>
  Array.from({ length: rows }, (_, row) => row).findIndex(row =>
    values.subarray(row * columns, (row + 1) * columns).every(value => value === 0),
  );

/** `boundlens shift`: how far two sets of features or samples are apart. */
export const shiftCommand: Command = {
  name: 'shift',
  usage: '--source A --target B [--projections P] [--json]',
  summary: 'Measures the domain shift between two sets of features (.npy, .npz or .safetensors).',
  async run(argv, { terminal, signal }) {
    const { options, positionals } = parse(this, argv, { source: 'string', target: 'string', projections: 'string' });
    if (options.source === undefined || options.target === undefined || positionals.length > 0)
      throw new UsageFault('boundlens shift takes --source and --target', `use boundlens shift ${this.usage}`);
    const source = await readFeatures(options.source, 'source', signal);
    const target = await readFeatures(options.target, 'target', signal);
    if (source.columns !== target.columns)
      throw new FileFault(
        options.target,
        `has ${target.columns} columns where ${options.source} has ${source.columns}`,
        'give features of one encoder',
      );
    for (const [file, { rows }] of [
      [options.source, source],
      [options.target, target],
    ] as const)
      // prettier-ignore
      if (rows < 4) throw new FileFault(file, `has ${rows} rows`, 'give at least four');
    const directions = options.projections === undefined ? undefined : await readFeatures(options.projections, 'projections', signal);
    if (directions && directions.columns !== source.columns)
      throw new FileFault(
        options.projections!,
        `has ${directions.columns} columns for features of ${source.columns}`,
        'give one direction a row',
      );
    const empty = directions ? emptyRow(directions) : -1;
    if (empty >= 0) throw new FileFault(options.projections!, `holds no direction in row ${empty}, zeros alone`, 'leave it out');
    const distances = domainDistances(source, target, {
      ...(directions && { directions }),
      signal,
      progress: fraction => terminal.progress(fraction, 'pairs of points'),
    });
    terminal.progressDone();
    terminal.document({ distances });
    const rows = (Object.keys(MEANINGS) as (keyof DomainDistances)[]).map(key => [key, formatRisk(distances[key]), MEANINGS[key]]);
    terminal.print(table([{ title: 'distance' }, { title: 'value', align: 'right' }, { title: 'what it is' }], rows));
    return 0;
  },
};
