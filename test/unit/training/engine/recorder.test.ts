import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { strict as assert } from 'node:assert';
import { compile } from '../../../../src/training/engine/compile';
import type { Traced } from '../../../../src/training/engine/graph';
import { fixedTensor } from '../../../../src/training/engine/operations';
import { trace, traceStep } from '../../../../src/training/engine/recorder';
import { TraceFault } from '../../../../src/training/engine/traceFault';
import { mlp, vit } from './models';
import { assertClose, eager, runModel, RUNTIMES } from './sessions';

const square = { x: { shape: [3, 3] } };
const asynchronous = (inputs: object): Promise<object> => Promise.resolve(inputs);
const traceSquare = (fn: (x: Tensor) => Tensor): Traced => trace(square, [], ({ x }) => ({ y: fn(x!) }));

describe('recorder: what a traced function may not do', () => {
  const refusals: Readonly<Record<string, { fn: (x: Tensor) => Tensor; sentence: RegExp }>> = {
    'read a value': {
      fn: x => tf.mul(x, tf.sum(x).dataSync()[0]!),
      sentence: /^A traced function reads the result of Sum, which is not known while tracing: compute with tensors only/,
    },
    'read an input': { fn: x => tf.mul(x, x.dataSync()[0]!), sentence: /reads the input x, which is not known while tracing/ },
    'read a value later': {
      fn: x => {
        void x.data();
        return x;
      },
      sentence: /reads the input x/,
    },
    'draw random numbers': {
      fn: x => tf.mul(x, tf.randomNormal([3, 3])),
      sentence: /^A traced function contains numbers that were drawn or loaded outside \(a tensor of shape \[3, 3\]\): make them an input/,
    },
    'drop out at random': { fn: x => tf.dropout(x, 0.5), sentence: /numbers that were drawn or loaded outside/ },
    'use a tensor from outside': { fn: x => tf.mul(x, outside), sentence: /numbers that were drawn or loaded outside/ },
    'use an operation that is not compiled': {
      fn: x => tf.topk(x, 2).values,
      sentence: /^A traced function uses the operation TopK, which cannot be compiled: express it by other operations\.$/,
    },
    'gather in batches': {
      fn: x => tf.gather(x, fixedTensor(Int32Array.of(0, 1, 2, 0, 1, 2), [3, 2]), 1, 1),
      sentence: /calls gather with batchDims/,
    },
    'use a variable of others': { fn: x => tf.mul(x, variable), sentence: /uses the variable undeclared, which was not declared to it/ },
    'assign a variable': {
      fn: x => {
        variable.assign(tf.zeros([3]));
        return x;
      },
      sentence: /^A traced function assigns the variable undeclared/,
    },
    'make strings': { fn: x => tf.mul(x, tf.tensor1d(['a', 'b']).size), sentence: /makes a tensor of type string/ },
    'be asynchronous': { fn: x => x, sentence: /is asynchronous/ },
  };
  let outside: Tensor;
  let variable: tf.Variable;

  before(() => {
    outside = tf.tensor([1, 2, 3]);
    variable = tf.variable(tf.ones([3]), true, 'undeclared');
  });
  after(() => {
    outside.dispose();
    variable.dispose();
  });

  for (const [name, { fn, sentence }] of Object.entries(refusals))
    it(name, () => {
      const backend = tf.getBackend();
      const { numTensors, numBytes } = tf.memory();
      const attempt = (): unknown =>
        name === 'be asynchronous' ? trace(square, [], asynchronous as unknown as Parameters<typeof trace>[2]) : traceSquare(fn);
      assert.throws(attempt, error => error instanceof TraceFault && sentence.test(error.message));
      assert.equal(tf.getBackend(), backend);
      assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
      assert.deepEqual([...variable.dataSync()], [1, 1, 1]);
    });

  it('names the operation without a gradient', () => {
    const weight = tf.variable(tf.tensor2d([[1, 2]]), true, 'weight without gradient');
    try {
      assert.throws(
        () => traceStep({}, [weight], [weight], () => ({ loss: tf.sum(tf.cumprod(weight)) })),
        (error: unknown) => error instanceof TraceFault && /Cumprod/.test(error.message),
      );
    } finally {
      weight.dispose();
    }
  });
});

describe('recorder: constants', () => {
  const table = Float32Array.of(1, 2, 3);

  it('takes fixed tensors, and lists them', () => {
    const traced = traceSquare(x => tf.add(x, fixedTensor(table, [3])));
    assert.deepEqual(
      traced.captured.map(({ shape }) => shape),
      [[3]],
    );
  });

  it('takes any constant when it is allowed to', () => {
    const traced = trace(square, [], ({ x }) => ({ y: tf.add(x!, tf.tensor1d(table)) }), { allowConstants: true });
    assert.equal(traced.captured.length, 1);
  });

  it('minds only constants that an output depends on', () => {
    assert.deepEqual(
      traceSquare(x => {
        tf.add(x, tf.tensor1d(table));
        return x;
      }).captured,
      [],
    );
  });

  it('stores no tensor of one repeated number', () => assert.deepEqual(traceSquare(x => tf.add(x, tf.fill([3, 3], 0.1))).captured, []));
});

describe('recorder: steps', () => {
  it('outputs the loss, other scalars and one gradient per trainable variable, zero where the loss does not reach', async () => {
    const [used, unused, frozen] = ['used', 'unused', 'frozen'].map(name => tf.variable(tf.tensor1d([1, 2]), true, `steps/${name}`));
    const variables = [used!, unused!, frozen!];
    try {
      const loss = ({ x }: Readonly<Record<string, Tensor>>): { loss: Scalar; other: Tensor } => {
        const product: Scalar = tf.sum(tf.mul(tf.mul(x!, used!), frozen!));
        return { loss: product, other: tf.mul(product, 2) };
      };
      const traced = traceStep({ x: { shape: [2] } }, variables, [used!, unused!], loss);
      assert.deepEqual(Object.keys(traced.outputs), ['loss', 'other', 'grad/steps/used', 'grad/steps/unused']);
      assert.deepEqual(
        traced.variables.map(({ name }) => name),
        ['steps/used', 'steps/unused', 'steps/frozen'],
      );
      const model = compile(traced);
      assert.deepEqual(
        model.inputs.map(({ name }) => name),
        ['x', 'var/steps/used', 'var/steps/frozen'],
      );
      const weights = Float32Array.of(1, 2);
      const feeds = { x: Float32Array.of(3, 4), 'var/steps/used': weights, 'var/steps/frozen': weights };
      for (const runtime of RUNTIMES) {
        const results = await runModel(runtime, model, feeds);
        const numbers = Object.fromEntries(Object.entries(results).map(([name, { values }]) => [name, [...values]]));
        assert.deepEqual(numbers, { loss: [19], other: [38], 'grad/steps/used': [3, 8], 'grad/steps/unused': [0, 0] });
      }
    } finally {
      variables.forEach(variable => variable.dispose());
    }
  });

  it('differentiates twice: the gradient of a gradient penalty', async () => {
    const weight = tf.variable(tf.tensor2d([0.1, -0.2, 0.3, 0.4, 0.5, -0.6], [3, 2]), true, 'penalty/weight');
    const x = Float32Array.of(0.5, -1, 2, 0.3, 0.2, -0.1);
    const output = (input: Tensor): Scalar => tf.mean(tf.square(tf.tanh(tf.matMul(input as Tensor2D, weight as Tensor2D))));
    const penalty = (input: Tensor): Scalar => tf.sum(tf.square(tf.grad(output)(input)));
    try {
      const model = compile(traceStep({ x: { shape: [2, 3] } }, [weight], [weight], inputs => ({ loss: penalty(inputs.x!) })));
      const expected = tf.variableGrads(() => penalty(tf.tensor2d(x, [2, 3])), [weight]);
      for (const runtime of RUNTIMES) {
        const results = await runModel(runtime, model, { x, 'var/penalty/weight': weight.dataSync<'float32'>() });
        assertClose(results.loss!, eager(expected.value), `${runtime}: penalty`);
        assertClose(results['grad/penalty/weight']!, eager(expected.grads['penalty/weight']!), `${runtime}: gradient`);
      }
    } finally {
      weight.dispose();
    }
  });

  it('passes inputs, constants and one value under two names straight through', async () => {
    const traced = trace({ x: { shape: [2] } }, [], ({ x }) => {
      const double = tf.add(x!, x!);
      return { input: x!, constant: tf.fill([2], 7), one: double, two: double };
    });
    const results = await runModel('native', compile(traced), { x: Float32Array.of(1, 2) });
    const numbers = Object.fromEntries(Object.entries(results).map(([name, { values }]) => [name, [...values]]));
    assert.deepEqual(numbers, { input: [1, 2], constant: [7, 7], one: [2, 4], two: [2, 4] });
  });

  it("leaves tfjs' memory as it was, however often it traces", () => {
    const model = vit();
    try {
      const counts = (): number[] => [tf.memory().numTensors, tf.memory().numDataBuffers, tf.memory().numBytes];
      const before = counts();
      const { variables } = model.parameters;
      for (let i = 0; i < 3; i++) traceStep(model.inputs(4), variables, variables, model.loss);
      assert.deepEqual(counts(), before);
    } finally {
      model.parameters.dispose();
    }
  });

  it('writes the same bytes when it traces the same function again', () => {
    const model = mlp();
    try {
      const { variables } = model.parameters;
      const bytes = (): Uint8Array => compile(traceStep(model.inputs(4), variables, variables, model.loss)).bytes;
      assert.deepEqual(bytes(), bytes());
    } finally {
      model.parameters.dispose();
    }
  });

  it('keeps two models of one process apart', () => {
    const [first, second] = [mlp(), mlp()];
    try {
      const names = ({ parameters, inputs, loss }: ReturnType<typeof mlp>): string[] =>
        compile(traceStep(inputs(4), parameters.variables, parameters.variables, loss)).inputs.map(({ name }) => name);
      const shared = new Set(names(first));
      assert.deepEqual(
        names(second).filter(name => shared.has(name)),
        ['x'],
      );
      assert.throws(() => trace(first.inputs(4), first.parameters.variables, inputs => second.loss(inputs)), TraceFault);
    } finally {
      first.parameters.dispose();
      second.parameters.dispose();
    }
  });

  it('reads fixed numbers back while tracing', () => {
    const traced = traceSquare(x => tf.mul(x, (fixedTensor(Float32Array.of(2, 3), [2]) as Tensor1D).dataSync()[1]!));
    assert.equal(traced.captured.length, 0);
  });
});
