import assert from 'node:assert/strict';
import { known, unknown } from '../../../src/architecture/architecture';
import { layerMarkdown, putIn, reportMarkdown } from '../../../src/editor/hoverText';
import { layer, matrix, report } from './builders';

const formulas: readonly (readonly [formula: string, inputs: Record<string, number | string>, expected: string, why: string])[] = [
  ['2·G·R·‖H‖_F/n', { G: 1, R: 5, '‖H‖_F': 31.62, n: 1000 }, '2·1·5·31.6/1,000', 'every symbol'],
  ['ln(2√n/δ)/n', { n: 100, δ: 0.05 }, 'ln(2·√100/0.05)/100', 'n is not part of ln'],
  ['N + n', { N: 10_000, n: 3 }, '10,000 + 3', 'capital and small letters differ'],
  ['B_ℓ·√B', { B_ℓ: 4, B: 9 }, '4·√9', 'the longer symbol wins'],
  ['p_l·B', { p: 7, B: 2 }, 'p_l·2', 'a symbol with an index is not the symbol without'],
  ['E‖Hᵀε‖/n', {}, 'E‖Hᵀε‖/n', 'nothing to put in'],
  ['x·C', { C: 4.2e-7 }, 'x·4.20·10⁻⁷', 'small numbers as powers'],
  [
    '√(ln(2/δ)/2N) + 2B_ℓ/N',
    { δ: 0.05, N: 10_000, B_ℓ: 1 },
    '√(ln(2/0.05)/(2·10,000)) + 2·1/10,000',
    'a number before a symbol multiplies it, below a stroke in parentheses',
  ],
  ['2·s_l/ε', { ε: 5e-5 }, '2·s_l/(5.00·10⁻⁵)', 'a power below a stroke, too'],
  ['Σ p_l·ln(s_l·m)', { 'Σ p_l': 74_321, m: 15 }, 'Σ p_l·ln(s_l·15)', 'a sum stays a sum where its terms differ'],
  ['f(n)', { n: 'declared same' }, 'f(declared same)', 'text goes in as it is'],
];

describe('formulas with the numbers put in', () => {
  for (const [formula, inputs, expected, why] of formulas) it(why, () => assert.equal(putIn(formula, inputs), expected));
});

describe('hovers', () => {
  const complexity = {
    id: 'D1.complexity',
    name: 'complexity',
    value: 0.3162,
    evidence: 'measured',
    formula: '2·G·R·‖H‖_F/n',
    inputs: { G: 1, R: 5, '‖H‖_F': 31.62, n: 1000 },
    assumptions: ['inputs are *independent*', 'head within radius R'],
  } as const;

  it('explains a term: value, evidence, formula, numbers put in, assumptions; Markdown in texts is harmless', () => {
    const text = reportMarkdown(report('D1', 0.62, { terms: [complexity], evidence: 'measured' }));
    for (const part of [
      '**Bound D1** on the error of the head: **.620** *measured*, below 1.00',
      '**complexity** .316 *measured* · `D1.complexity`',
      '`2·G·R·‖H‖_F/n`',
      '`= 2·1·5·31.6/1,000`',
      'Assumes: inputs are \\*independent\\*; head within radius R.',
    ])
      assert.ok(text.includes(part), `${part}\nis missing in\n${text}`);
  });

  it('draws the formula where there is a picture, and keeps the numbers put in', () => {
    const text = reportMarkdown(report('D1', 0.62, { terms: [complexity] }), id =>
      id === 'D1.complexity' ? '![picture](data:,)' : undefined,
    );
    assert.ok(text.includes('\n\n![picture](data:,)\n\n`= 2·1·5·31.6/1,000`'), text);
    assert.ok(!text.includes('`2·G·R·‖H‖_F/n`'), text);
    assert.match(text, /Lower it: RadReg, .*; more labelled points n/);
  });

  it('says vacuous in that word, with what would help', () =>
    assert.match(
      reportMarkdown(report('D4', 7, { needed: { N: 3e9 } })),
      /\*\*vacuous\*\*: not below 1\.00.*\(informative from N ≈ 3·10⁹\)/,
    ));

  it('lists the tensors of a layer', () => {
    const text = layerMarkdown(layer('fc', 3, { parameters: known([matrix(64, 32, 1.37)]) }), new Map([['fc', 0.25]]));
    assert.match(text, /\*\*fc\*\* `nn\.Linear` · 2,048 parameters/);
    assert.match(text, /\| `weight` \| 64 × 32 \| 1\.37 \|/);
    assert.match(text, /25\.0 % of the log capacity/);
  });

  it('says what a layer makes of one sample', () =>
    assert.match(
      layerMarkdown(layer('fc', 3, { inputShape: ['B', 16, 32], outputShape: ['B', 16, 64] }), new Map()),
      /16×32 → 16×64 for one sample/,
    ));

  it('says why a layer is not known', () =>
    assert.match(
      layerMarkdown(layer('fc', 3, { parameters: unknown('dim comes from a file', 6) }), new Map()),
      /Unknown: dim comes from a file \(line 7\)/,
    ));
});
