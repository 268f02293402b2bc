import * as tf from '@tensorflow/tfjs-core';
import type { InputSpecs } from './engine';
import { visitAncestors, type Traced, type Value } from './graph';
import { dtypeOf, RECORDER, recordingBackend } from './recordingBackend';
import { currentBackend, impersonate, memoryCounters, registeredVariables, tensorOf, useBackend } from './tfjs';
import { TraceFault } from './traceFault';

type Tensors = Readonly<Record<string, tf.Tensor>>;

export interface TraceOptions {
  /** Accept tensors from outside the function as constants of the graph; otherwise they are a `TraceFault`. */
  readonly allowConstants?: boolean;
}

/** Makes the recording backend known to tfjs, so that variables can be created where no computing backend is bundled. Idempotent. */
export function registerRecorder(): void {
  recordingBackend();
}

/**
 * Runs `fn` once on symbolic tensors and returns what it computes as a graph. Only `variables` may be used; they become graph inputs
 * `var/<name>`, and neither their values nor tfjs' memory count change. Throws a `TraceFault` when `fn` reads values, uses an operation
 * that cannot be compiled, assigns a variable, or depends on numbers that were drawn or loaded outside (a single number is
 * indistinguishable from one that was written there, and is accepted).
 */
export function trace(
  inputs: InputSpecs,
  variables: readonly tf.Variable[],
  fn: (inputs: Tensors) => Tensors,
  options: TraceOptions = {},
): Traced {
  const backend = recordingBackend();
  const caller = currentBackend();
  const counters = memoryCounters();
  const graph = backend.newGraph();
  const standIns = [...new Set([...variables, ...registeredVariables()])].map(variable => {
    const value = graph.input(`var/${variable.name}`, variable.shape, dtypeOf(variable.dtype));
    backend.incRef(value);
    return { variable, value, original: impersonate(variable, value) };
  });
  const inputValues = Object.entries(inputs).map(([name, { shape, dtype = 'float32' }]) => graph.input(name, shape, dtype));
  try {
    useBackend(RECORDER);
    const outputs = outputValues(fn, Object.keys(inputs), inputValues);
    if (backend.refusal) throw backend.refusal;
    const assigned = standIns.find(({ variable, value }) => variable.dataId !== value);
    if (assigned) throw new TraceFault(`A traced function assigns the variable ${assigned.variable.name}`, 'return the new value instead');
    const own = new Set(variables);
    const foreign = new Map(standIns.flatMap(({ variable, value }) => (own.has(variable) ? [] : [[value, variable.name]])));
    return {
      inputs: inputValues,
      outputs,
      variables: standIns.flatMap(({ variable, value }) => (own.has(variable) ? [{ name: variable.name, value }] : [])),
      captured: captured(Object.values(outputs), foreign, options),
    };
  } catch (error) {
    throw clearer(error);
  } finally {
    for (const { original } of standIns) original.restore();
    useBackend(caller);
    counters.restore();
  }
}

/** Traces one training step: outputs `loss`, the other scalars of `loss`, and `grad/<name>` for each variable in `trainable`. */
export function traceStep(
  inputs: InputSpecs,
  variables: readonly tf.Variable[],
  trainable: readonly tf.Variable[],
  loss: (inputs: Tensors) => { loss: tf.Scalar } & Record<string, tf.Tensor>,
  options: TraceOptions = {},
): Traced {
  const step = (tensors: Tensors): Record<string, tf.Tensor> => {
    let scalars: Record<string, tf.Tensor> = {};
    const { grads } = tf.variableGrads(() => {
      const results = loss(tensors);
      scalars = Object.fromEntries(Object.entries(results).map(([name, scalar]) => [name, tf.keep(scalar)]));
      return results.loss;
    }, [...trainable]);
    const gradients = trainable.map(variable => [`grad/${variable.name}`, grads[variable.name] ?? tf.zerosLike(variable)]);
    return { ...scalars, ...(Object.fromEntries(gradients) as Record<string, tf.Tensor>) };
  };
  return trace(inputs, variables, step, options);
}

function outputValues(fn: (inputs: Tensors) => Tensors, names: readonly string[], values: readonly Value[]): Record<string, Value> {
  const backend = recordingBackend();
  const engine = tf.engine();
  engine.startScope('trace');
  try {
    const tensors = values.map(value => {
      backend.incRef(value);
      return tensorOf(value, value.shape, value.dtype);
    });
    const results: unknown = fn(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])));
    if (results instanceof Promise) throw new TraceFault('A traced function is asynchronous', 'make it return its tensors directly');
    return Object.fromEntries(Object.entries(results as Tensors).map(([name, tensor]) => [name, backend.valueBehind(tensor)]));
  } finally {
    engine.endScope();
  }
}

/** The host constants that the outputs depend on, after refusing what must not be frozen into a graph. */
function captured(outputs: readonly Value[], foreign: ReadonlyMap<Value, string>, { allowConstants = false }: TraceOptions): Value[] {
  const constants: Value[] = [];
  visitAncestors(outputs, value => {
    const variable = foreign.get(value);
    if (variable !== undefined)
      throw new TraceFault(`A traced function uses the variable ${variable}, which was not declared to it`, 'declare it');
    if (value.source.kind !== 'constant') return;
    if (!allowConstants && !value.source.intended)
      throw new TraceFault(
        `A traced function contains numbers that were drawn or loaded outside (a tensor of shape [${value.shape.join(', ')}])`,
        'make them an input, or a fixedTensor if they shall never change',
      );
    constants.push(value);
  });
  return constants;
}

/** tfjs' own words for what cannot be compiled, in one sentence that says what to do. */
function clearer(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  const missing = /[Kk]ernel '(\w+)'.* for backend 'recorder'/.exec(message)?.[1];
  if (missing)
    return new TraceFault(`A traced function uses the operation ${missing}, which cannot be compiled`, 'express it by other operations', {
      cause: error,
    });
  const notDifferentiable = /gradient function not found for (\w+)/.exec(message)?.[1];
  return notDifferentiable
    ? new TraceFault(
        `A loss depends on its parameters through ${notDifferentiable}, which has no gradient`,
        'express it by other operations',
        { cause: error },
      )
    : error;
}
