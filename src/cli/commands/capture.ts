import { FileFault, UsageFault } from '../../common/fault';
import { table } from '../../reporting/table';
import { directionShares } from '../../theory/featureCapture/directions';
import { parse, type Command } from '../command';
import { readFeatures, readLabels } from '../featureFiles';

/** `boundlens capture`: which directions of an encoder's features fine-tuning preserved, lost and gained. */
export const captureCommand: Command = {
  name: 'capture',
  usage: '--before F --after F --labels L [--json]',
  summary: 'Estimates which share of each class’s feature directions fine-tuning preserved, lost and gained (.npy, .npz or .safetensors).',
  async run(argv, { terminal, signal }) {
    const { options, positionals } = parse(this, argv, { before: 'string', after: 'string', labels: 'string' });
    if (options.before === undefined || options.after === undefined || options.labels === undefined || positionals.length > 0)
      throw new UsageFault('boundlens capture takes --before, --after and --labels', `use boundlens capture ${this.usage}`);
    const before = await readFeatures(options.before, 'before', signal);
    const after = await readFeatures(options.after, 'after', signal);
    if (before.rows !== after.rows || before.columns !== after.columns)
      throw new FileFault(
        options.after,
        `holds ${after.rows} × ${after.columns} features where ${options.before} holds ${before.rows} × ${before.columns}`,
        'give the features of the same samples from one encoder before and after fine-tuning',
      );
    const classes = directionShares(before, after, await readLabels(options.labels, before.rows, signal));
    terminal.document({ evidence: 'estimated', classes });
    const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
    const columns = ['class', 'directions before', 'after', 'preserved', 'lost', 'gained'].map(title => ({
      title,
      align: 'right' as const,
    }));
    const rows = classes.map(one => [
      ...[one.class, one.before, one.after].map(String),
      ...[one.preserved, one.lost, one.gained].map(percent),
    ]);
    terminal.print(
      `Estimated from the principal directions that hold 95 % of a class’s second moment; up to 5 % is lost and gained where nothing changes.\n${table(columns, rows)}`,
    );
    return 0;
  },
};
