import * as tf from '@tensorflow/tfjs-core';
import { strict as assert } from 'node:assert';
import { compile } from '../../../../src/training/engine/compile';
import type { Feeds, InputSpecs } from '../../../../src/training/engine/engine';
import { traceStep } from '../../../../src/training/engine/recorder';
import { MODELS, signFeeds, signInputs, type TestModel } from './models';
import { assertClose, eager, runModel, RUNTIMES, scoped } from './sessions';

const BATCH = 5;

/** Gradients far below this are round-off: a key's bias has none, as softmax does not see it. */
const NOISE_FLOOR = 1e-3;

const eagerInputs = (inputs: InputSpecs, feeds: Feeds): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { shape, dtype }]) => [name, tf.tensor(feeds[name]!, [...shape], dtype)]));

const weightFeeds = ({ parameters }: TestModel): Feeds =>
  Object.fromEntries(parameters.names.map(name => [`var/${parameters.variable(name).name}`, parameters.values(name)]));

describe('models: loss and gradients against eager tfjs', () => {
  for (const [name, make] of Object.entries(MODELS))
    for (const regularised of [false, true])
      it(`${name}${regularised ? ' with RadReg' : ''}`, async () => {
        const model = make();
        try {
          const inputs = { ...model.inputs(BATCH), ...(regularised ? signInputs(BATCH) : {}) };
          const feeds = { ...model.feeds(BATCH, name), ...(regularised ? signFeeds(BATCH) : {}) };
          const { variables } = model.parameters;
          const compiled = compile(traceStep(inputs, variables, variables, model.loss));
          const weights = weightFeeds(model);
          const expected = scoped(() => {
            const tensors = eagerInputs(inputs, feeds);
            const { value, grads } = tf.variableGrads(() => model.loss(tensors).loss, [...variables]);
            return { loss: eager(value), grads: new Map(Object.entries(grads).map(([variable, gradient]) => [variable, eager(gradient)])) };
          });
          assert.equal(expected.grads.size, variables.length);
          for (const runtime of RUNTIMES) {
            const results = await runModel(runtime, compiled, { ...feeds, ...weights });
            assertClose(results.loss!, expected.loss, `${runtime}: loss`);
            for (const [variable, gradient] of expected.grads)
              assertClose(results[`grad/${variable}`]!, gradient, `${runtime}: gradient of ${variable}`, 2e-5, NOISE_FLOOR);
          }
        } finally {
          model.parameters.dispose();
        }
      });
});
