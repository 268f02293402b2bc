import { UsageFault } from '../../common/fault';
import { checkpointNorms, type CheckpointNorms } from '../../checkpoints/norms';
import { openCheckpoint } from '../../checkpoints/openCheckpoint';
import type { InputShape } from '../../checkpoints/operatorShape';
import { table, type Column } from '../../reporting/table';
import { bestProducts } from '../bestProducts';
import { onlyPositional, parse, positiveInteger, type Command } from '../command';

/** `boundlens norms`: certified spectral norms and other norms of every weight of a checkpoint. */
export const normsCommand: Command = {
  name: 'norms',
  usage: 'CHECKPOINT [--input-shape C,H,W [--stride S] [--padding P]] [--power-law] [--json]',
  summary: 'Prints the norms of every weight of a checkpoint; convolutions as operators on an input of C × H × W.',
  async run(argv, { terminal, signal }) {
    const { options, positionals } = parse(this, argv, {
      'input-shape': 'string',
      stride: 'string',
      padding: 'string',
      'power-law': 'boolean',
    });
    const file = onlyPositional(this, positionals);
    const inputShape = parsedInputShape(options);
    const checkpoint = await openCheckpoint(file);
    try {
      const norms = await checkpointNorms(checkpoint, {
        ...(await bestProducts()),
        inputShape,
        powerLaw: options['power-law'],
        signal,
        progress: (fraction, name) => terminal.progress(fraction, name),
      });
      terminal.progressDone();
      terminal.document(norms);
      terminal.print(normsText(norms));
    } finally {
      await checkpoint.close();
    }
    return 0;
  },
};

interface ShapeOptions {
  readonly 'input-shape'?: string;
  readonly stride?: string;
  readonly padding?: string;
}

function parsedInputShape(options: ShapeOptions): InputShape | undefined {
  const text = options['input-shape'];
  if (text === undefined) {
    if (options.stride !== undefined || options.padding !== undefined)
      throw new UsageFault('--stride and --padding speak of an input that is not given', 'add --input-shape C,H,W');
    return undefined;
  }
  const [channels, height, width, ...rest] = text.split(',').map(Number);
  const sizes = [channels, height, width];
  if (rest.length > 0 || !sizes.every(size => Number.isInteger(size) && size! > 0))
    throw new UsageFault(`--input-shape is ${text}`, 'give channels, height and width as 3,32,32');
  const padding = options.padding === '0' ? 0 : positiveInteger('padding', options.padding);
  return {
    channels: channels!,
    plane: [height!, width!],
    stride: positiveInteger('stride', options.stride),
    padding,
  };
}

/** Digits that a lower and an upper value agree on, and the first in which they differ. */
function bracketText({ lower, upper }: { readonly lower: number; readonly upper: number }): string {
  const short = (value: number) => value.toPrecision(5);
  return short(lower) === short(upper) ? short(upper) : `${short(lower)}–${short(upper)}`;
}

const COLUMNS: readonly Column[] = [
  { title: 'weight' },
  { title: 'shape' },
  ...['spectral', 'of', 'Frobenius', '(2,1)', 'stable rank'].map(title => ({ title, align: 'right' as const })),
];

function normsText({ tensors, totals }: CheckpointNorms): string {
  const rows = tensors.flatMap(({ name, shape, spectral, frobenius, l21, stableRank }) =>
    spectral
      ? [
          [
            name,
            shape.join('×'),
            bracketText(spectral),
            spectral.of,
            frobenius.toPrecision(5),
            l21!.toPrecision(5),
            stableRank!.toPrecision(4),
          ],
        ]
      : [],
  );
  const others = tensors.length - rows.length;
  return [
    table(COLUMNS, rows),
    '',
    `${totals.parameters.toLocaleString('en')} numbers in ${tensors.length} tensors, ${others} of them vectors or no weights.`,
    `Product of spectral norms e^${totals.logProductSpectral.upper.toFixed(3)}; spectral complexity e^${totals.logBartlettComplexity.toFixed(3)} (Bartlett 2017, from zero).`,
  ].join('\n');
}
