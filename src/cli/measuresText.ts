import { table, type Column } from '../reporting/table';
import type { MeasureName } from '../theory/weights/networkMeasureTerms';
import type { BlockMeasures, DefinitionMeasures } from './definitionMeasures';

const right = (title: string): Column => ({ title, align: 'right' });

/** What the terminal shows of each block. */
const SHOWN: readonly MeasureName[] = ['logProductSpectral', 'parameterNorm', 'frobeniusOverSpectral', 'bartlettFromZero', 'pathNorm1'];
const BLOCK_COLUMNS: readonly Column[] = [
  { title: 'block' },
  ...['matrices', 'ln Π‖W‖²', 'Σ‖W‖_F²', 'Σ stable rank', 'ln R_A (Bartlett)', 'path norm'].map(right),
];
const TOTAL_COLUMNS: readonly Column[] = [
  { title: 'measure' },
  right('value'),
  right('per point'),
  { title: 'evidence' },
  { title: 'formula' },
];

function blockRow({ name, matrices, measures }: BlockMeasures): string[] {
  const shown = SHOWN.map(measure => measures.find(({ id }) => id === `measure.${measure}`)?.value.toPrecision(5) ?? '–');
  return [name, `${matrices.length}`, ...shown];
}

/** The measures of a definition's blocks and of all of it, for the terminal. */
export function measuresText({ definition, blocks, total }: DefinitionMeasures): string {
  return [
    `${definition.name} (${definition.file}:${definition.line}), logarithms are natural:`,
    table(BLOCK_COLUMNS, blocks.map(blockRow)),
    '',
    table(
      TOTAL_COLUMNS,
      total.measures.map(({ id, value, perPoint, evidence, formula }) => [
        id,
        value.toPrecision(5),
        perPoint?.toPrecision(5) ?? '–',
        evidence,
        formula,
      ]),
    ),
    ...(total.withoutPathNorms === undefined ? [] : [`No path norm of the whole: ${total.withoutPathNorms}.`]),
    ...definition.missing.map(({ name, why }) => `Not measured: ${name}, ${why}.`),
    ...(definition.unused.length > 0 ? [`Not in ${definition.name}: ${definition.unused.join(', ')}.`] : []),
  ].join('\n');
}
