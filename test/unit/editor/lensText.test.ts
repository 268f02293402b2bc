import assert from 'node:assert/strict';
import { known, unknown } from '../../../src/architecture/architecture';
import { ageText } from '../../../src/editor/ageText';
import { actionTexts } from '../../../src/editor/actionText';
import { sizeText } from '../../../src/editor/definitionText';
import { boundText, roomFor, transferabilityText, type DefinitionKnowledge, type FinishedRun } from '../../../src/editor/lensText';
import { architecture, layer, matrix, NOW, record, report, results, term } from './builders';

const net = architecture([layer('fc', 1, { parameters: known([matrix(2, 2)]) })]);
const estimate = (total: number, N?: number) => report('D4', total, { evidence: 'estimated', needed: { N } });
const run = (...reports: Parameters<typeof results>[0]): FinishedRun =>
  record({ arm: 'RadReg λ=0.003', results: results(reports) }) as FinishedRun;
const general = report('D1', 0.62, {
  evidence: 'assumed',
  terms: [term('transfer', 0.31), term('complexity', 0.08), term('concentration', 0.19), term('domain shift', 0.04), term('task', 0)],
});
const vacuousGeneral = report('D1', 1.35, { evidence: 'estimated', needed: { n: 2300 }, terms: [term('transfer', 1.35)] });
const dim = unknown('`dim` has no default', 40);

const cases: readonly (readonly [
  why: string,
  knowledge: Omit<DefinitionKnowledge, 'unlabelled'>,
  transferability: string,
  bound: string,
])[] = [
  [
    'a finished run gives its certificate and as many of the largest terms of D1 as fit, each total with its evidence',
    { architecture: net, estimate: estimate(2), run: run(report('F2', 0.174), report('F1', 0.2), general) },
    'Transferability: certified ≤ .174 (test .042) · RadReg λ=0.003',
    'Bound: assumed .620 = transfer .31 + concentration .19 + …',
  ],
  [
    'vacuous bounds of a run are called so, with the n that would mend them',
    { architecture: net, run: run(report('F1', 1, { needed: { n: 800 } }), vacuousGeneral) },
    'Transferability: certified but vacuous, needs n ≈ 800 (test .042) · RadReg λ=0.003',
    'Bound: vacuous 1.35, needs n ≈ 2,300 = transfer 1.35',
  ],
  [
    'a run without a certificate says what was measured',
    { architecture: net, run: run() },
    'Transferability: test .042 measured · RadReg λ=0.003',
    'Bound: unknown · 1 of 1 layers known',
  ],
  [
    'without a run the architecture alone speaks, labelled as an estimate',
    { architecture: net, estimate: estimate(0.4) },
    'Transferability: estimated ≤ .400, no run yet',
    'Bound: estimated ≤ .400 at N = 10,000',
  ],
  [
    'a vacuous estimate names the N that would do',
    { architecture: net, estimate: estimate(7, 3.1e9) },
    'Transferability: no run yet',
    'Bound: vacuous, needs N ≈ 3·10⁹',
  ],
  [
    'the norms of attached weights stand in for those of the initialisation',
    { architecture: net, estimate: estimate(7, 3.1e9), checkpoint: { file: 'net.pt', report: { ...estimate(0.3), evidence: 'measured' } } },
    'Transferability: measured ≤ .300, no run yet',
    'Bound: measured ≤ .300 at N = 10,000 · net.pt',
  ],
  [
    'what an edit did stands behind the bound',
    { architecture: net, estimate: estimate(0.4), change: { title: 'complexity ×1.8 vs HEAD', short: '×1.8 vs HEAD', tooltip: '' } },
    'Transferability: estimated ≤ .400, no run yet',
    'Bound: estimated ≤ .400 at N = 10,000 · complexity ×1.8 vs HEAD',
  ],
  [
    'what is unknown is unknown for a reason at a line, counted from 1',
    { architecture: architecture([layer('a', 1), layer('b', 40, { parameters: dim })]) },
    'Transferability: unknown: `dim` has no default (line 41)',
    'Bound: unknown · 1 of 2 layers known',
  ],
  [
    'where arguments are not known, they can be set',
    {
      architecture: architecture([layer('a', 40, { parameters: dim })], {
        arguments: [{ name: 'dim', value: dim, source: 'default', line: 40 }],
      }),
    },
    'Transferability: unknown: `dim` has no default (line 41) · Set arguments…',
    'Bound: unknown · 0 of 1 layers known',
  ],
  [
    'a long reason is cut; behind the lens stands all of it',
    {
      architecture: architecture([layer('a', 40, { parameters: unknown('the argument `configuration` of Net has no default', 40) })]),
    },
    'Transferability: unknown: the argument `configuration` of Net… (line 41)',
    'Bound: unknown · 0 of 1 layers known',
  ],
  [
    'an unknown deep in the tree is found',
    { architecture: architecture([layer('a', 1, { children: [layer('a.0', 2), layer('a.1', 40, { parameters: dim })] })]) },
    'Transferability: unknown: `dim` has no default (line 41)',
    'Bound: unknown · 1 of 2 layers known',
  ],
  [
    'a definition without layers has nothing to bound',
    { architecture: architecture([]) },
    'Transferability: unknown: no layer with parameters',
    'Bound: unknown · 0 of 0 layers known',
  ],
];

describe('the texts of lenses', () => {
  for (const [why, knowledge, transferability, bound] of cases)
    it(why, () => {
      const whole = { unlabelled: 10_000, ...knowledge };
      assert.equal(transferabilityText(whole, NOW).title, transferability);
      assert.equal(boundText(whole).title, bound);
    });

  it('explains behind each lens which theorem speaks and how often it may fail', () => {
    const { tooltip } = transferabilityText({ architecture: net, unlabelled: 1, run: run(report('F2', 0.174)) }, NOW);
    assert.match(
      tooltip,
      /^From 500 labels, F2 bounds the error of the head: \.174 \(certified\), failing with probability at most \.050\. It is the error of the randomised/,
    );
    assert.match(tooltip, /Arm "RadReg λ=0\.003", seed 0, study [^,]+, 2 h ago\.$/);
  });

  it('fits an editor beside a side bar where a long reason says what is not known', () => {
    const why = unknown('the argument `configuration` of Net has no default', 40);
    const net = architecture([layer('a', 40, { parameters: why })], {
      parameterCount: why,
      arguments: [{ name: 'configuration', value: why, source: 'default', line: 40 }],
    });
    const knowledge = { architecture: net, unlabelled: 10_000 };
    const others = [sizeText(net), transferabilityText(knowledge, NOW), ...actionTexts(0)];
    const bound = boundText(knowledge, roomFor(others));
    const line = [...others, bound].map(({ title }) => title).join(' | ');
    assert.ok(line.length <= 167, `${line.length} characters: ${line}`);
    assert.match(bound.tooltip, /^Unknown: the argument `configuration` of Net has no default \(line 41\)\. 0 of 1 layers are known\./);
  });

  for (const [what, arm, change] of [
    ['a run', 'RadReg λ=0.003', undefined],
    ['a run and a change', 'RadReg λ=0.003', { title: 'complexity ×1.8 vs HEAD', short: '×1.8 vs HEAD', tooltip: 'Against HEAD.' }],
    ['a run of a long name', 'the arm that somebody has named in a whole sentence', undefined],
  ] as const)
    it(`fits an editor beside a side bar with ${what}, and names every term behind the lens`, () => {
      const finished = record({ arm, results: results([report('F2', 0.174), general]) }) as FinishedRun;
      const knowledge = { architecture: net, unlabelled: 10_000, run: finished, change };
      const others = [sizeText(net), transferabilityText(knowledge, NOW), ...actionTexts(0)];
      const bound = boundText(knowledge, roomFor(others));
      const line = [...others, bound].map(({ title }) => title).join(' | ');
      assert.ok(line.length <= 167, `${line.length} characters: ${line}`);
      for (const part of ['transfer .31', 'complexity .08', 'concentration .19', 'shift .04', 'task 0 (measured)', change?.tooltip ?? ''])
        assert.ok(bound.tooltip.includes(part), bound.tooltip);
    });

  it('names the figures that rank encoders beside the certificate, where a run left them', () => {
    const left = run(report('F2', 0.174));
    const pretraining = { steps: 1, seconds: 1, trainLoss: 0.02, holdOutLoss: 0.031, holdOutCount: 100 };
    const { tooltip } = transferabilityText(
      { architecture: net, unlabelled: 1, run: { ...left, results: { ...left.results, pretraining, scores: { knn: 87.4 } } } },
      NOW,
    );
    assert.match(
      tooltip,
      /To compare encoders: 87 % of the labelled points have a nearest neighbour of their class, hold-out loss \.031\. Arm/,
    );
  });

  it('offers the same number of actions whether something runs or not', () => {
    assert.deepEqual(
      [0, 1, 3].map(active => actionTexts(active).map(({ title }) => title)),
      [
        ['Pre-train', 'Fine-tune', 'Compare', 'Panel'],
        ['Stop 1 run', 'Fine-tune', 'Compare', 'Panel'],
        ['Stop 3 runs', 'Fine-tune', 'Compare', 'Panel'],
      ],
    );
  });
});

describe('ages', () => {
  for (const [instant, expected] of [
    ['2026-03-04T11:59:30Z', 'just now'],
    ['2026-03-04T12:00:30Z', 'just now'],
    ['2026-03-04T11:55:00Z', '5 min ago'],
    ['2026-03-04T09:59:00Z', '2 h ago'],
    ['2026-03-01T11:00:00Z', '3 d ago'],
    ['yesterday', 'at an unknown time'],
  ] as const)
    it(`reads ${instant} as ${expected}`, () => assert.equal(ageText(instant, NOW), expected));
});
