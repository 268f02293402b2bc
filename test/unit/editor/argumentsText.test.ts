import assert from 'node:assert/strict';
import { known, unknown, type Architecture, type GivenArgument } from '../../../src/architecture/architecture';
import { callProblem, directiveEdit, suggestedCall, wantsArguments } from '../../../src/editor/argumentsText';
import { architecture, layer } from './builders';

const argument = (name: string, value?: number): GivenArgument => ({
  name,
  value: value === undefined ? unknown(`\`${name}\` has no default`, 2) : known(value),
  source: 'default',
  line: 2,
});
const open = layer('fc', 4, { parameters: unknown('`width` has no default', 2) });
const net = (given?: readonly GivenArgument[], parts: Partial<Architecture> = {}) => architecture([open], { arguments: given, ...parts });

const SOURCE = `import torch.nn as nn

class Net(nn.Module):
    def __init__(self, cfg, width, depth=2):
        super().__init__()
        self.fc = nn.Linear(cfg.width, width)
        self.cfg = cfg.copy()

    def forward(self, x):
        return self.fc(x) * self.cfg.scale + cfg.width

def use(cfg):
    return cfg.other
`.split('\n');
const HEADER = 2;
const over = (...above: readonly string[]) => [...SOURCE.slice(0, HEADER), ...above, ...SOURCE.slice(HEADER)];

describe('definitions whose arguments can be set', () => {
  const cases: readonly (readonly [why: string, architecture: Architecture, expected: boolean])[] = [
    ['an argument is not known', net([argument('width')]), true],
    ['all arguments are known: something else is missing', net([argument('width', 3)]), false],
    ['nothing is missing', architecture([], { arguments: [argument('width')], parameterCount: known(3) }), false],
    ['a chain of layers takes no arguments', net(), false],
    ['Flax needs the shape of its input', net(undefined, { framework: 'flax' }), true],
    ['a configuration is no call', net([argument('width')], { framework: 'hugging face' }), false],
  ];
  for (const [why, given, expected] of cases) it(why, () => assert.equal(wantsArguments(given), expected));
});

describe('the call to start from', () => {
  const cases: readonly (readonly [why: string, architecture: Architecture, lines: readonly string[], line: number, expected: string])[] = [
    ['a blank for each argument that is not known', net([argument('width'), argument('depth', 2)]), SOURCE, HEADER, 'Net(width=…)'],
    [
      'an argument whose fields the class reads is a configuration with them; methods and other functions do not count',
      net([argument('cfg'), argument('width')]),
      SOURCE,
      HEADER,
      'Net(cfg=SimpleNamespace(width=…, scale=…), width=…)',
    ],
    ['what the comment already says', net([argument('width')]), over('# boundlens: Net(width=3) on (3, 32)'), HEADER + 1, 'Net(width=3) on (3, 32)'],
    ['a comment above decorators', net([argument('width')]), over('# boundlens: Net(1)', '@register'), HEADER + 2, 'Net(1)'],
    ['Flax asks for the input, too', net([], { framework: 'flax' }), SOURCE, HEADER, 'Net() on (…)'],
  ]; // prettier-ignore
  for (const [why, given, lines, line, expected] of cases) it(why, () => assert.equal(suggestedCall(given, lines, line), expected));
});

describe('a call that is typed', () => {
  const cases: readonly (readonly [text: string, problem: RegExp | undefined])[] = [
    ['Net(width=64)', undefined],
    [' Net(a=[1, {"x": (2)}], b=")") on (3, 32, 32) ', undefined],
    ['Net on (3, 32, 32)', undefined],
    ['Net(width=…)', /a value in place of each …/],
    ['Other(3)', /a call of Net/],
    ['Network(3)', /a call of Net/],
    ['', /a call of Net/],
    ['Net(width=(3)', /not closed/],
    ['Net(width=3]', /not closed/],
    ['Net(name="a)', /not closed/],
  ];
  for (const [text, problem] of cases)
    it(`${text || 'nothing'} is ${problem ? 'refused' : 'taken'}`, () => {
      const found = callProblem(text, 'Net');
      if (problem) assert.match(found ?? '', problem);
      else assert.equal(found, undefined);
    });
});

describe('the comment over a definition', () => {
  const cases: readonly (readonly [why: string, lines: readonly string[], header: number, expected: ReturnType<typeof directiveEdit>])[] = [
    ['is put above the class', SOURCE, HEADER, { line: HEADER, count: 0, text: '# boundlens: Net(3)\n' }],
    ['is put above its decorators', over('@one', '@two(3)'), HEADER + 2, { line: HEADER, count: 0, text: '# boundlens: Net(3)\n' }],
    ['replaces one that is there', over('# boundlens: Net(1)', '# why'), HEADER + 2, { line: HEADER, count: 1, text: '# boundlens: Net(3)\n' }],
    ['leaves one of another definition', over('# boundlens: Other(1)'), HEADER + 1, { line: HEADER + 1, count: 0, text: '# boundlens: Net(3)\n' }],
    ['is indented as the definition is', ['    class Net(nn.Module):'], 0, { line: 0, count: 0, text: '    # boundlens: Net(3)\n' }],
  ]; // prettier-ignore
  for (const [why, lines, header, expected] of cases)
    it(why, () => assert.deepEqual(directiveEdit(lines, header, 'Net', ' Net(3) '), expected));
});
