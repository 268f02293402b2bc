import { UsageFault } from '../../common/fault';
import { checkpointNorms, type CheckpointNorms } from '../../checkpoints/norms';
import { openCheckpoint } from '../../checkpoints/openCheckpoint';
import type { InputShape } from '../../checkpoints/operatorShape';
import type { CoarseBound } from '../../theory/weights/spectralBracket';
import { table, type Column } from '../../reporting/table';
import { bestProducts } from '../bestProducts';
import { definitionMeasures, type MeasureOptions } from '../definitionMeasures';
import { measuresText } from '../measuresText';
import { onlyPositional, parse, positiveInteger, type Command } from '../command';

/** `boundlens norms`: certified spectral norms and other norms of every weight of a checkpoint, and measures of the network that a definition makes of them. */
export const normsCommand: Command = {
  name: 'norms',
  usage:
    'CHECKPOINT [--input-shape C,H,W [--stride S] [--padding P]] [--power-law] [--definition FILE#Class [--initial CHECKPOINT] [--margin γ] [--points n [--input-norm B] [--sigma σ] [--relative-sigma σ′]]] [--json]',
  summary:
    'Prints the norms of every weight of a checkpoint, convolutions as operators on an input of C × H × W; with a definition also the measures of its blocks and of the whole.',
  async run(argv, context) {
    const { terminal, signal } = context;
    const { options, positionals } = parse(this, argv, {
      'input-shape': 'string',
      stride: 'string',
      padding: 'string',
      'power-law': 'boolean',
      definition: 'string',
      initial: 'string',
      margin: 'string',
      points: 'string',
      'input-norm': 'string',
      sigma: 'string',
      'relative-sigma': 'string',
    });
    const file = onlyPositional(this, positionals);
    const inputShape = parsedInputShape(options);
    const measured = parsedMeasureOptions(options);
    const checkpoint = await openCheckpoint(file);
    try {
      const how = { ...(await bestProducts()), signal };
      const norms = await checkpointNorms(checkpoint, {
        ...how,
        inputShape,
        powerLaw: options['power-law'],
        progress: (fraction, name) => terminal.progress(fraction, name),
      });
      terminal.progressDone();
      const { definition } = options;
      const measures =
        definition === undefined ? undefined : await definitionMeasures(checkpoint, norms, definition, measured, how, context);
      terminal.document({ ...norms, ...(measures && { measures }) });
      terminal.print(normsText(norms));
      if (measures) terminal.print(`\n${measuresText(measures)}`);
    } finally {
      await checkpoint.close();
    }
    return 0;
  },
};

interface TypedMeasureOptions {
  readonly definition?: string;
  readonly initial?: string;
  readonly margin?: string;
  readonly points?: string;
  readonly 'input-norm'?: string;
  readonly sigma?: string;
  readonly 'relative-sigma'?: string;
}

function parsedMeasureOptions(options: TypedMeasureOptions): MeasureOptions {
  const { definition, initial } = options;
  const given = (['initial', 'margin', 'points', 'input-norm', 'sigma', 'relative-sigma'] as const).find(
    name => options[name] !== undefined,
  );
  if (definition === undefined && given !== undefined)
    throw new UsageFault(`--${given} speaks of a network, and a checkpoint alone is none`, 'add --definition FILE#Class');
  const alone = (['input-norm', 'sigma', 'relative-sigma'] as const).find(name => options[name] !== undefined);
  if (alone !== undefined && options.points === undefined)
    throw new UsageFault(`--${alone} goes with the number of training points`, 'add --points n');
  if (options['relative-sigma'] !== undefined && initial === undefined)
    throw new UsageFault('--relative-sigma speaks of noise in proportion to what training changed', 'add --initial CHECKPOINT');
  const entries = {
    margin: positiveNumber('margin', options.margin),
    points: positiveInteger('points', options.points),
    inputNorm: positiveNumber('input-norm', options['input-norm']),
    sigma: positiveNumber('sigma', options.sigma),
    relativeSigma: positiveNumber('relative-sigma', options['relative-sigma']),
    initial,
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

function positiveNumber(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(number > 0 && number < Infinity)) throw new UsageFault(`--${option} is ${value}`, 'give a number above 0');
  return number;
}

interface ShapeOptions {
  readonly 'input-shape'?: string;
  readonly stride?: string;
  readonly padding?: string;
}

/** Wider edges than those of any network only take memory. */
const MOST_PADDING = 1000;

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
  const padding = options.padding === undefined ? undefined : Number(options.padding);
  if (padding !== undefined && !(Number.isInteger(padding) && padding >= 0 && padding <= MOST_PADDING))
    throw new UsageFault(`--padding is ${options.padding}`, `give a whole number from 0 to ${MOST_PADDING}`);
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

/** What stands for the upper end of a matrix that is too large for a Gram matrix. */
const COARSE: Readonly<Record<CoarseBound, string>> = {
  blocks: 'the root of the sum of squared norms of its blocks',
  absoluteSums: 'the root of its largest absolute sum of a row times that of a column',
  frobenius: 'its Frobenius norm',
};

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
    ...tensors.flatMap(({ name, spectral }) =>
      spectral?.upperBy ? [`${name} has two long sides: its spectral norm is at most ${COARSE[spectral.upperBy]}.`] : [],
    ),
    `${totals.parameters.toLocaleString('en')} numbers in ${tensors.length} tensors, ${others} of them vectors or no weights.`,
    `Product of spectral norms e^${totals.logProductSpectral.upper.toFixed(3)}; spectral complexity e^${totals.logBartlettComplexity.toFixed(3)} (Bartlett 2017, from zero).`,
  ].join('\n');
}
