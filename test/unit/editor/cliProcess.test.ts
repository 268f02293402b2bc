import assert from 'node:assert/strict';
import { Fault, Stopped } from '../../../src/common/fault';
import { progressIn, runCli } from '../../../src/editor/cliProcess';

const call = (argv: readonly string[], signal = new AbortController().signal) =>
  runCli({ program: 'dist/cli.js', engines: '/nowhere', argv, signal });

describe('commands of boundlens that the editor runs', () => {
  it('gives what the command prints', async () => {
    const { definitions } = JSON.parse(await call(['bound', 'media/sample/models/mlp.py', '--json'])) as {
      definitions: { name: string }[];
    };
    assert.deepEqual(
      definitions.map(({ name }) => name),
      ['perceptron', 'Convolutional'],
    );
  });

  it('a fault comes back as the sentence that it tells, with its mend', () =>
    assert.rejects(call(['shift', '--source', 'nothing.npy', '--target', 'nothing.npy']), (error: unknown) => {
      assert.ok(error instanceof Fault);
      assert.match(error.message, /^nothing\.npy .+: .+\.$/);
      return true;
    }));

  it('hears how far a process is, from its last line of progress', () => {
    const cases = [
      [
        '███░ 10 % · seed 0, random encoder\n██████ 20 % · seed 1, masked autoencoder\n',
        { percent: 20, label: 'seed 1, masked autoencoder' },
      ],
      ['█ 5 % · 2 min left · seed 3', { percent: 5, label: 'seed 3' }],
      ['A remark.\n', undefined],
    ] as const;
    for (const [remark, said] of cases) assert.deepEqual(progressIn(remark), said, remark);
  });

  it('ends when it is told to', async () => {
    const abort = new AbortController();
    const ended = call(['runs', 'list', '.'], abort.signal);
    abort.abort();
    await assert.rejects(ended, Stopped);
  });
});
