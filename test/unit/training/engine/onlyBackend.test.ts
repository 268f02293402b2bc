import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const PROGRAM = `
  import * as tf from '@tensorflow/tfjs-core';
  import { Random } from './src/common/random';
  import { compile } from './src/training/engine/compile';
  import { Parameters } from './src/training/engine/parameters';
  import { registerRecorder, traceStep } from './src/training/engine/recorder';

  registerRecorder();
  const parameters = new Parameters(new Random(1));
  const weight = parameters.declare('weight', [2, 3], { kind: 'normal', deviation: 1 });
  const before = [...parameters.values('weight')];
  const loss = ({ x }) => ({ loss: tf.mean(tf.square(tf.matMul(x, weight))) });
  const traced = traceStep({ x: { shape: [4, 2] } }, parameters.variables, parameters.variables, loss);
  const same = before.every((value, i) => value === parameters.values('weight')[i]);
  console.log(JSON.stringify({ backend: tf.getBackend(), inputs: compile(traced).inputs.map(input => input.shape), same }));
`;

describe('recorder: as the only backend', () => {
  it('keeps parameters, traces and says nothing of its own, in a bundle without a computing backend', () => {
    const { buildSync } = createRequire(resolve('package.json'))('esbuild') as typeof import('esbuild');
    const [bundle] = buildSync({
      stdin: { contents: PROGRAM, resolveDir: resolve('.'), loader: 'ts' },
      bundle: true,
      platform: 'node',
      mainFields: ['module', 'main'],
      minify: true,
      write: false,
    }).outputFiles;
    assert.ok(bundle!.contents.length < 800_000, `the bundle has ${bundle!.contents.length} bytes`);
    const { stdout, stderr } = spawnSync(process.execPath, ['-'], { input: bundle!.text, encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), { backend: 'recorder', inputs: [[4, 2], [2, 3]], same: true }); // prettier-ignore
  });
});
