import { spawnSync } from 'node:child_process';
import { EnvironmentFault } from '../../src/common/fault';
import { middle, type Benchmark, type Row } from './benchmark';

const MODEL = 'media/sample/models/mae.py';
const CLASS = 'MaskedAutoencoder';
const ROUNDS = 5;

/** Counts the parameters of the class as its framework does, with torchinfo where Python has it, and prints who did. */
const SCRIPT = `
import importlib.util, sys, torch
spec = importlib.util.spec_from_file_location('model', '${MODEL}')
module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
model = module.${CLASS}()
try:
    import torchinfo
    count, peer = torchinfo.summary(model, verbose=0).total_params, 'torchinfo ' + torchinfo.__version__
except ImportError:
    count, peer = sum(p.numel() for p in model.parameters()), 'PyTorch ' + torch.__version__
print(count, peer)
`;

/** Layers and counts of the sample's model from a fresh process: read from the source, beside constructed in Python. */
export const fresh: Benchmark = {
  summary: 'milliseconds from a fresh process to layers and exact counts of the sample definition, beside constructing it in Python',
  seconds: 25,

  run(_, progress) {
    const python = ['python3', '/usr/bin/python3'].find(candidate => spawnSync(candidate, ['-c', 'import torch']).status === 0);
    if (python === undefined) throw new EnvironmentFault('No Python here has PyTorch', 'install PyTorch to compare');
    progress(`${CLASS}, ${ROUNDS} rounds …`);
    const rounds = Array.from({ length: ROUNDS }, () => {
      const ours = timed(process.execPath, ['dist/cli.js', 'definitions', MODEL, '--json']);
      const theirs = timed(python, ['-c', SCRIPT]);
      const { definitions } = JSON.parse(ours.output) as { definitions: { name: string; parameters: number }[] };
      const [count = '', ...peer] = theirs.output.trim().split(' ');
      const found = definitions.find(({ name }) => name === CLASS)?.parameters;
      if (found !== Number(count)) throw new Error(`${CLASS} has ${found} parameters here and ${count} there`);
      return { ours: ours.milliseconds, theirs: theirs.milliseconds, peer: peer.join(' ') };
    });
    const { ours, theirs, peer } = middle(rounds, round => round.ours / round.theirs);
    const row: Row = { work: `layers and counts of ${CLASS}`, peer, threads: 1, unit: 'ms', ours, theirs, ratio: ours / theirs };
    return Promise.resolve([row]);
  },
};

function timed(program: string, options: readonly string[]): { milliseconds: number; output: string } {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(program, options, { encoding: 'utf8', maxBuffer: 1e8 });
  if (status !== 0)
    throw new EnvironmentFault(`${program} failed (${stderr.trim().split('\n').at(-1) ?? ''})`, 'mend what it says and measure again');
  return { milliseconds: performance.now() - start, output: stdout };
}
