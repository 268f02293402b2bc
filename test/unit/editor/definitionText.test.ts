import assert from 'node:assert/strict';
import { known, unknown, type Architecture, type Layer } from '../../../src/architecture/architecture';
import { definitionMarkdown, sizeText } from '../../../src/editor/definitionText';

const range = { startLine: 3, startColumn: 0, endLine: 3, endColumn: 10 };

const layer = (path: string, shape: readonly number[] | undefined, children: readonly Layer[] = []): Layer => ({
  path,
  type: shape || children.length === 0 ? 'nn.Linear' : 'nn.Sequential',
  kind: 'linear',
  arguments: {},
  parameters: shape ? known([{ name: 'weight', shape }]) : children.length > 0 ? known([]) : unknown('`width` has no default', 7),
  children,
  range,
});

const architecture = (layers: readonly Layer[], count: Architecture['parameterCount']): Architecture => ({
  framework: 'pytorch',
  name: 'Net',
  range,
  layers,
  parameterCount: count,
});

const whole = architecture(
  [layer('body', undefined, [layer('body.0', [30, 10]), layer('body.1', [10, 10])]), layer('head_a', [60, 10])],
  known(1000),
);
const partly = architecture([layer('fc', undefined), layer('head', [5, 5])], unknown('`width` has no default', 7));

describe('the size of a definition', () => {
  it('counts parameters, and behind the lens the layers that hold them', () => {
    const { title, tooltip } = sizeText(whole);
    assert.equal(title, '1,000 parameters');
    assert.equal(tooltip, 'Net has 1,000 learnable parameters in 3 layers, read from the source.');
  });
  it('gives no number when one contribution is unknown, and says which', () => {
    const { title, tooltip } = sizeText(partly);
    assert.equal(title, '? parameters');
    assert.match(tooltip, /`width` has no default \(line 8\)/);
  });
  it('tells one layer from several', () => assert.match(sizeText(architecture([layer('fc', [2, 2])], known(4))).tooltip, / in 1 layer,/));

  it('tabulates two levels with shares of the whole', () => {
    const text = definitionMarkdown(whole);
    assert.match(text, /\| body \| `nn\.Sequential` \| {2}\| {2}\| 400 \| 40\.0 % \|/);
    assert.match(text, /\| body\.0 \| `nn\.Linear` \| {2}\| `weight` 30×10 \| 300 \| 30\.0 % \|/);
    assert.match(text, /\| head\\_a \| `nn\.Linear` \| {2}\| `weight` 60×10 \| 600 \| 60\.0 % \|/);
  });
  it('says what a layer makes of one sample: the batch left out, what is not known as a question mark', () => {
    const passing = { inputShape: ['B', 16, 10], outputShape: ['B', 16, null] } as const;
    const text = definitionMarkdown(architecture([{ ...layer('fc', [30, 10]), ...passing }], known(300)));
    assert.match(text, /\| fc \| `nn\.Linear` \| 16×10 → 16×\? \|/);
  });
  it('puts alike layers in a row into one line', () => {
    const blocks = [0, 1, 2].map(index => layer(`blocks.${index}`, [10, 10]));
    const text = definitionMarkdown(architecture([layer('blocks', undefined, [...blocks, layer('blocks.3', [5, 10])])], known(350)));
    assert.match(text, /\| blocks\.0 … 2 \| `nn\.Linear` \| {2}\| `weight` 10×10 \| 3 × 100 \| 85\.7 % \|/);
    assert.match(text, /\| blocks\.3 \|/);
  });
  it('says which arguments it was constructed with and where they come from, defaults left out', () => {
    const given = [
      { name: 'width', value: known(64), source: 'study', line: 3 },
      { name: 'act', value: known('gelu'), source: 'directive', line: 2 },
      { name: 'depth', value: known(2), source: 'default', line: 3 },
    ] as const;
    assert.match(
      definitionMarkdown({ ...whole, arguments: given }),
      /^with `width=64` \(a study\), `act="gelu"` \(the comment over it\)$/m,
    );
  });
  it('marks the last good result of a text that cannot be read', () => {
    const { title, tooltip } = sizeText(whole, true);
    assert.equal(title, '1,000 parameters · before this edit');
    assert.match(tooltip, /last good result/);
  });
  it('marks what is unknown', () => {
    const text = definitionMarkdown(partly);
    assert.match(text, /\| fc \| `nn\.Linear` \| {2}\| {2}\| \? \| {2}\|/);
    assert.match(text, /Not known: \\`width\\` has no default \(line 8\)\./);
  });
  it('says how many rows it left out', () => {
    const many = architecture(
      Array.from({ length: 45 }, (_, i) => layer(`l${i}`, [1, 1])),
      known(45),
    );
    assert.match(definitionMarkdown(many), /… and 5 more\./);
  });
});
