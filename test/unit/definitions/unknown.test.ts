import assert from 'node:assert/strict';
import { knownLayers } from '../../../src/architecture/counts';
import { read, summary } from './reading';

const HEADER = 'import torch\nimport torch.nn as nn\n';

/** A class whose `__init__` holds the given lines. */
const initialising = (...lines: readonly string[]): string =>
  `${HEADER}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n${lines.map(line => `        ${line}\n`).join('')}`;

const withArguments = (formals: string, ...lines: readonly string[]): string =>
  initialising(...lines).replace('(self)', `(self, ${formals})`);

const lastSummary = async (text: string) => summary((await read(text)).at(-1)!);

describe('what a source does not decide', () => {
  const cases: readonly (readonly [why: string, text: string, reason: RegExp])[] = [
    ['an argument without default', withArguments('width', 'self.fc = nn.Linear(width, 1)'), /`width` of Net has no default \(line 4\)/],
    ['a field of an unknown object', withArguments('cfg', 'self.fc = nn.Linear(cfg.width, 1)'), /`cfg` of Net has no default/],
    [
      'a function of another file',
      `from my import build\n${initialising('self.net = build(3)')}`,
      /`my.build` is not in this file \(line 7\)/,
    ],
    ['an argument that may be a layer', withArguments('encoder', 'self.encoder = encoder'), /`encoder` of Net has no default/],
    ['an undecided branch', withArguments('deep', 'if deep:', '    self.fc = nn.Linear(1, 1)'), /`deep` of Net has no default/],
    [
      'a loop of unknown length',
      withArguments('n', 'for i in range(n):', '    setattr(self, f"fc{i}", nn.Linear(1, 1))'),
      /range\(n\)|`n` of Net/,
    ],
    [
      'a list of unknown length',
      withArguments('n', 'self.fcs = nn.ModuleList([nn.Linear(1, 1) for _ in range(n)])'),
      /range\(n\)|`n` of Net/,
    ],
    [
      'layers appended in an unknown loop',
      withArguments('n', 'a = []', 'for _ in range(n):', '    a.append(nn.Linear(1, 1))', 'self.net = nn.Sequential(*a)'),
      /range\(n\)|`n` of Net/,
    ],
    [
      'layers handed to an unknown function',
      `from my import shrink\n${initialising('self.fc = nn.Linear(2, 2)', 'shrink(self)')}`,
      /`my.shrink` is not in this file/,
    ],
    ['an unknown method', initialising('self.fc = nn.Linear(2, 2)', 'self.post_init()'), /`self.post_init\(…\)` is not followed/],
    [
      'an unknown base',
      `from my import Mixin\n${HEADER}class Net(Mixin, nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(1, 1)\n`,
      /`my.Mixin`, a base of Net, is not read/,
    ],
    ['a class of another file as a part', `from my import Part\n${initialising('self.part = Part(3)')}`, /`my.Part` is not in this file/],
    [
      'a part whose base is in another file',
      `from my import Part\n${HEADER}class Mine(Part):\n    pass\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.part = Mine()\n`,
      /`my.Part`/,
    ],
    ['a layer that is lazy', initialising('self.fc = nn.LazyLinear(3)'), /`torch.nn.LazyLinear` is not in this file/],
    [
      "a reparametrisation of one's own",
      initialising('self.fc = nn.utils.parametrize.register_parametrization(nn.Linear(2, 2), "weight", Mine())'),
      /register_parametrization|`Mine` is not defined/,
    ],
    ['a float where PyTorch wants a whole number', initialising('self.fc = nn.Linear(4 / 2, 1)'), /in_features is 2\.0, not a size/],
    ['a negative size', initialising('self.fc = nn.Linear(2 - 3, 1)'), /in_features is -1, not a size/],
    [
      'groups that do not divide',
      initialising('self.c = nn.Conv2d(3, 4, 3, groups=2)'),
      /3 input and 4 output channels do not divide into 2 groups/,
    ],
    ['heads that do not divide', initialising('self.a = nn.MultiheadAttention(10, 3)'), /a width of 10 does not divide into 3 heads/],
    ['an argument that the layer does not take', initialising('self.fc = nn.Linear(2, 2, biass=False)'), /does not take these arguments/],
    [
      'an exception',
      initialising('self.a = nn.Linear(1, 1)', 'raise ValueError()', 'self.b = nn.Linear(1, 1)'),
      /is not followed|is not decided/,
    ],
    ['an undecided return', withArguments('done', 'if done:', '    return', 'self.fc = nn.Linear(1, 1)'), /not decided/],
    [
      'a value that a try may change',
      `${HEADER}try:\n    import fast\n    W = 3\nexcept ImportError:\n    W = 4\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(W, 1)\n`,
      /which branch of this `try`/,
    ],
    [
      'an argument of the command line',
      `import argparse\n${HEADER}args = argparse.ArgumentParser().parse_args()\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(args.width, 1)\n`,
      /`argparse.ArgumentParser\(…\)` is only known when the program runs \(line 4\)/,
    ],
    ['a loaded model', initialising('self.net = torch.load("net.pt")'), /`torch.load` is not in this file/],
    ['a compiled part', initialising('self.net = torch.compile(nn.Linear(1, 1))'), /`torch.compile` is not in this file/],
    [
      'an element that is not decided',
      withArguments('i', 'self.l = nn.ModuleList([nn.Linear(1, 1)])', 'self.l[i].extra = nn.Linear(5, 5)'),
      /self\.l\[i\]|`i` of Net/,
    ],
    [
      'arguments that do not fit',
      `${HEADER}class A(nn.Module):\n    def __init__(self, a=1):\n        super().__init__()\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = A(1, 2)\n`,
      /does not fit the arguments of A/,
    ],
    ['spread arguments', withArguments('*sizes', 'a = [*sizes, *foo]', 'self.fc = nn.Linear(*a)'), /`foo` is not defined in this file/],
    [
      'whether a tensor is learnable',
      withArguments('frozen', 'self.fc = nn.Linear(1, 1)', 'for p in self.parameters():', '    p.requires_grad = not frozen'),
      /`frozen` of Net/,
    ],
    ['a part that is deleted but was never there', initialising('self.a = nn.Linear(1, 1)', 'del self.b'), /`del self.b` is not followed/],
    ['a sum of layers', initialising('self.a = nn.Sequential(nn.Linear(1, 1)) + nn.Sequential(nn.Linear(1, 1))'), /`\+` is not understood/],
    ['a match', withArguments('kind', 'match kind:', '    case 1:', '        self.a = nn.Linear(1, 1)'), /`kind` of Net/],
    [
      'a recursion without end',
      `${HEADER}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.inner = Net()\n`,
      /too many steps/,
    ],
    ['a loop without end', initialising('while True:', '    self.a = nn.Linear(1, 1)'), /runs too often|too many steps/],
    [
      'a list that fills the memory',
      initialising('a = [0] * 10 ** 9', 'self.fc = nn.Linear(len(a), 1)'),
      /`\*` is not understood|len\(…\)/,
    ],
    ['a setattr with an unknown name', withArguments('name', 'setattr(self, name, nn.Linear(1, 1))'), /setattr/],
  ];
  for (const [why, text, reason] of cases) {
    it(why, async () => assert.match(String(await lastSummary(text)), reason));
  }

  it('counts what is known beside it', async () => {
    const [net] = await read(withArguments('width', 'self.a = nn.Linear(2, 2)', 'self.b = nn.Linear(width, 2)', 'self.c = nn.ReLU()'));
    assert.deepEqual(knownLayers(net!), { known: 2, all: 3 });
  });
});

describe('what is no layer', () => {
  const cases: readonly (readonly [why: string, text: string, count: number])[] = [
    ['an argument annotated as a number', withArguments('rate: float', 'self.rate = rate', 'self.fc = nn.Linear(1, 1)'), 2],
    ['a number computed from an unknown one', withArguments('n', 'self.n = n // 2', 'self.fc = nn.Linear(1, 1)'), 2],
    ['a logger', `import logging\n${initialising('self.log = logging.getLogger("a")', 'self.fc = nn.Linear(1, 1)')}`, 2],
    ['a dropout of unknown rate', withArguments('p', 'self.drop = nn.Dropout(p)', 'self.fc = nn.Linear(1, 1)'), 2],
    ['a branch that only refuses', withArguments('n', 'if n % 2:', '    raise ValueError("odd")', 'self.fc = nn.Linear(1, 1)'), 2],
    [
      'an initialiser of another file',
      `from my import trunc_normal_\n${initialising('self.p = nn.Parameter(torch.zeros(3))', 'trunc_normal_(self.p, std=.02)')}`,
      3,
    ],
    ['what a layer computes', initialising('self.c = nn.Conv2d(1, 2, 3)', 'self.n = self.c(torch.zeros(1, 1, 9, 9)).numel()'), 20],
  ];
  for (const [why, text, count] of cases) {
    it(why, async () => assert.equal(await lastSummary(text), count));
  }
});

describe('what is a definition', () => {
  const names = async (text: string) => (await read(text)).map(({ name }) => name);
  const cases: readonly (readonly [why: string, text: string, names: readonly string[]])[] = [
    [
      'through aliases',
      'from torch import nn as N\nfrom torch.nn import Module as M\nclass A(N.Module): pass\nclass B(M): pass\n',
      ['A', 'B'],
    ],
    ['by full path', 'import torch\nclass A(torch.nn.Module): pass\nclass B(torch.nn.modules.module.Module): pass\n', ['A', 'B']],
    ['through a class of the file', 'from torch import nn\nclass A(nn.Module): pass\nclass B(A): pass\n', ['A', 'B']],
    [
      'a chain at module level, in the order of the file',
      'from torch import nn\nclass A(nn.Module): pass\nnet = nn.Sequential(nn.Linear(1, 1))\n',
      ['A', 'net'],
    ],
    [
      'no plain class, no function, no class of another library',
      'import torch\nfrom x import Y\nclass A: pass\nclass B(Y): pass\ndef f(): pass\n',
      [],
    ],
    ['nothing in a file without torch', 'from tensor import nn\nclass A(nn.Module): pass\n', []],
    ['nothing in an empty file', '', []],
  ];
  for (const [why, text, expected] of cases) {
    it(why, async () => assert.deepEqual(await names(text), expected));
  }

  it('stands over the header of its class', async () => {
    const [net] = await read(initialising('self.a = nn.Linear(2, 2)'));
    assert.deepEqual(net!.range, { startLine: 2, startColumn: 0, endLine: 2, endColumn: 21 });
    assert.deepEqual(net!.layers[0]!.range, { startLine: 5, startColumn: 17, endLine: 5, endColumn: 32 });
  });
});
