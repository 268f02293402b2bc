import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openCheckpoint } from '../../../../src/checkpoints/openCheckpoint';
import {
  MEASURES,
  measureTerms,
  type MeasuredLayer,
  type MeasureName,
  type MeasureSettings,
} from '../../../../src/theory/weights/networkMeasureTerms';
import { pathNorm } from '../../../../src/theory/weights/totals';
import { close } from '../support';

/** A layer whose norms are s, f, … exactly, and half of them after training changed it. */
function layer(spectral: number, frobenius: number, trained = false): MeasuredLayer {
  const norms = (scale: number) => ({
    spectral: { lower: scale * spectral, upper: scale * spectral },
    frobenius: scale * frobenius,
    l21: 2 * scale * frobenius,
    l1Infinity: 3 * scale,
  });
  return { ...norms(1), inputs: 8, ...(trained && { change: { ...norms(0.5), noise: { weights: 10, logVariances: -3 } } }) };
}

const settings: MeasureSettings = { assumptions: ['said so'], evidence: 'measured' };
const named = (layers: readonly MeasuredLayer[], more: Partial<MeasureSettings> = {}) =>
  new Map(measureTerms(layers, { ...settings, ...more }).map(measure => [measure.id.slice('measure.'.length) as MeasureName, measure]));

describe('measures of a network as terms', () => {
  const everything = { margin: 2, points: 100, sigma: 0.5, relativeSigma: 0.5, inputNorm: 3, pathNorms: { one: 1, two: 2 } };

  it('have an entry in docs/theory.md each, and all of them can be had', () => {
    const docs = readFileSync('docs/theory.md', 'utf8');
    for (const name of Object.keys(MEASURES)) assert.ok(docs.includes(`\`measure.${name}\``), name);
    assert.deepEqual([...named([layer(2, 3, true)], everything).keys()].sort(), Object.keys(MEASURES).sort());
  });

  const worked: readonly (readonly [MeasureName, number, string])[] = [
    ['parameterNorm', 9 + 25, 'squares of the Frobenius norms'],
    ['spectralDistance', 1 + 4, 'half of 2 and of 4'],
    ['frobeniusOverSpectral', 9 / 4 + 25 / 16, 'stable ranks'],
    ['logProductSpectral', Math.log(64), '(2 · 4)²'],
    ['logSumSpectralOverMargin', Math.log(2 * Math.sqrt(64 / 4)), 'd = 2, γ = 2'],
    ['logSpectralFromInitial', Math.log((64 * (9 / 16 + 25 / 64)) / 4), 'half of the norms'],
    ['bartlettFromZero', Math.log(8 * ((6 / 2) ** (2 / 3) + (10 / 4) ** (2 / 3)) ** 1.5), '(2,1) norms 6 and 10'],
    ['neyshaburFromInitial', Math.log(64 * ((1.5 / 2) ** 2 + (2.5 / 4) ** 2)), 'no margin'],
    ['golowichFrobenius', Math.log((3 * 15 * (Math.sqrt(4 * Math.LN2) + 1)) / 10), 'B = 3, n = 100'],
    ['golowichL1', Math.log((2 * 3 * 9 * Math.sqrt(3 + Math.log(8))) / 10), 'm = 8'],
    ['perturbationFromZero', 34 + Math.log(200) + 10, 'σ = ½'],
    ['magnitudeFromZero', (20 * Math.log(1e-6 + (1.25 * 34) / 20) + 6) / 4 + Math.log(200) + 10, 'σ′ = ½, ω = 2 · 10, Σ ln = 2 · −3'],
    ['magnitudeFromInitial', (20 * Math.log(1e-6 + (1.25 * 8.5) / 20) + 6) / 4 + Math.log(200) + 10, 'half of the norms'],
  ];
  for (const [name, value, why] of worked)
    it(`${name} is worked by hand: ${why}`, () =>
      close(named([layer(2, 3, true), layer(4, 5, true)], everything).get(name)!.value, value, 1e-12));

  it('are set against gaps per point where the points are counted', () => {
    const [found, bare] = [named([layer(2, 3)], everything), named([layer(2, 3)])];
    const table = [
      ['parameterNorm', Math.sqrt(9 / 100), '√(value/n)'],
      ['logProductSpectral', (Math.log(4) - Math.log(100)) / 2, '½(value − ln n)'],
      ['pathNorm2', Math.sqrt(4 / 100), 'of its square'],
      ['golowichFrobenius', undefined, 'n is in it'],
      ['bartlettFromZero', undefined, 'was not compared so'],
    ] as const;
    for (const [name, value, why] of table) {
      if (value === undefined) assert.equal(found.get(name)!.perPoint, value, why);
      else close(found.get(name)!.perPoint!, value, 1e-12);
      assert.equal(bare.get(name)?.perPoint, undefined, 'no points');
    }
  });

  it('leave out what needs a number that is not given', () => {
    const [least, changed, margin] = [named([layer(1, 1)]), named([layer(1, 1, true)]), named([layer(1, 1)], { margin: 1 })];
    assert.ok(
      [...least.values()].every(({ formula }) => !/[γσn]\b|W₀/.test(formula.replace(/ln|min/g, ''))),
      [...least.keys()].join(),
    );
    assert.ok(changed.has('frobeniusDistance') && !changed.has('logSpectralFromInitial'));
    assert.ok(margin.has('inverseMargin') && !margin.has('frobeniusDistance'));
    assert.ok(!named([layer(1, 1, true), layer(1, 1)]).has('frobeniusDistance'), 'a change that is known of one layer only');
  });

  it('are measured from weights alone, assumed with a typed number, estimated where weights lack', () => {
    const found = named([layer(1, 1)], { margin: 1 });
    assert.deepEqual([found.get('parameterNorm')!.evidence, found.get('inverseMargin')!.evidence], ['measured', 'assumed']);
    assert.equal(named([layer(1, 1)], { evidence: 'estimated' }).get('parameterNorm')!.evidence, 'estimated');
    assert.ok(found.get('bartlettFromZero')!.assumptions.includes('said so'));
  });

  it('stay finite where products leave the range of numbers', () => {
    const deep = named(Array.from({ length: 400 }, () => layer(1e3, 1e4)), { points: 10 }); // prettier-ignore
    for (const { value } of deep.values()) assert.ok(Number.isFinite(value));
  });
});

describe('path norms of a chain with biases', () => {
  it('sum over all paths of a trained network, listed one by one', async () => {
    const checkpoint = await openCheckpoint('test/fixtures/checkpoints/mlp/model.safetensors');
    const read = async (name: string) => Float64Array.from(await checkpoint.read(name));
    const chain = [];
    for (const [at, outputs] of [[0, 128], [2, 64], [4, 10]] as const) chain.push({ weights: await read(`net.${at}.weight`), bias: await read(`net.${at}.bias`), outputs }); // prettier-ignore
    await checkpoint.close();
    const last = chain[2]!;
    let listed = last.bias.reduce((sum, bias) => sum + Math.abs(bias), 0);
    for (let out = 0; out < 10; out++)
      for (let b = 0; b < 64; b++) {
        const after = Math.abs(last.weights[out * 64 + b]!);
        listed += after * Math.abs(chain[1]!.bias[b]!);
        for (let a = 0; a < 128; a++) {
          const through = after * Math.abs(chain[1]!.weights[b * 128 + a]!);
          listed += through * Math.abs(chain[0]!.bias[a]!);
          for (let input = 0; input < 64; input++) listed += through * Math.abs(chain[0]!.weights[a * 64 + input]!);
        }
      }
    close(pathNorm(chain, 1), listed, 1e-9);
  });
});
