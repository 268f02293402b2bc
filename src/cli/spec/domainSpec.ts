import { Random } from '../../common/random';
import { squaredLossDiscrepancy } from '../../theory/distances/moments';
import {
  accuracyTotalVariation,
  binnedTotalVariation,
  classifierDomainShift,
  divergenceTotalVariation,
  gaussianDomainShift,
  gaussianTotalVariation,
} from '../../theory/domainShift';
import type { Matrix } from '../../theory/matrix';
import type { Quantity } from '../../theory/quantity';
import { readFeatures } from '../featureFiles';
import type { Field, SpecReader } from './specReader';

const FIELDS = {
  variation: ['TV', 'tv'],
  divergence: ['KL', 'kl'],
  mahalanobis: ['mahalanobis', 'Mahalanobis'],
  accuracy: ['domainAccuracy', 'a'],
  discrepancy: ['discrepancy', 'D'],
} satisfies Readonly<Record<string, Field>>;

/** Fewest rows of each domain that a domain classifier is fitted and tested on. */
const FEWEST_ROWS = 4;

/** TV: a number (0 when absent), or from KL, a Mahalanobis distance, a domain classifier's accuracy, two binned laws p and q, or two files of features. */
export async function readVariation(spec: SpecReader): Promise<Quantity> {
  if (spec.has(FIELDS.divergence)) return divergenceTotalVariation(spec.number(FIELDS.divergence, 'not negative'));
  if (spec.has(FIELDS.accuracy)) return accuracyTotalVariation(spec.quantity(FIELDS.accuracy, 'share'));
  if (spec.has(FIELDS.mahalanobis)) {
    const distance = spec.number(FIELDS.mahalanobis, 'not negative');
    return {
      value: gaussianTotalVariation(distance),
      evidence: 'assumed',
      formula: '2Φ(distance/2) − 1',
      inputs: { 'Mahalanobis distance': distance },
      assumptions: ['the inputs of both domains are normal with one covariance'],
    };
  }
  if (spec.isNested(FIELDS.variation, 'p')) return binned(spec);
  if (!spec.isNested(FIELDS.variation, 'source')) return spec.quantity(FIELDS.variation, 'share', 0);
  const { source, target, by } = await readPair(spec, FIELDS.variation);
  if (by === 'gaussian') return gaussianDomainShift(source, target);
  if (Math.min(source.rows, target.rows) < FEWEST_ROWS)
    throw spec.fault(FIELDS.variation[0], `compares ${source.rows} and ${target.rows} rows`, 'give at least four rows of each domain');
  return classifierDomainShift(source, target, new Random('domain classifier'));
}

function binned(spec: SpecReader): Quantity {
  const [laws] = spec.nested(FIELDS.variation);
  const p = laws!.numbers(['p'], 'not negative');
  const q = laws!.numbers(['q'], 'not negative', p.length);
  laws!.finish();
  if (!p.some(weight => weight > 0) || !q.some(weight => weight > 0))
    throw spec.fault(FIELDS.variation[0], 'holds a law without weight', 'give the weights of the bins');
  return {
    value: binnedTotalVariation(p, q),
    evidence: 'assumed',
    formula: '½Σ|p − q|',
    inputs: { bins: p.length },
    assumptions: ['p and q are the laws of the inputs over the bins, not samples of them'],
  };
}

async function readPair(
  spec: SpecReader,
  field: Field,
): Promise<{ readonly source: Matrix; readonly target: Matrix; readonly by: 'gaussian' | 'classifier' }> {
  const [files] = spec.nested(field);
  const source = await readFeatures(files!.filePath(['source']));
  const target = await readFeatures(files!.filePath(['target']));
  const by = files!.choice(['by'], ['gaussian', 'classifier'] as const, 'gaussian');
  files!.finish();
  if (source.columns !== target.columns)
    throw spec.fault(field[0], `compares features with ${source.columns} and ${target.columns} columns`, 'give features of one encoder');
  return { source, target, by };
}

/** The discrepancy over the heads in place of 2B_φTV: a number, or for the squared loss from features of both domains and the heads' radius. */
export async function readDiscrepancy(spec: SpecReader, squared: boolean, radius: number | undefined): Promise<Quantity | undefined> {
  if (!spec.has(FIELDS.discrepancy)) return undefined;
  if (!spec.isNested(FIELDS.discrepancy, 'source')) return spec.quantity(FIELDS.discrepancy, 'not negative');
  if (!squared || radius === undefined)
    throw spec.fault(
      FIELDS.discrepancy[0],
      'from features is known for the squared loss and heads with a cap',
      'give loss "squared" and R, or a number',
    );
  const { source, target } = await readPair(spec, FIELDS.discrepancy);
  return {
    value: 2 * squaredLossDiscrepancy(source, target, radius),
    evidence: 'estimated',
    formula: '2·4R²·‖E_U hhᵀ − E_T hhᵀ‖',
    inputs: { R: radius, 'rows of the source': source.rows, 'rows of the target': target.rows },
    assumptions: [
      'labels are given by a head of the class',
      'the samples’ second moments stand for the laws’',
      'the best encoder for pre-training shows no larger discrepancy than this one',
    ],
  };
}
