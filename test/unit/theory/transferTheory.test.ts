import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { breakEvenLabelled, breakEvenUnlabelled } from '../../../src/theory/breakEven';
import {
  admissibleRadius,
  decoderTransfer,
  outsideCost,
  residualTransfer,
  squaredLossConstant,
  trainedDecoderConstant,
} from '../../../src/theory/decoderTransfer';
import { lossConstants, LOSS_NAMES } from '../../../src/theory/losses';
import type { Matrix } from '../../../src/theory/matrix';
import { peel } from '../../../src/theory/peeling';
import { noiseAccuracies, rationalityReport } from '../../../src/theory/rationality';
import { rampLoss } from '../../../src/theory/rampLoss';
import { symmetricEigen } from '../../../src/theory/symmetricEigen';
import { close, mapMatrix, matrixOf, multiply, normalMatrix } from './support';

describe('transfer constant of a linear decoder (D2a)', () => {
  it('is ‖w‖/σ for a decoder that scales one feature', () => {
    const transfer = decoderTransfer(matrixOf([[2, 0], [0, 0.5], [0, 0]]), [0, 3]); // prettier-ignore
    close(transfer.leastSingularValue, 0.5);
    close(transfer.decodedNorm, 6);
    close(trainedDecoderConstant(transfer, 2, 4).value, 2 * 6 * 2);
    close(squaredLossConstant(6).constant.value, 36);
  });

  it('sees what lies outside the row space, and charges the task term for it', () => {
    const transfer = decoderTransfer(matrixOf([[1, 0]]), [3, 4]);
    close(transfer.outside, 4);
    close(transfer.decodedNorm, 3);
    close(outsideCost(transfer, 2, 9), 2 * 4 * 3);
  });

  it('never exceeds ‖w‖/σ⁺_min, and is blind to h → a·h with A → A/a, w → w/a', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.1, max: 10, noNaN: true }), (seed, a) => {
        const random = new Random(seed);
        const decoder = normalMatrix(random, 6, 3);
        const head = [random.normal(), random.normal(), random.normal()];
        const transfer = decoderTransfer(decoder, head);
        assert.ok(transfer.decodedNorm <= (transfer.headNorm / transfer.leastSingularValue) * (1 + 1e-9));
        const scaled = decoderTransfer(
          mapMatrix(decoder, value => value / a),
          head.map(value => value / a),
        );
        close(scaled.decodedNorm, transfer.decodedNorm, 1e-8);
      }),
      { numRuns: 30 },
    );
  });

  it('bounds the excess of every other encoder on finite inputs: E|wᵀh − w*ᵀh*| ≤ ‖b‖·√ΔL, closely for some', () => {
    const random = new Random('finite inputs');
    let closest = 0;
    for (let trial = 0; trial < 150; trial++) {
      const [inputs, width] = [5, 1 + (trial % 2)];
      const best = normalMatrix(random, inputs, width);
      const decoder = normalMatrix(random, width, width + random.integer(2));
      const means = multiply(best, decoder);
      const head = Array.from({ length: width }, () => random.normal());
      const asRows = mapMatrix({ rows: decoder.columns, columns: width, values: new Float64Array(decoder.columns * width) }, (_, i) => decoder.values[(i % width) * decoder.columns + Math.floor(i / width)]!); // prettier-ignore
      const { decodedNorm } = decoderTransfer(asRows, head);
      const encoder = normalMatrix(random, inputs, width);
      const residual = (column: readonly number[]) => residualOf(encoder.values, inputs, width, column);
      let lost = 0;
      for (let j = 0; j < means.columns; j++)
        lost +=
          residual(Array.from({ length: inputs }, (_, x) => means.values[x * means.columns + j]!)).reduce((sum, r) => sum + r * r, 0) /
          inputs;
      const target = Array.from({ length: inputs }, (_, x) => head.reduce((sum, w, j) => sum + w * best.values[x * width + j]!, 0));
      const error = residual(target).reduce((sum, r) => sum + Math.abs(r), 0) / inputs;
      assert.ok(error <= decodedNorm * Math.sqrt(lost) * (1 + 1e-9), `${error} against ${decodedNorm * Math.sqrt(lost)}`);
      closest = Math.max(closest, error / (decodedNorm * Math.sqrt(lost)));
    }
    assert.ok(closest > 0.9, `${closest}`);
  });

  it('loses nothing on the best encoder, and never more when coordinates are appended to one', () => {
    const random = new Random('appended coordinates');
    for (let trial = 0; trial < 60; trial++) {
      const [inputs, width] = [6, 1 + (trial % 3)];
      const best = normalMatrix(random, inputs, width);
      const means = multiply(best, normalMatrix(random, width, 4));
      const encoder = normalMatrix(random, inputs, 4);
      const excess = (features: Matrix, kept: number) => {
        const columns = matrixOf(Array.from({ length: inputs }, (_, x) => Array.from({ length: kept }, (_unused, j) => features.values[x * features.columns + j]!)));
        let lost = 0;
        for (let j = 0; j < 4; j++)
          lost += residualOf(columns.values, inputs, kept, Array.from({ length: inputs }, (_, x) => means.values[x * 4 + j]!)).reduce((sum, r) => sum + r * r, 0) / inputs;
        return lost;
      };
      assert.ok(excess(best, width) < 1e-12);
      for (let kept = 1; kept < 4; kept++) assert.ok(excess(encoder, kept + 1) <= excess(encoder, kept) + 1e-12);
    }
  }); // prettier-ignore

  it('gives a transfer term from residuals that is at most ‖b‖·√ΔL and exact along b', () => {
    fc.assert(
      fc.property(fc.integer(), seed => {
        const random = new Random(seed);
        const [points, values] = [15, 3];
        const best = normalMatrix(random, points, values);
        const lost = normalMatrix(random, points, values);
        const b = Float64Array.from({ length: values }, () => random.normal());
        // Residuals of the best pair that are uncorrelated with what is lost: both signs of each at every point.
        const twice = (sign: number, withLoss: number): Matrix => ({
          rows: 2 * points,
          columns: values,
          values: Float64Array.from({ length: 2 * points * values }, (_, i) => {
            const k = i % (points * values);
            return (i < points * values ? 1 : sign) * best.values[k]! + withLoss * lost.values[k]!;
          }),
        });
        const { value } = residualTransfer(b, twice(-1, 1), twice(-1, 0), 2);
        const square = (of: (row: Float64Array) => number) =>
          Array.from({ length: points }, (_, i) => of(Float64Array.from(lost.values.subarray(i * values, (i + 1) * values)))).reduce((sum, one) => sum + one, 0) / points;
        close(value, 2 * Math.sqrt(square(row => row.reduce((sum, one, j) => sum + one * b[j]!, 0) ** 2)), 1e-6);
        assert.ok(value <= 2 * Math.hypot(...b) * Math.sqrt(square(row => row.reduce((sum, one) => sum + one * one, 0))) * (1 + 1e-9));
      }),
      { numRuns: 40 },
    );
  }); // prettier-ignore

  it('names the radius that admits the least-squares head', () => {
    const features = matrixOf([[1, 0], [-1, 0], [0, 0.5], [0, -0.5]]); // prettier-ignore
    close(admissibleRadius(features, 2), 2 / Math.sqrt(0.5 / 4));
  });

  it('refuses a head of another width and a decoder that is 0', () => {
    assert.throws(() => decoderTransfer(matrixOf([[1, 2]]), [1]), /1 features, the decoder 2/);
    assert.throws(() => decoderTransfer(matrixOf([[0, 0]]), [1, 1]), /no row space/);
  });
});

/** What the least-squares fit on the encoder's columns leaves of a target, inputs weighted evenly. */
function residualOf(encoder: ArrayLike<number>, inputs: number, width: number, target: readonly number[]): readonly number[] {
  const columns = Array.from({ length: width }, (_, j) => Array.from({ length: inputs }, (_unused, x) => encoder[x * width + j]!));
  const { values, vectors } = symmetricEigen(matrixOf(Array.from({ length: inputs }, (_, x) => Array.from({ length: inputs }, (_unused, y) => columns.reduce((sum, column) => sum + column[x]! * column[y]!, 0))))); // prettier-ignore
  const left = [...target];
  for (let k = 0; k < width; k++) {
    if (!(values[k]! > 1e-12)) continue;
    const axis = Array.from({ length: inputs }, (_, x) => vectors.values[k * inputs + x]!);
    const along = axis.reduce((sum, value, x) => sum + value * target[x]!, 0);
    axis.forEach((value, x) => (left[x]! -= along * value));
  }
  return left;
}

describe('peeling', () => {
  it('rounds up, by less than the base, and its shares of the failure probability sum to 1 over all powers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 5 }),
        fc.double({ min: 1.05, max: 3, noNaN: true }),
        (values, base) => {
          const { rounded, nats } = peel(values, base);
          rounded.forEach((value, i) => assert.ok(value >= values[i]! && value < values[i]! * base * (1 + 1e-6)));
          assert.ok(nats >= values.length * Math.log(3) - 1e-12);
        },
      ),
    );
    let shares = 0;
    for (let k = -3000; k <= 3000; k++) shares += 2 / 3 / ((Math.abs(k) + 1) * (Math.abs(k) + 2));
    assert.ok(shares < 1 && shares > 0.999);
    close(peel([1], 2).nats, Math.log(3));
    assert.throws(() => peel([0], 2), /cannot be rounded/);
    assert.throws(() => peel([1], 1), /not above 1/);
  });
});

describe('losses', () => {
  const lossOf = { ramp: (f: number, y: number) => rampLoss(f, y, 0.5), logistic: (f: number, y: number) => Math.log1p(Math.exp(-y * f)), hinge: (f: number, y: number) => Math.max(0, 1 - y * f), squared: (f: number, y: number) => (y - f) ** 2 }; // prettier-ignore
  for (const name of LOSS_NAMES)
    it(`${name}: within its range and Lipschitz constant on the outputs allowed, and above the error where it says so`, () => {
      const output = fc.double({ min: -3, max: 3, noNaN: true });
      const { lossLipschitz, lossRange, boundsError } = lossConstants(name, { margin: 0.5, largestOutput: 3 });
      fc.assert(
        fc.property(output, output, fc.constantFrom(1, -1), (f, g, y) => {
          const loss = lossOf[name];
          assert.ok(loss(f, y) >= 0 && loss(f, y) <= lossRange * (1 + 1e-12));
          assert.ok(Math.abs(loss(f, y) - loss(g, y)) <= lossLipschitz * Math.abs(f - g) * (1 + 1e-9) + 1e-12);
          if (boundsError && y * f <= 0) assert.ok(loss(f, y) >= 1 - 1e-12);
        }),
      );
    });
});

describe('break-even of pre-training', () => {
  it('is where the two rates cross', () => {
    const classes = { pretrained: 100, head: 4, joint: 64 };
    const rates = (m: number, n: number) => [Math.sqrt(100 / m) + Math.sqrt(4 / n), Math.sqrt(64 / n)] as const;
    const m = breakEvenUnlabelled(classes, 50)!;
    assert.ok(rates(m, 50)[0] < rates(m, 50)[1] && rates(m - 1, 50)[0] >= rates(m - 1, 50)[1]);
    const n = breakEvenLabelled(classes, 1000)!;
    assert.ok(rates(1000, n)[0] < rates(1000, n)[1] && rates(1000, n + 1)[0] >= rates(1000, n + 1)[1]);
    assert.equal(breakEvenUnlabelled({ ...classes, joint: 4 }, 50), undefined);
    assert.equal(breakEvenLabelled({ ...classes, pretrained: 0 }, 50), Infinity);
  });
});

describe('rationality decomposition F4', () => {
  it('bounds the gap by telescoping, whatever the accuracies', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, share, (train, trainUnderNoise, flippedUnderNoise, test) => {
        const report = rationalityReport({ train, trainUnderNoise, flippedUnderNoise, test }, 0.05);
        assert.ok(train - test <= report.total + 1e-12);
        assert.equal(report.evidence, 'measured');
        const { total, evidence } = rationalityReport({ train, trainUnderNoise, flippedUnderNoise }, 0.05);
        assert.ok(total <= report.total + 1e-12 && evidence === 'assumed');
      }),
    );
  });

  it('finds little memorisation where few features meet many points, much where features outnumber points', () => {
    const experiment = (points: number, width: number) => {
      const random = new Random(`noise ${width}`);
      const features = mapMatrix(normalMatrix(random, points, width), (value, i) =>
        i % width === 0 ? value + (Math.floor(i / width) % 2 === 0 ? 2 : -2) : value,
      );
      const labels = Array.from({ length: points }, (_, i) => i % 2);
      return noiseAccuracies({ features, labels, noise: 0.1, strength: 1e-4, draws: 2, random });
    };
    const [few, many] = [experiment(200, 2), experiment(40, 80)];
    assert.ok(few.trainUnderNoise - few.flippedUnderNoise < 0.1, JSON.stringify(few));
    assert.ok(many.train === 1 && many.trainUnderNoise - many.flippedUnderNoise > 0.5, JSON.stringify(many));
  });
});
