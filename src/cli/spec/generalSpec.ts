import { generalTheorem, type GeneralTheoremInput, type PretrainingInput } from '../../theory/generalTheorem';
import { totalAsQuantity } from '../../theory/holdOutCertificate';
import { lossConstants, LOSS_NAMES } from '../../theory/losses';
import { assumed, type Quantity } from '../../theory/quantity';
import { recalledTheorem } from '../../theory/recalledTheorem';
import { weakest, type Report } from '../../theory/report';
import { readHeads, type Heads } from './complexitySpec';
import { readDiscrepancy, readVariation } from './domainSpec';
import type { Field, SpecReader } from './specReader';
import { namesTransfer, readTransfer, type DownstreamLoss, type Transfer } from './transferSpec';

const FIELDS = {
  lossLipschitz: ['G_phi', 'G', 'lossLipschitz'],
  lossRange: ['B_phi', 'B', 'lossRange'],
  loss: ['loss', 'phi'],
  margin: ['gamma', 'margin'],
  featureNorm: ['B_h', 'featureNorm'],
  failure: ['nu', 'failureProbability'],
  target: ['target', 't'],
  excess: ['E_U', 'excess'],
  task: ['task'],
  optimisation: ['Delta_opt', 'optimisation', 'dopt'],
} satisfies Readonly<Record<string, Field>>;

const DEFAULT_FAILURE = 0.05;

type BoundOf = (inner: SpecReader) => Promise<Report>;

/** G_φ and B_φ: as given, or those of a named loss. */
function readLoss(spec: SpecReader, largestOutput: number | undefined): DownstreamLoss & { readonly lossRange: number } {
  if (!spec.has(FIELDS.loss))
    return {
      lossLipschitz: spec.number(FIELDS.lossLipschitz, 'positive', 1),
      lossRange: spec.number(FIELDS.lossRange, 'positive', 1),
      squared: false,
    };
  const loss = spec.choice(FIELDS.loss, LOSS_NAMES);
  const margin = spec.number(FIELDS.margin, 'positive', 1);
  if (loss !== 'ramp' && largestOutput === undefined)
    throw spec.fault(
      FIELDS.featureNorm[0],
      `is missing, and the ${loss} loss has no largest value without it`,
      'give a bound on the norm of the features',
    );
  const { lossLipschitz, lossRange } = lossConstants(loss, { margin, ...(largestOutput !== undefined && { largestOutput }) });
  return { lossLipschitz, lossRange, squared: loss === 'squared' };
}

/** E_U as a number, or as the least of the bounds that are specified in its place; they fail together with the sum of their probabilities. */
async function readExcess(bounds: readonly SpecReader[] | undefined, spec: SpecReader, boundOf: BoundOf): Promise<Quantity> {
  if (!bounds) return spec.quantity(FIELDS.excess, 'not negative');
  const quantities: Quantity[] = [];
  for (const inner of bounds) quantities.push(totalAsQuantity(await boundOf(inner)));
  const least = quantities.reduce((best, one) => (one.value < best.value ? one : best));
  return { ...least, failureProbability: quantities.reduce((sum, one) => sum + (one.failureProbability ?? 0), 0) };
}

/** The task term with what the decoder leaves out added to it. */
function readTask(spec: SpecReader, { outside }: Transfer): Quantity {
  const task = spec.quantity(FIELDS.task, 'not negative', 0);
  if (!outside) return task;
  return {
    ...outside,
    value: task.value + outside.value,
    evidence: weakest([task.evidence, outside.evidence]),
    formula: `min_f E_T(f∘h*_U) + ${outside.formula ?? 'what the decoder leaves out'}`,
  };
}

async function readPretraining(
  spec: SpecReader,
  loss: DownstreamLoss,
  heads: Heads,
  bounds: readonly SpecReader[] | undefined,
  boundOf: BoundOf,
): Promise<PretrainingInput | undefined> {
  if (!spec.has(FIELDS.excess) && !namesTransfer(spec)) return undefined;
  const transfer = await readTransfer(spec, loss, heads);
  const { transferConstant, transferExponent, transfer: known } = transfer;
  const discrepancy = await readDiscrepancy(spec, loss.squared, heads.radius);
  return {
    transferConstant,
    transferExponent,
    ...(known && { transfer: known }),
    excess: known && !spec.has(FIELDS.excess) ? assumed(0) : await readExcess(bounds, spec, boundOf),
    domainDistance: await readVariation(spec),
    ...(discrepancy && { discrepancy }),
    task: readTask(spec, transfer),
  };
}

/**
 * The unlabelled samples at which D1 falls below its target: where the transfer term leaves room, E_U has to fall to (room/C_β)^{1/β}, and the bounds that
 * stand for E_U say from which N on they do. Undefined where E_U is a number or no N suffices.
 */
async function neededUnlabelled(
  { total, terms }: Report,
  goal: number,
  { transferConstant, transferExponent, transfer }: PretrainingInput,
  bounds: readonly SpecReader[],
  boundOf: BoundOf,
): Promise<number | undefined> {
  const room = goal - (total - terms.find(term => term.name === 'transfer')!.value);
  if (transfer || !(room > 0) || !(transferConstant.value > 0)) return undefined;
  const excess = (room / transferConstant.value) ** (1 / transferExponent);
  const found: number[] = [];
  for (const inner of bounds) {
    const { N } = (await boundOf(inner.aiming(FIELDS.target, excess))).needed;
    if (N !== undefined) found.push(N);
  }
  return found.length === 0 ? undefined : Math.min(...found);
}

/**
 * D1, with E_U and the complexity from numbers, files or bounds within the bound; the recalled form of Theorem 1 and the sharpened D1 stand beside it.
 * `needed` names the labels, and the unlabelled samples where bounds stand for E_U.
 */
export async function generalSpec(spec: SpecReader, boundOf: BoundOf): Promise<Report> {
  const heads = await readHeads(spec);
  const { lossLipschitz, lossRange, squared } = readLoss(spec, heads.largestOutput);
  const bounds = spec.isNested(FIELDS.excess, 'theorem') ? spec.nested(FIELDS.excess) : undefined;
  const pretraining = await readPretraining(spec, { lossLipschitz, squared }, heads, bounds, boundOf);
  const target = spec.optionalNumber(FIELDS.target, 'positive');
  const input: GeneralTheoremInput = {
    labelled: heads.labelled,
    complexity: heads.complexity,
    ...(heads.complexityOfEverySample && { complexityOfEverySample: true }),
    lossLipschitz,
    lossRange,
    optimisation: spec.has(FIELDS.optimisation)
      ? spec.quantity(FIELDS.optimisation, 'not negative')
      : assumed(0, 'the head has the least empirical risk of its class'),
    failureProbability: spec.number(FIELDS.failure, 'probability', DEFAULT_FAILURE),
    ...(pretraining && { pretraining }),
    ...(target !== undefined && { target }),
  };
  const report = generalTheorem(input);
  const goal = target ?? lossRange;
  const N = pretraining && bounds && report.total >= goal ? await neededUnlabelled(report, goal, pretraining, bounds, boundOf) : undefined;
  const recalled = recalledTheorem(report, input);
  return {
    ...report,
    needed: { ...report.needed, ...(N !== undefined && { N }) },
    beside: [...(recalled ? [recalled] : []), generalTheorem(input, 'sharpened')],
  };
}
