import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assumed } from '../../../src/theory/quantity';
import {
  decodedHeadConstant,
  linearDecoderConstant,
  maskedReconstructionConstant,
  transferEnvelope,
} from '../../../src/theory/transferConstant';
import { close } from './support';

/** A run whose excess risk is constant·(excess loss)^exponent above the last checkpoint. */
const run = (constant: number, exponent: number) =>
  [0.5, 0.3, 0.1, 0.02, 0].map((excess, step) => ({ step, loss: 0.04 + excess, risk: 0.1 + constant * excess ** exponent }));

describe('transfer constant', () => {
  it('recovers constant and exponent of a run that follows a power law', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 3, noNaN: true }), fc.double({ min: 0.3, max: 2, noNaN: true }), (constant, exponent) => {
        const estimate = transferEnvelope(run(constant, exponent), exponent)!;
        close(estimate.constant.value, constant, 1e-9);
        close(estimate.slope!, exponent, 1e-6);
        assert.equal(estimate.constant.evidence, 'estimated');
      }),
    );
  });

  it('shows the slope among its inputs, next to the envelope at the exponent that was chosen', () => {
    close(transferEnvelope(run(2, 0.75))!.constant.inputs!['slope of ln b_t on ln a_t'] as number, 0.75, 1e-9);
  });

  it('covers every checkpoint: b_t ≤ Ĉ·a_t^½', () => {
    const { constant, scatter } = transferEnvelope(run(0.7, 1))!;
    assert.equal(scatter.length, 4);
    for (const { excessLoss, excessRisk } of scatter) assert.ok(excessRisk <= constant.value * Math.sqrt(excessLoss) * (1 + 1e-12));
  });

  it('is 0 where the head is as good at every checkpoint, and then has no slope', () => {
    const estimate = transferEnvelope(run(0, 1))!;
    assert.equal(estimate.constant.value, 0);
    assert.equal(estimate.slope, undefined);
  });

  for (const [why, checkpoints] of [
    ['there is no checkpoint', []],
    ['there is one checkpoint', run(1, 1).slice(4)],
    ['all losses are equal', [0, 1].map(step => ({ step, loss: 0.1, risk: 0.1 * step }))],
  ] as const)
    it(`is not known when ${why}`, () => assert.equal(transferEnvelope(checkpoints), undefined));

  it('has closed forms from caps, labelled as what they are', () => {
    const masked = maskedReconstructionConstant({ lossLipschitz: 2, headNorm: 3, maskedPatches: 12, valuesPerPatch: 49 });
    close(masked.value, 2 * 3 * Math.sqrt(12 * 49));
    assert.equal(masked.evidence, 'assumed');
    const measured = (value: number) => ({ value, evidence: 'measured' }) as const;
    const linear = linearDecoderConstant(2, measured(3), measured(0.5), 4);
    close(linear.value, 24);
    assert.equal(linear.evidence, 'estimated');
    assert.equal(linearDecoderConstant(2, measured(3), assumed(0.5)).evidence, 'assumed');
    close(decodedHeadConstant(2, assumed(3), 4).value, 12);
  });
});
