import assert from 'node:assert/strict';
import { architectureBound, type BoundLayer } from '../../../src/theory/architectureBound';
import { fanInDeviation, initialSpectralNorm } from '../../../src/architecture/initialNorm';
import { Random } from '../../../src/common/random';
import { scatter } from '../../../src/theory/covariance';
import { symmetricEigen } from '../../../src/theory/symmetricEigen';
import { chainCovering, coverResolution, coveringDeviation } from '../../../src/theory/parameterCount';
import { close, mapMatrix, normalMatrix } from './support';

const linear = (inputs: number, outputs: number): BoundLayer => ({
  inputs,
  outputs,
  initialSpectralNorm: initialSpectralNorm(outputs, inputs, fanInDeviation(inputs)),
  kind: 'linear',
});
const layers = [linear(784, 128), linear(128, 32), linear(32, 784)];

describe('bound from the architecture alone', () => {
  it('is D4 over the norms at initialisation', () => {
    const { report, capacity } = architectureBound({ layers, unlabelled: 60_000, inputNorm: 28 });
    const chain = layers.map(layer => ({
      parameters: layer.inputs * layer.outputs,
      spectralNorm: layer.initialSpectralNorm!,
      activationLipschitz: 1,
    }));
    const problem = { samples: 60_000, inputNorm: 28, lossLipschitz: 2, lossRange: 1, failureProbability: 0.05 };
    const direct = chainCovering(chain, 28, coverResolution(problem)).reduce((sum, share) => sum + share, 0);
    close(report.total, 2 * coveringDeviation(direct, problem));
    close(capacity, direct);
    assert.equal(report.evidence, 'estimated');
    assert.equal(report.vacuous, true);
  });

  it('names the N from which it says something: there it is informative, one percent below it is not', () => {
    const { N } = architectureBound({ layers, unlabelled: 60_000 }).report.needed;
    assert.equal(architectureBound({ layers, unlabelled: N! }).report.vacuous, false);
    assert.equal(architectureBound({ layers, unlabelled: Math.floor(0.99 * N!) }).report.vacuous, true);
    assert.deepEqual(architectureBound({ layers, unlabelled: 2 * N! }).report.needed, {});
  });

  it('shares the capacity out among the layers', () => {
    const bound = architectureBound({ layers, unlabelled: 60_000 });
    close(
      bound.layers.reduce((sum, layer) => sum + layer.share, 0),
      1,
    );
    close(bound.layers[0]!.share, (784 * 128) / (784 * 128 + 128 * 32 + 32 * 784), 1e-9);
    close(
      bound.layers.reduce((sum, layer) => sum + layer.decades, 0),
      bound.lipschitzDecades,
    );
    close(10 ** bound.capacityDecades, bound.capacity);
  });

  it('counts given parameters rather than inputs × outputs, and takes an unknown norm as 1', () => {
    const wide = architectureBound({ layers: [{ inputs: 9, outputs: 8, kind: 'convolution', parameters: 720 }], unlabelled: 1000 });
    const same = architectureBound({ layers: [{ inputs: 72, outputs: 10, kind: 'linear', initialSpectralNorm: 1 }], unlabelled: 1000 });
    close(wide.capacity, same.capacity);
  });

  it('moves as the architecture does: wider, deeper or larger norms never lower the capacity', () => {
    const base = architectureBound({ layers, unlabelled: 60_000 }).capacity;
    const wider = [linear(784, 256), linear(256, 32), linear(32, 784)];
    const deeper = [...layers.slice(0, 2), linear(32, 32), layers[2]!];
    const larger = layers.map(layer => ({ ...layer, initialSpectralNorm: 2 * layer.initialSpectralNorm! }));
    for (const changed of [wider, deeper, larger]) assert.ok(architectureBound({ layers: changed, unlabelled: 60_000 }).capacity > base);
  });

  it('stays finite for composed layers whose constants no number holds', () => {
    const composed = layers.map(layer => ({ ...layer, logAmplification: 10_000 }));
    const bound = architectureBound({ layers: composed, unlabelled: 60_000, logLipschitz: 4500 * Math.LN10 });
    const parameters = layers.reduce((sum, layer) => sum + layer.inputs * layer.outputs, 0);
    assert.ok(Number.isFinite(bound.report.total));
    assert.ok(bound.capacity > 10_000 * parameters && bound.capacity < 10_050 * parameters);
    close(bound.lipschitzDecades, 4500);
  });

  it('lets a matrix that moves nothing add nothing, and takes one chain where one Λ is not known', () => {
    const of = (logs: readonly (number | undefined)[]) =>
      architectureBound({ layers: layers.map((layer, index) => ({ ...layer, logAmplification: logs[index] })), unlabelled: 60_000 });
    assert.deepEqual(
      of([0, -Infinity, 0]).layers.map(({ nats }) => nats > 0),
      [true, false, true],
    );
    for (const logs of [
      [0, undefined, 0],
      [0, Infinity, 0],
    ])
      assert.deepEqual(of(logs), architectureBound({ layers, unlabelled: 60_000 }));
  });

  it('refuses a definition without layers', () =>
    assert.throws(() => architectureBound({ layers: [], unlabelled: 10 }), /at least one layer/));
});

describe('spectral norm at initialisation', () => {
  for (const [outputs, inputs] of [
    [64, 64],
    [128, 32],
    [32, 128],
  ] as const)
    it(`is what a ${outputs} × ${inputs} matrix has, within 10 %`, () => {
      const deviation = fanInDeviation(inputs);
      const weights = mapMatrix(normalMatrix(new Random(`${outputs}`), outputs, inputs), value => deviation * value);
      const measured = Math.sqrt(symmetricEigen(scatter(weights, new Float64Array(inputs))).values[0]!);
      close(measured, initialSpectralNorm(outputs, inputs, deviation), 0.1);
    });
});
