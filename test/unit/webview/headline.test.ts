import assert from 'node:assert/strict';
import type { Report } from '../../../src/theory/report';
import { headlineArm, headlineCards, vacuity } from '../../../webview/headline';
import { arm, certificate, generalBound, run, snapshot, summaryOf } from './snapshots';

const scratch = arm('from scratch', { pretrained: false, holdOutLoss: undefined, reports: [certificate(0.05)] });
const plain = arm('none', { reports: [certificate(0.1), generalBound(0.4, 0.1)] });
const radreg = arm('radreg', { regulariser: 'radreg λ = 0.01', reports: [certificate(0.3), generalBound(0.31, 0.09)] });

const estimate: Report = {
  theorem: 'D4',
  bounds: 'excess loss',
  terms: [],
  total: 15.8,
  evidence: 'estimated',
  range: 1,
  vacuous: true,
  needed: { N: 3e9 },
  failureProbability: 0.05,
};

describe('the headline of the panel', () => {
  const arms = [
    {
      arms: [scratch, plain, radreg],
      expected: 'radreg',
      why: 'the first arm with a regulariser, though others have smaller certificates',
    },
    { arms: [scratch, plain], expected: 'none', why: 'else the first that was pre-trained' },
    { arms: [scratch], expected: 'from scratch', why: 'else what there is' },
  ];
  for (const { arms: given, expected, why } of arms)
    it(`speaks of ${why}`, () => assert.equal(headlineArm(summaryOf(given))?.arm, expected));

  it('says every number with its evidence, and the transfer against pre-training without a regulariser', () => {
    const cards = headlineCards(snapshot({ summary: summaryOf([plain, radreg]) }));
    assert.deepEqual(
      cards.map(({ title, value, evidence, vacuous = false }) => [title, value, evidence, vacuous]),
      [
        ['Error of the head, 100 labels', '≤ .300', 'certified', false],
        ['Bound on the excess risk', '.400', 'assumed', false],
        ['Transfer from pre-training', '.310', 'measured', false],
        ['Complexity of the representation', '.090', 'certified', false],
      ],
    );
    assert.match(cards[0]!.detail, /^test \.042 ± \.003 · radreg, F2, δ = \.050 each seed$/);
    assert.match(cards[2]!.detail, /^−\.090 against none · hold-out loss \.013$/);
  });

  it('compares no arm with itself, and claims no pre-training where there was none', () => {
    assert.match(headlineCards(snapshot({ summary: summaryOf([plain]) }))[2]!.detail, /^hold-out loss/);
    assert.deepEqual(
      headlineCards(snapshot({ summary: summaryOf([scratch]) })).map(({ title }) => title),
      ['Error of the head, 100 labels'],
    );
  });

  it('calls a vacuous bound vacuous and says what would mend it', () => {
    const vacuous = generalBound(3, 1, { needed: { n: 3000, N: 60_000 } });
    const [, bound] = headlineCards(snapshot({ summary: summaryOf([arm('a', { reports: [certificate(0.2), vacuous] })]) }));
    assert.equal(bound!.vacuous, true);
    assert.match(bound!.detail, /^informative from N ≈ 60,000 unlabelled images and n ≈ 3,000 labels · /);
    assert.equal(vacuity({ needed: {} }), 'more data alone would not make it informative');
  });

  const before = [
    {
      given: { definition: { name: 'A', file: '/a.py', label: 'a.py', line: 0, estimate } },
      expected: ['15.80', /N ≈ 3·10⁹.* no run yet/],
      why: 'the estimate from the architecture',
    },
    { given: { runs: [run('a')] }, expected: ['–', /first finished run/], why: 'that the first run is under way' },
    { given: { runs: [run('a', { state: 'stopped' })] }, expected: ['–', /No run has finished yet/], why: 'that nothing has finished' },
  ] as const;
  for (const { given, expected, why } of before)
    it(`says before the first result ${why}`, () => {
      const cards = headlineCards(snapshot(given));
      assert.equal(cards.length, 1);
      assert.equal(cards[0]!.value, expected[0]);
      assert.match(cards[0]!.detail, expected[1]);
    });
});
