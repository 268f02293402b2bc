import assert from 'node:assert/strict';
import { EnvironmentFault } from '../../../src/common/fault';
import type { JobArray } from '../../../src/runs/cluster/scheduler';
import { slurm, type RunCommand, type SlurmOptions } from '../../../src/runs/cluster/slurm/slurm';
import { arraySpec, parseQueue, parseSubmitted } from '../../../src/runs/cluster/slurm/slurmText';
import { shellQuoted, taskScript } from '../../../src/runs/cluster/taskScript';

describe('what Slurm prints', () => {
  for (const [text, expected, why] of [
    ['4711_3|RUNNING|n2|None\n', [{ job: '4711', index: 3, state: 'RUNNING', node: 'n2' }], 'a task that runs'],
    ['4711_4|PENDING||Resources', [{ job: '4711', index: 4, state: 'PENDING', reason: 'Resources' }], 'a task that waits'],
    [
      '4711_4|PENDING||launch failed requeued held',
      [{ job: '4711', index: 4, state: 'PENDING', reason: 'launch failed requeued held', stuck: true }],
      'a task that will not start',
    ],
    ['4711|RUNNING|n1|None\n4711_[5-9]|PENDING||None\nslurm_load_jobs error\n\n', [], 'other jobs, folded arrays and remarks'],
  ] as const)
    it(`as a queue: ${why}`, () => assert.deepEqual(parseQueue(text), expected));

  for (const [text, expected, why] of [
    ['4711\n', '4711', 'a number'],
    ['4711;lab\n', '4711', 'a number and a cluster'],
    ['sbatch: a remark of the site\n4711\n', '4711', 'a remark before it'],
    ['Submitted batch job 4711', undefined, 'a sentence'],
    ['', undefined, 'nothing'],
  ] as const)
    it(`as the number of a job: ${why}`, () => assert.equal(parseSubmitted(text), expected));

  for (const [indices, expected] of [
    [[3], '3'],
    [[0, 1, 2, 3], '0-3'],
    [[9, 7, 0, 1, 10, 7], '0-1,7,9-10'],
  ] as const)
    it(`takes the indices ${indices.join(', ')} as ${expected}`, () => assert.equal(arraySpec(indices), expected));
});

describe('Slurm’s commands', () => {
  const array: JobArray = { name: 'boundlens:a', script: '/s/trial.sh', logs: '/s', indices: [0, 1, 5] };
  const words = async (options: SlurmOptions, change: Partial<JobArray> = {}) => {
    let given: readonly string[] = [];
    const run: RunCommand = (command, all) => {
      given = [command, ...all];
      return Promise.resolve('12\n');
    };
    assert.equal(await slurm(options, run).submit({ ...array, ...change }), '12');
    return given;
  };

  it('are told what the options say', async () => {
    const all = await words({ partition: 'gpu', time: '2:00:00', cpus: 4, memory: '8G', further: ['--account=lab'] }, { atOnce: 2 });
    for (const word of ['sbatch', '--array=0-1,5%2', '--partition=gpu', '--time=2:00:00', '--cpus-per-task=4', '--mem=8G', '--account=lab'])
      assert.ok(all.includes(word), word);
    assert.equal(all.at(-1), '/s/trial.sh');
    assert.ok(!(await words({})).some(word => /^--(partition|time|mem)=/.test(word)));
  });

  const failing =
    (error: object): RunCommand =>
    () =>
      Promise.reject(Object.assign(new Error('Command failed'), error));
  for (const [error, expected] of [
    [{ code: 'ENOENT' }, 'There is no sbatch on this machine: run this on a login node of your cluster, or give --on local to train here.'],
    [
      { code: 1, stderr: 'sbatch: error: invalid partition specified: gpu\nsbatch: error: Batch job submission failed\n' },
      'sbatch says: invalid partition specified: gpu: correct the options of the cluster, or ask those who run it.',
    ],
    [{ killed: true }, 'sbatch gave no answer within 30 seconds: correct the options of the cluster, or ask those who run it.'],
  ] as const)
    it(`fail with “${expected}”`, () => assert.rejects(slurm({}, failing(error)).submit(array), new EnvironmentFault(...split(expected))));

  it('take a job that Slurm has forgotten for one that is over', async () => {
    const run = failing({ code: 1, stderr: 'slurm_load_jobs error: Invalid job id specified\n' });
    assert.deepEqual(await slurm({}, run).queue(['1']), []);
  });

  it('know which start of which task a process is', () => {
    const environment = { SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '3', SLURM_RESTART_COUNT: '2', SLURMD_NODENAME: 'n1' };
    assert.deepEqual(slurm().thisTask(environment), { task: '7_3', restarts: 2, node: 'n1' });
    assert.equal(slurm().thisTask({}), undefined);
  });
});

/** The two halves of a fault's sentence. */
function split(sentence: string): [string, string] {
  const at = sentence.lastIndexOf(': ');
  return [sentence.slice(0, at), sentence.slice(at + 2, -1)];
}

describe('the script of a task', () => {
  it('quotes paths and passes the index on', () => {
    const script = taskScript(
      { node: '/n o/node', cli: "/it's/cli.js", engine: 'auto', threads: 2, stateSeconds: 5 },
      slurm(),
      '/runs/a b',
    );
    assert.match(
      script,
      /^exec '\/n o\/node' '\/it'\\''s\/cli\.js' 'trial' '\/runs\/a b' "\$SLURM_ARRAY_TASK_ID" --on=slurm --engine=auto --threads=2 --state-seconds=5$/m,
    );
  });
  it('quotes a quote', () => assert.equal(shellQuoted("a'b"), `'a'\\''b'`));
});
