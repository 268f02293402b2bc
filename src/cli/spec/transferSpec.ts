import {
  decoderTransfer,
  outsideCost,
  residualTransfer,
  squaredLossConstant,
  trainedDecoderConstant,
  type DecoderTransfer,
} from '../../theory/decoderTransfer';
import type { PretrainingInput } from '../../theory/generalTheorem';
import { secondMomentNorm } from '../../theory/covariance';
import type { Quantity } from '../../theory/quantity';
import {
  decodedHeadConstant,
  linearDecoderConstant,
  maskedReconstructionConstant,
  transferEnvelope,
  type TransferCheckpoint,
} from '../../theory/transferConstant';
import { readFeatures, readNumbers } from '../featureFiles';
import type { Heads } from './complexitySpec';
import type { Field, SpecReader } from './specReader';

const FIELDS = {
  constant: ['C_beta', 'C'],
  exponent: ['beta'],
  checkpoints: ['checkpoints'],
  headNorm: ['w', 'w_star', 'w_norm'],
  leastSingularValue: ['sigma_min', 'sigma', 'sigma_min_plus'],
  decoder: ['decoder', 'A', 'A_star'],
  headFile: ['headWeights'],
  residuals: ['residuals'],
  decodedNorm: ['b'],
  maskedPatches: ['M', 'maskedPatches'],
  patchValues: ['d_p', 'valuesPerPatch'],
  averagedOver: ['d'],
  featureNorm: ['B_h', 'featureNorm'],
} satisfies Readonly<Record<string, Field>>;

/** Shares of ‖w*‖ below this count as inside the decoder's row space. */
const INSIDE = 1e-9;

/** What a specification says of transferability, beside E_U. */
export interface Transfer extends Pick<PretrainingInput, 'transferConstant' | 'transferExponent' | 'transfer'> {
  /** What the part of the head that the decoder does not use adds to the task term. */
  readonly outside?: Quantity;
}

/** The loss of fine-tuning as transfer constants see it. */
export interface DownstreamLoss {
  readonly lossLipschitz: number;
  /** Whether it is the squared error, for which lemma D2b holds. */
  readonly squared: boolean;
}

/** Whether a specification says anything of how the encoder was pre-trained. */
export const namesTransfer = (spec: SpecReader): boolean =>
  [FIELDS.constant, FIELDS.checkpoints, FIELDS.decoder, FIELDS.leastSingularValue, FIELDS.decodedNorm].some(field => spec.has(field));

/** C_β and β: as numbers, over a run's checkpoints, from a trained decoder and head, or from caps (D2a, D2b, D2c). */
export async function readTransfer(spec: SpecReader, loss: DownstreamLoss, heads: Heads): Promise<Transfer> {
  const exponent = (otherwise: number) => spec.number(FIELDS.exponent, 'positive', otherwise);
  if (spec.has(FIELDS.constant))
    return { transferConstant: spec.quantity(FIELDS.constant, 'not negative'), transferExponent: exponent(0.5) };
  if (spec.has(FIELDS.checkpoints)) return envelopeOf(spec, exponent(0.5));
  if (spec.has(FIELDS.decoder)) return decoderOf(spec, loss, heads);
  if (spec.has(FIELDS.decodedNorm)) return decodedNormOf(spec, loss);
  if (spec.has(FIELDS.leastSingularValue))
    return {
      transferConstant: linearDecoderConstant(
        loss.lossLipschitz,
        spec.quantity(FIELDS.headNorm, 'not negative'),
        spec.quantity(FIELDS.leastSingularValue, 'positive'),
        spec.number(FIELDS.averagedOver, 'count', 1),
      ),
      transferExponent: exponent(0.5),
    };
  return { transferConstant: spec.quantity(FIELDS.constant, 'not negative'), transferExponent: exponent(0.5) };
}

function envelopeOf(spec: SpecReader, exponent: number): Transfer {
  const checkpoints = spec.nested(FIELDS.checkpoints).map((one, i): TransferCheckpoint => {
    const read = {
      step: one.number(['step'], 'not negative', i),
      loss: one.number(['loss'], 'not negative'),
      risk: one.number(['risk'], 'not negative'),
    };
    one.finish();
    return read;
  });
  const envelope = transferEnvelope(checkpoints, exponent);
  if (!envelope)
    throw spec.fault(FIELDS.checkpoints[0], 'all have the same loss', 'give checkpoints from different moments of pre-training');
  return { transferConstant: envelope.constant, transferExponent: exponent };
}

/** Lemmas D2a to D2c from a cap of ‖b‖. */
function decodedNormOf(spec: SpecReader, { lossLipschitz, squared }: DownstreamLoss): Transfer {
  if (spec.has(FIELDS.maskedPatches))
    return {
      transferConstant: maskedReconstructionConstant({
        lossLipschitz,
        headNorm: spec.number(FIELDS.decodedNorm, 'not negative'),
        maskedPatches: spec.number(FIELDS.maskedPatches, 'count'),
        valuesPerPatch: spec.number(FIELDS.patchValues, 'count', 1),
      }),
      transferExponent: spec.number(FIELDS.exponent, 'positive', 0.5),
    };
  const averagedOver = spec.number(FIELDS.averagedOver, 'count', 1);
  if (!squared)
    return {
      transferConstant: decodedHeadConstant(lossLipschitz, spec.quantity(FIELDS.decodedNorm, 'not negative'), averagedOver),
      transferExponent: spec.number(FIELDS.exponent, 'positive', 0.5),
    };
  const { constant, exponent } = squaredLossConstant(spec.number(FIELDS.decodedNorm, 'not negative'), averagedOver);
  return { transferConstant: constant, transferExponent: exponent };
}

/** Lemma D2a from the weights of a trained linear decoder and head, D2b for the squared loss; with residuals the tighter √(bᵀSb). */
async function decoderOf(spec: SpecReader, { lossLipschitz, squared }: DownstreamLoss, heads: Heads): Promise<Transfer> {
  const decoder = await readFeatures(spec.filePath(FIELDS.decoder));
  const head = await readNumbers(spec.filePath(FIELDS.headFile), 'head');
  if (head.length !== decoder.columns)
    throw spec.fault(
      FIELDS.headFile[0],
      `has ${head.length} weights for a decoder that reads ${decoder.columns} features`,
      'give the head on the same encoder',
    );
  const averagedOver = spec.number(FIELDS.averagedOver, 'count', 1);
  const measured = decoderTransfer(decoder, head);
  const outside = outsideOf(spec, measured, lossLipschitz, heads);
  if (squared) {
    const { constant, exponent } = squaredLossConstant(measured.decodedNorm, averagedOver);
    return { transferConstant: { ...constant, evidence: 'estimated' }, transferExponent: exponent, ...outside };
  }
  return {
    transferConstant: trainedDecoderConstant(measured, lossLipschitz, averagedOver),
    transferExponent: spec.number(FIELDS.exponent, 'positive', 0.5),
    ...(spec.has(FIELDS.residuals) && { transfer: await readResiduals(spec, measured, lossLipschitz) }),
    ...outside,
  };
}

async function readResiduals(spec: SpecReader, { decoded }: DecoderTransfer, lossLipschitz: number): Promise<Quantity> {
  const [files] = spec.nested(FIELDS.residuals);
  const [trained, best] = [await readFeatures(files!.filePath(['trained'])), await readFeatures(files!.filePath(['best']))];
  files!.finish();
  if (trained.columns !== decoded.length || best.columns !== decoded.length || best.rows !== trained.rows)
    throw spec.fault(
      FIELDS.residuals[0],
      `has ${trained.rows} × ${trained.columns} and ${best.rows} × ${best.columns} values for a decoder with ${decoded.length} outputs`,
      'give the residuals of both pairs at the same points',
    );
  return residualTransfer(decoded, trained, best, lossLipschitz);
}

/** The cost of w* outside the decoder's row space, from the features' second moment or their largest norm. */
function outsideOf(spec: SpecReader, measured: DecoderTransfer, lossLipschitz: number, { features }: Heads): Pick<Transfer, 'outside'> {
  if (measured.outside <= INSIDE * measured.headNorm) return {};
  if (!features && !spec.has(FIELDS.featureNorm))
    throw spec.fault(
      FIELDS.headFile[0],
      'reads features that the decoder does not use, whose size is not known',
      'give features, or B_h, a bound on their norm',
    );
  const largest = features ? secondMomentNorm(features) : spec.quantity(FIELDS.featureNorm, 'not negative').value ** 2;
  return {
    outside: {
      value: outsideCost(measured, lossLipschitz, largest),
      evidence: 'estimated',
      formula: 'G_φ·‖(I − Π)w*‖·√λ_max(E[h*h*ᵀ])',
      inputs: { G_φ: lossLipschitz, '‖(I − Π)w*‖': measured.outside, 'λ_max(E[h*h*ᵀ])': largest },
      assumptions: ['the features of this encoder stand for those of the best one'],
    },
  };
}
