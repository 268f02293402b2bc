import os from 'node:os';
import { FileFault, UsageFault } from '../../common/fault';
import { table } from '../../reporting/table';
import type { GramFunction } from '../../theory/gram';
import { gramByProduct } from '../../theory/gramByProduct';
import type { Matrix } from '../../theory/matrix';
import { SCORES, type ScoreName } from '../../theory/scores/catalogue';
import { transferabilityScores, type TransferabilityScores } from '../../theory/scores/transferability';
import { nativeProduct } from '../../training/engine/nativeProduct';
import { parse, type Command } from '../command';
import { readFeatures, readLabels } from '../featureFiles';

/** Multiplications of one Gram matrix from which on loading the native engine is worth its time. */
const NATIVE_FROM = 5e8;
/** How far the probabilities of a row may be from a sum of 1: they may be stored in 16 bits. */
const SUM_TOLERANCE = 0.01;

/** `boundlens transferability`: how well stored features fit stored labels, by every score, with intervals. */
export const transferabilityCommand: Command = {
  name: 'transferability',
  usage: '--features F --labels L [--source-probabilities P] [--source-logits Z] [--json]',
  summary:
    'Scores how well features suit labels (LogME, LEEP, H-score and others), each with a 95 % interval; arrays from .npy, .npz or .safetensors.',
  async run(argv, { terminal, signal }) {
    const { options, positionals } = parse(this, argv, {
      features: 'string',
      labels: 'string',
      'source-probabilities': 'string',
      'source-logits': 'string',
    });
    if (options.features === undefined || options.labels === undefined || positionals.length > 0)
      throw new UsageFault('boundlens transferability needs features and labels', `use boundlens transferability ${this.usage}`);
    const features = await readFeatures(options.features, 'features', signal);
    const labels = await readLabels(options.labels, features.rows, signal);
    const logits = await sourceOutputs(options['source-logits'], 'source_logits', features.rows, signal);
    const probabilities = await sourceOutputs(options['source-probabilities'], 'source_probs', features.rows, signal);
    if (probabilities) checkProbabilities(options['source-probabilities']!, probabilities);
    const result = await transferabilityScores(
      { features, labels, ...(probabilities && { sourceProbabilities: probabilities }), ...(logits && { sourceLogits: logits }) },
      {
        multiply: await gramFunction(features),
        signal,
        progress: (fraction, label) => terminal.progress(fraction, label),
      },
    ).catch((error: unknown) => {
      if (error instanceof RangeError)
        throw new FileFault(options.features!, `gives no scores: ${error.message}`, 'mend the features', { cause: error });
      throw error;
    });
    terminal.progressDone();
    terminal.document(result);
    terminal.print(scoresText(result));
    return 0;
  },
};

/** A matrix of the source model's outputs, one row a point; undefined when no file is named. */
async function sourceOutputs(file: string | undefined, key: string, rows: number, signal: AbortSignal): Promise<Matrix | undefined> {
  if (file === undefined) return undefined;
  const outputs = await readFeatures(file, key, signal);
  if (outputs.rows !== rows) throw new FileFault(file, `holds ${outputs.rows} rows for ${rows} rows of features`, 'give one row a point');
  return outputs;
}

function checkProbabilities(file: string, { rows, columns, values }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    let sum = 0;
    for (const value of row) sum += value;
    if (Math.min(...row) < 0 || Math.abs(sum - 1) > SUM_TOLERANCE)
      throw new FileFault(
        file,
        `holds no probabilities in row ${i}, whose sum is ${sum.toPrecision(4)}`,
        'give outputs after softmax here, logits as --source-logits',
      );
  }
}

/** The native engine's product where it pays and loads, typed arrays elsewhere: slower, the same scores to rounding. */
async function gramFunction({ rows, columns }: Matrix): Promise<GramFunction | undefined> {
  if (rows * Math.min(rows, columns) ** 2 < NATIVE_FROM) return undefined;
  try {
    return gramByProduct(await nativeProduct(os.availableParallelism()));
  } catch {
    return undefined;
  }
}

function scoresText({ scores, notes }: TransferabilityScores): string {
  const names = Object.keys(SCORES) as ScoreName[];
  const rows = names.flatMap(name => {
    const score = scores[name];
    return score
      ? [[SCORES[name].title, digits(score.value), `${digits(score.interval[0])} to ${digits(score.interval[1])}`, SCORES[name].meaning]]
      : [];
  });
  const remarks = names.flatMap(name => (notes[name] === undefined ? [] : [`${SCORES[name].title}: ${notes[name]}.`]));
  const columns = [{ title: 'score' }, { title: 'value', align: 'right' as const }, { title: '95 % interval' }, { title: 'what it says' }];
  return [table(columns, rows), ...(remarks.length > 0 ? ['', ...remarks] : [])].join('\n');
}

const digits = (value: number): string => (Number.isFinite(value) ? value.toPrecision(4) : '∞');
