import assert from 'node:assert/strict';
import { definitionsReport } from '../../../src/definitions/definitionsReport';
import { read } from './reading';

const SOURCE = `from torch import nn
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a = nn.Linear(2, 3)
        self.b = nn.Linear(3, width)
`;

describe('definitionsReport', () => {
  it('gives lines as an editor counts them, shapes by name, and the reason for what is unknown', async () => {
    const unknown = { known: false, why: 'the argument `width` of Net has no default', line: 3 };
    assert.deepEqual(definitionsReport([{ file: 'net.py', architectures: await read(SOURCE) }]), {
      files: [
        {
          file: 'net.py',
          definitions: [
            {
              name: 'Net',
              framework: 'pytorch',
              line: 2,
              parameters: unknown,
              layers: [
                {
                  path: 'a',
                  type: 'nn.Linear',
                  kind: 'linear',
                  line: 5,
                  parameters: { known: true, value: 9 },
                  tensors: { weight: [3, 2], bias: [3] },
                },
                { path: 'b', type: 'nn.Linear', kind: 'linear', line: 6, parameters: unknown, tensors: {} },
              ],
            },
          ],
        },
      ],
    });
  });

  it('says why a file was skipped', () => {
    assert.deepEqual(definitionsReport([{ file: 'big.py', architectures: [], skipped: 'the file is larger than 1 MB' }]), {
      files: [{ file: 'big.py', definitions: [], skipped: 'the file is larger than 1 MB' }],
    });
  });
});
