import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EnvironmentFault, sentenceOf } from '../../../../src/common/fault';
import { Random } from '../../../../src/common/random';
import type { Engine } from '../../../../src/training/engine/engine';
import { tensorFlowFolder } from '../../../../src/training/engine/enginesFolder';
import { Parameters } from '../../../../src/training/engine/parameters';
import { ReferenceEngine } from '../../../../src/training/engine/reference';
import { restoreTypeChecks } from '../../../../src/training/engine/restoreTypeChecks';
import { createEngine } from '../../../../src/training/engine/select';
import { installTensorFlow } from '../../../../src/training/engine/install/installTensorFlow';
import { tensorflowEngine } from '../../../../src/training/engine/tensorflow';
import { temporaryFolder } from '../../support/temporaryFolder';
import { block } from './layers';
import { standInForTensorFlow } from './standInForTensorFlow';

/** Losses of ten steps of a small transformer. */
async function losses(engine: Engine): Promise<number[]> {
  const parameters = new Parameters(new Random('transformer'));
  const encode = block(parameters, 'block', 8, 2);
  const random = new Random('rows');
  const step = await engine.trainingStep({
    inputs: { x: { shape: [6, 8] } },
    parameters,
    loss: ({ x }) => ({ loss: tf.mean<tf.Scalar>(tf.squaredDifference(encode(x!, 3), tf.reverse(x!, 0))) }),
    optimiser: { kind: 'adam' },
  });
  const x = Float32Array.from({ length: 48 }, () => random.normal());
  const history: number[] = [];
  for (let i = 0; i < 10; i++) history.push((await step.run({ x }, 0.01)).loss![0]!);
  parameters.dispose();
  return history;
}

async function assertLikeReference(engine: Engine): Promise<void> {
  const [ours, theirs] = [await losses(engine), await losses(new ReferenceEngine())];
  assert.ok(theirs.at(-1)! < 0.8 * theirs[0]!, 'the loss falls');
  ours.forEach((loss, i) => assert.ok(Math.abs(loss - theirs[i]!) <= 1e-5 * theirs[i]!, `step ${i}: ${loss} and ${theirs[i]}`));
}

/** A package in TensorFlow's place: written to where the user's npm would put it. */
function installed(engines: string, index: string): void {
  const folder = path.join(tensorFlowFolder(engines), 'node_modules', '@tensorflow', 'tfjs-node');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: '@tensorflow/tfjs-node', version: '4.22.0', main: 'index.js' }));
  writeFileSync(path.join(folder, 'index.js'), index);
}

/**
 * What TensorFlow's package does when it is loaded: it finds tfjs in the process, registers a backend and makes it the current one.
 * Here the backend takes the kernels of tfjs' CPU backend.
 */
const LIKE_TENSORFLOW = `
  const { isArray, isNullOrUndefined } = require('util');
  if (!isNullOrUndefined(undefined) || !isArray([])) throw new Error('util is incomplete');
  const kernels = globalThis._tfGlobals.get('kernelRegistry');
  for (const [key, kernel] of [...kernels]) {
    const [backend, name] = [key.slice(0, key.indexOf('_')), key.slice(key.indexOf('_') + 1)];
    if (backend === 'cpu') kernels.set('tensorflow_' + name, { ...kernel, backendName: 'tensorflow' });
  }
  const engine = globalThis._tfengine;
  engine.registerBackend('tensorflow', () => engine.registryFactory.cpu.factory(), 3);
  engine.setBackend('tensorflow');
`;

describe('tensorflow engine', () => {
  const temporary = temporaryFolder();
  const create = () => createEngine({ name: 'tensorflow', assets: 'dist', installed: temporary.path });
  const refused = (message: RegExp) =>
    assert.rejects(create(), (error: unknown) => error instanceof EnvironmentFault && message.test(error.message));

  it('gives the losses of the reference engine', () => assertLikeReference(tensorflowEngine(standInForTensorFlow, '', 1)));

  it('loads the package that is installed, and leaves the current backend as it was', async () => {
    installed(temporary.path, LIKE_TENSORFLOW);
    const before = tf.getBackend();
    const engine = await create();
    assert.equal(engine.name, 'tensorflow');
    assert.equal(tf.getBackend(), before);
    await assertLikeReference(engine);
  });

  it('says how to have it where it is not installed', () => refused(/^The tensorflow engine is not installed: run "BoundLens: Install/));

  it('says in one sentence why an installed one does not load', async () => {
    installed(temporary.path, `throw new Error('The addon can not be found at path: x. \\nPlease run npm rebuild')`);
    await refused(
      /^The tensorflow engine does not work here \(The addon can not be found at path: x\): install it again, or choose another/,
    );
  });

  it('installs from the real package and agrees, or says in one sentence why it cannot be had here', async function () {
    this.timeout(900_000);
    const attempt = installTensorFlow({
      engines: temporary.path,
      signal: new AbortController().signal,
      progress: () => undefined,
      tryOut: () => Promise.resolve(undefined),
    });
    const problem = await attempt.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (problem === undefined) {
      await assertLikeReference(await create());
      return;
    }
    assert.ok(problem instanceof EnvironmentFault, sentenceOf(problem));
    assert.match(problem.message, /^(The (TensorFlow library|packages of TensorFlow)|There is no TensorFlow|npm)[^\n]*: [^\n]+\.$/);
    await refused(/is not installed/);
  });
});

describe('the type checks that Node 23 removed', () => {
  const values: readonly unknown[] = [
    undefined,
    null,
    true,
    1,
    'a',
    Symbol('s'),
    [],
    {},
    () => 0,
    /x/,
    new Date(0),
    new Error('e'),
    Buffer.of(1),
  ];
  const rows: readonly (readonly [name: string, holds: string])[] = [
    ['isArray', '······x······'],
    ['isBoolean', '··x··········'],
    ['isBuffer', '············x'],
    ['isDate', '··········x··'],
    ['isError', '···········x·'],
    ['isFunction', '········x····'],
    ['isNull', '·x···········'],
    ['isNullOrUndefined', 'xx···········'],
    ['isNumber', '···x·········'],
    ['isObject', '······xx·xxxx'],
    ['isPrimitive', 'xxxxxx·······'],
    ['isRegExp', '·········x···'],
    ['isString', '····x········'],
    ['isSymbol', '·····x·······'],
    ['isUndefined', 'x············'],
  ];
  for (const [name, holds] of rows)
    it(`${name} says what it said`, () => {
      const util: Record<string, (value: unknown) => boolean> = {};
      restoreTypeChecks(util);
      assert.equal(values.map(value => (util[name]!(value) ? 'x' : '·')).join(''), holds);
    });

  it('leaves those that are there', () => {
    const own = () => true;
    const util = { isNull: own };
    restoreTypeChecks(util);
    assert.equal(util.isNull, own);
  });

  it('can be put back into the real module', () => {
    const util = createRequire(__filename)('node:util') as Record<string, unknown>;
    restoreTypeChecks(util);
    assert.equal(typeof util.isNullOrUndefined, 'function');
  });
});
