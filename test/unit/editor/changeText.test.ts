import assert from 'node:assert/strict';
import { known } from '../../../src/architecture/architecture';
import type { AnalysedDefinition } from '../../../src/definitions/analysisProtocol';
import { changeText, ratioText } from '../../../src/editor/changeText';
import { architecture, report, term } from './builders';

const definition = (complexity: number | undefined, parameters = 10): Pick<AnalysedDefinition, 'architecture' | 'bound'> => ({
  architecture: architecture([], { parameterCount: known(parameters) }),
  bound:
    complexity === undefined
      ? undefined
      : {
          report: report('D4', 1, { terms: [term('complexity', complexity)] }),
          layers: [],
          capacity: 1,
          capacityDecades: 0,
          lipschitzDecades: complexity,
        },
});

const cases: readonly (readonly [why: string, before: number | undefined, now: number | undefined, title: string | undefined])[] = [
  ['a larger term', 0.1, 0.18, 'complexity ×1.8 vs HEAD'],
  ['a smaller term', 0.18, 0.1, 'complexity ×0.56 vs HEAD'],
  ['a small change is still one', 1, 1.02, 'complexity ×1.02 vs HEAD'],
  ['no change', 0.2, 0.2, undefined],
  ['rounding is no change', 1, 1.004, undefined],
  ['not known now', 0.2, undefined, undefined],
  ['not known before', undefined, 0.2, undefined],
  ['nothing before to compare with', 0, 0.2, undefined],
];

describe('the change of a bound against a baseline', () => {
  for (const [why, before, now, title] of cases)
    it(why, () => assert.equal(changeText(definition(now), { name: 'HEAD', definition: definition(before) })?.title, title));

  it('a definition that the baseline does not have is new', () =>
    assert.equal(changeText(definition(1), { name: 'the pin' })?.title, 'new since the pin'));

  it('says behind the lens what is compared: terms, parameters, Lipschitz constants', () =>
    assert.equal(
      changeText(definition(0.4, 20_000), { name: 'HEAD', definition: definition(0.1, 10_000) })?.tooltip,
      'Against HEAD: complexity term .100 → .400 (D4, norms at initialisation), 10,000 → 20,000 parameters, Lipschitz constant ×2.',
    ));

  for (const [ratio, text] of [
    [1.8, '×1.8'],
    [12.4, '×12'],
    [0.004, '×0.0040'],
    [123_456, '×123 k'],
  ] as const)
    it(`writes ${ratio} as ${text}`, () => assert.equal(ratioText(ratio), text));
});
