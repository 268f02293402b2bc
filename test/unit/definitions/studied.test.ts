import assert from 'node:assert/strict';
import { documents } from './reading';

const torch = (above = '', below = '') => `import torch.nn as nn
${above}
class Net(nn.Module):
    def __init__(self, width, depth=1):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
${below}
`;

const keras = `import keras
class Net(keras.Model):
    def __init__(self, width):
        super().__init__()
        self.fc = keras.layers.Dense(width)
    def call(self, x):
        return self.fc(x)
`;

const flax = `import flax.linen as nn
class Net(nn.Module):
    width: int
    @nn.compact
    def __call__(self, x):
        return nn.Dense(self.width)(x)
`;

describe('where arguments come from', () => {
  const cases: readonly (readonly [why: string, text: string, studied: string | undefined, parameters: number | undefined, source?: string])[] =
    [
      ['a study that names the definition', torch(), 'Net(width=3)', 12, 'study'],
      ['a study comes before callers', torch('', 'net = Net(5)'), 'Net(width=3)', 12, 'study'],
      ['a comment comes before a study', torch('# boundlens: Net(width=4)'), 'Net(width=3)', 20, 'directive'],
      ['a comment that says the input alone leaves the arguments to the study', torch('# boundlens: Net on (3,)'), 'Net(width=3)', 12, 'study'],
      ['a comment with empty brackets asks for the defaults', torch('# boundlens: Net()'), 'Net(width=3)', undefined, 'default'],
      ['without a study callers count', torch('', 'net = Net(5)'), undefined, 30, 'caller'],
      ['an argument that a study leaves out has its default', torch(), 'Net(width=2, depth=3)', 18, 'study'],
      ['an argument that the class does not take makes no number', torch(), 'Net(wide=3)', undefined],
      ['a study of another definition', torch(), undefined, undefined],
      ['Keras, with the input said in a comment', keras.replace('class', '# boundlens: Net on (7,)\nclass'), 'Net(width=3)', 24, 'study'],
      ['Flax, with the input said in a comment', flax.replace('class', '# boundlens: Net on (1, 7)\nclass'), 'Net(width=3)', 24],
    ]; // prettier-ignore
  for (const [why, text, studied, parameters, source] of cases)
    it(why, async () => {
      const all = await documents();
      const uri = `test:studied/${why}`;
      const read = all.read({ uri, text }, { studied: studied === undefined ? { Other: 'Other(1)' } : { Net: studied } });
      all.forget(uri);
      const { parameterCount: count, arguments: given = [] } = read.definitions[0]!.architecture;
      assert.equal(count.known ? count.value : undefined, parameters);
      if (source) assert.equal(given[0]?.source, source);
    });
});

describe('the line of an argument that nobody gives', () => {
  const spare = (text: string) => text.replace('self, width', 'self, width, spare=1');
  const cases: readonly (readonly [why: string, text: string, line: string])[] = [
    ['PyTorch: its `__init__`, whatever gives the others', spare(torch('', 'net = Net(5)')), 'def __init__'],
    ['Keras, where a comment gives the others', spare(keras.replace('class', '# boundlens: Net(3) on (7,)\nclass')), 'def __init__'],
    ['Flax: the class, whose fields they are', `${flax.replace('width: int', 'width: int\n    spare: int = 1')}\nNet(3)\n`, 'class Net'],
  ];
  for (const [why, text, line] of cases)
    it(why, async () => {
      const all = await documents();
      const uri = `test:default line/${why}`;
      const { arguments: given = [] } = all.read({ uri, text }).definitions[0]!.architecture;
      all.forget(uri);
      const spared = given.find(({ name }) => name === 'spare');
      assert.equal(spared?.source, 'default');
      assert.ok(text.split('\n')[spared.line]?.includes(line), `${spared.line}`);
    });
});
