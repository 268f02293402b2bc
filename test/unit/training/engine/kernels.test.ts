import * as tf from '@tensorflow/tfjs-core';
import { strict as assert } from 'node:assert';
import { Random } from '../../../../src/common/random';
import { compile } from '../../../../src/training/engine/compile';
import type { InputSpecs } from '../../../../src/training/engine/engine';
import { visitAncestors } from '../../../../src/training/engine/graph';
import { KERNELS } from '../../../../src/training/engine/kernels/table';
import { trace } from '../../../../src/training/engine/recorder';
import { CASES, type KernelCase } from './kernelCases';
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

/** One family as one graph: everything that is needed to compare it on any runtime. */
function prepared(family: string, cases: readonly KernelCase[]) {
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
  const model = compile(traced);
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

describe('kernels: value and gradients against eager tfjs', function () {
  this.timeout(60_000);
  const families = new Map<string, ReturnType<typeof prepared>>();
  const family = (name: string): ReturnType<typeof prepared> => {
    const made = families.get(name) ?? prepared(name, CASES[name]!);
    families.set(name, made);
    return made;
  };

  for (const [name, cases] of Object.entries(CASES))
    describe(name, () => {
      cases.forEach((kernelCase, index) =>
        it(kernelCase.name, async () => {
          const { expected, run } = family(name);
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
