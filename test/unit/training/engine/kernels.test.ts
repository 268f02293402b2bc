import * as tf from '@tensorflow/tfjs-core';
import { strict as assert } from 'node:assert';
import { Random } from '../../../../src/common/random';
import { compile } from '../../../../src/training/engine/compile';
import type { InputSpecs } from '../../../../src/training/engine/engine';
import { visitAncestors } from '../../../../src/training/engine/graph';
import { KERNELS } from '../../../../src/training/engine/kernels/table';
import { trace } from '../../../../src/training/engine/recorder';
import type { KernelCase } from './kernelCase';
import { CASES } from './kernelCases';
import { assertClose, eager, runModel, RUNTIMES, scoped, type HostTensor, type RuntimeName } from './sessions';

const inputName = (index: number, input: number): string => `${index}/${input}`;

/** The value of a case and, where it has them, the gradients of a weighted sum of its elements. */
function valueAndGradients({ fn, differentiable }: KernelCase, inputs: tf.Tensor[]): tf.Tensor[] {
  const weighted = (...tensors: tf.Tensor[]): tf.Tensor => {
    const flat = tf.reshape(fn(...tensors), [-1]);
    return tf.sum(tf.mul(flat, tf.tensor1d(Float32Array.from({ length: flat.size }, (_, i) => Math.cos(i)))));
  };
  return [fn(...inputs), ...(differentiable ? tf.grads(weighted)(inputs) : [])];
}

/** One family as one graph for so many threads: everything that is needed to compare it on any runtime. */
function prepared(family: string, cases: readonly KernelCase[], threads: number) {
  const random = new Random(family);
  const inputs: InputSpecs = Object.fromEntries(
    cases.flatMap(({ inputs }, index) => inputs.map((shape, input) => [inputName(index, input), { shape }])),
  );
  const feeds = Object.fromEntries(
    cases.flatMap(({ inputs, range: [low, high] }, index) =>
      inputs.map((shape, input) => [
        inputName(index, input),
        Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => low + (high - low) * random.uniform()),
      ]),
    ),
  );
  const evaluate = (tensors: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> =>
    Object.fromEntries(
      cases.flatMap((kernelCase, index) =>
        valueAndGradients(
          kernelCase,
          kernelCase.inputs.map((_, input) => tensors[inputName(index, input)]!),
        ).map((tensor, output) => [`${index}=${output}`, tensor]),
      ),
    );
  const traced = trace(inputs, [], evaluate, { allowConstants: true });
  const model = compile(traced, { threads });
  const expected = scoped(() => {
    const tensors = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, tf.tensor(feeds[name]!, [...shape])]));
    return Object.fromEntries(Object.entries(evaluate(tensors)).map(([name, tensor]) => [name, eager(tensor)]));
  });
  const results = new Map<RuntimeName, Promise<Record<string, HostTensor>>>();
  const run = (runtime: RuntimeName): Promise<Record<string, HostTensor>> => {
    const result = results.get(runtime) ?? runModel(runtime, model, feeds);
    results.set(runtime, result);
    return result;
  };
  return { traced, expected, run };
}

describe('kernels: value and gradients against eager tfjs', () => {
  const families = new Map<string, ReturnType<typeof prepared>>();
  const family = (name: string, threads = 1): ReturnType<typeof prepared> => {
    const made = families.get(`${name} ${threads}`) ?? prepared(name, CASES[name]!, threads);
    families.set(`${name} ${threads}`, made);
    return made;
  };

  const all = Object.entries(CASES).map(([name, cases]) => ({ name, cases, threads: 1 }));
  for (const { name, cases, threads } of [...all, { name: 'convolutions', cases: CASES.convolutions!, threads: 2 }])
    describe(`${name}${threads > 1 ? ', as they are written for several threads' : ''}`, () => {
      cases.forEach((kernelCase, index) =>
        it(kernelCase.name, async () => {
          const { expected, run } = family(name, threads);
          for (const runtime of RUNTIMES) {
            const results = await run(runtime);
            const outputs = Object.keys(expected).filter(output => output.startsWith(`${index}=`));
            assert.equal(outputs.length, kernelCase.differentiable ? 1 + kernelCase.inputs.length : 1);
            outputs.forEach((output, i) =>
              assertClose(results[output]!, expected[output]!, `${runtime}: ${i ? `gradient for input ${i}` : 'value'}`),
            );
          }
        }),
      );
    });

  it('average pool, same: the gradient of a linear function (tfjs itself counts the padding there)', async () => {
    const shape = { shape: [1, 3, 4, 1] };
    const pool = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.add(tf.avgPool(x as tf.Tensor4D, 3, 2, 'same'), 1)));
    const model = compile(trace({ x: shape }, [], ({ x }) => ({ gradient: tf.grad(pool)(x!) })));
    const expected = scoped(() =>
      Float32Array.from({ length: 12 }, (_, pixel) => {
        const unit = tf.reshape(tf.oneHot(tf.tensor1d([pixel], 'int32'), 12), shape.shape);
        return tf.sum(tf.avgPool(tf.cast(unit, 'float32') as tf.Tensor4D, 3, 2, 'same')).dataSync()[0]! * 2;
      }),
    );
    for (const runtime of RUNTIMES) {
      const { gradient } = await runModel(runtime, model, { x: new Float32Array(12) });
      assertClose(gradient!, { ...shape, values: expected }, runtime);
    }
  });

  it('takes so many images at a time as fit when it writes a convolution for several threads', async () => {
    const inputs = { x: { shape: [131, 32, 32, 8] }, w: { shape: [3, 3, 8, 2] } };
    const convolution = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => tf.sum(tf.sin(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same')));
    const traced = trace(inputs, [], ({ x, w }) => ({ gradient: tf.grad(t => convolution(t, w!))(x!) }));
    const [random, size] = [new Random('many images'), tf.util.sizeFromShape];
    const normal = (shape: number[]): Float32Array => Float32Array.from({ length: size(shape) }, () => random.normal());
    const feeds = { x: normal(inputs.x.shape), w: normal(inputs.w.shape) };
    const [one, several] = [compile(traced), compile(traced, { threads: 2 })];
    assert.equal(Buffer.from(several.bytes).toString('latin1').split('Col2Im').length - 1, 2);
    assertClose((await runModel('native', several, feeds)).gradient!, (await runModel('native', one, feeds)).gradient!, 'native');
  });

  it('leaves no row of the table untried', () => {
    const tried = new Set<string>();
    for (const name of Object.keys(CASES))
      visitAncestors(Object.values(family(name).traced.outputs), value => value.producer && tried.add(value.producer.kernel));
    const rows = Object.entries(KERNELS).flatMap(([name, row]) => (row.emit ? [name] : []));
    assert.deepEqual(
      rows.filter(row => !tried.has(row)),
      [],
    );
  });
});
