import assert from 'node:assert/strict';
import { definitionsReport } from '../../../src/definitions/definitionsReport';
import { read } from './reading';

const SOURCE = `import torch
from torch import nn
class Net(nn.Module):
    def __init__(self, width, depth=2):
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 3))
        self.a = nn.Linear(2, 3)
        self.b = nn.Linear(3, width)
class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.fixed = nn.Parameter(torch.zeros(5), requires_grad=False)
        self.register_buffer("steps", torch.zeros(7))
        self.norm = nn.BatchNorm1d(3)
`;

describe('definitionsReport', () => {
  it('gives lines as an editor counts them, shapes by name, and the reason for what is unknown', async () => {
    const [net] = definitionsReport([{ file: 'net.py', architectures: await read(SOURCE) }]).definitions;
    const { composition: _composition, layers, ...rest } = net!;
    const why = 'the argument `width` of Net has no default';
    assert.deepEqual(rest, {
      file: 'net.py',
      name: 'Net',
      framework: 'pytorch',
      instantiable: {
        obstacles: [{ name: 'Net', line: 4, why }],
        knowsInput: false,
        nearest: '{ "kind": "deep net", "widths": [3, 64] }',
        scale: ['depth'],
      },
      line: 3,
      arguments: { width: null, depth: 2 },
      argumentSources: { width: 'default', depth: 'default' },
      parameters: null,
      trainable: null,
      buffers: null,
      unknown: [{ what: 'b', why, line: 4 }],
    });
    assert.deepEqual(
      layers.map(({ inputShape: _input, outputShape: _output, ...layer }) => layer),
      [
        { path: '', type: 'Net', kind: 'container', line: 3, parameters: 3, tensors: { token: [1, 3] } },
        { path: 'a', type: 'nn.Linear', kind: 'linear', line: 7, parameters: 9, tensors: { weight: [3, 2], bias: [3] } },
        { path: 'b', type: 'nn.Linear', kind: 'linear', line: 8, parameters: null, tensors: {} },
      ],
    );
  });

  it('tells trained parameters, fixed ones and buffers apart', async () => {
    const small = definitionsReport([{ file: 'net.py', architectures: await read(SOURCE) }]).definitions[1]!;
    const { parameters, trainable, buffers, unknown, layers } = small;
    assert.deepEqual({ parameters, trainable, buffers, unknown }, { parameters: 11, trainable: 6, buffers: 7 + 3 + 3 + 1, unknown: [] });
    assert.deepEqual(
      layers.map(({ path, tensors }) => [path, tensors]),
      [
        ['', { fixed: [5] }],
        ['norm', { weight: [3], bias: [3] }],
      ],
    );
  });

  it('says why a file was skipped', () => {
    assert.deepEqual(definitionsReport([{ file: 'big.py', architectures: [], skipped: 'the file is larger than 1 MB' }]), {
      definitions: [],
      skipped: [{ file: 'big.py', why: 'the file is larger than 1 MB' }],
    });
  });
});
