import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { EagerOptimiser } from './eagerOptimiser';
import type {
  Engine,
  EngineName,
  ExportSpec,
  Feeds,
  ForwardPass,
  ForwardSpec,
  InputSpecs,
  Results,
  Tensors,
  TrainingSpec,
  TrainingStep,
} from './engine';
import { exportOnnx } from './exportOnnx';
import { checkFeeds } from './feeds';
import { optimiserRule } from './optimiserRule';
import type { Parameters } from './parameters';

/** Runs `work` on a backend of tfjs, frees what it left behind and goes back to the backend of before. */
function eagerly<T>(backend: string, work: () => T): T {
  const previous = tf.getBackend();
  void tf.setBackend(backend);
  tf.engine().startScope(backend);
  try {
    return work();
  } finally {
    tf.engine().endScope();
    if (previous) void tf.setBackend(previous);
  }
}

/** Points the variables at the live values; nothing is copied. */
function bindLive(parameters: Parameters): void {
  for (const name of parameters.names) {
    const variable = parameters.variable(name);
    const live = tf.tensor(parameters.values(name), variable.shape);
    variable.assign(live);
    live.dispose();
  }
}

function tensorsOf(inputs: InputSpecs, feeds: Feeds): Tensors {
  checkFeeds(inputs, feeds);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype = 'float32' }]) => [name, tf.tensor(feeds[name]!, [...shape], dtype)]),
  );
}

const valuesOf = (tensor: Tensor): Float32Array => Float32Array.from(tensor.dataSync());

interface Evaluated {
  readonly scalars: Results;
  /** By our parameter name. */
  readonly gradients: Results;
}

function evaluate(backend: string, spec: TrainingSpec, trainable: readonly string[], feeds: Feeds): Evaluated {
  return eagerly(backend, () => {
    bindLive(spec.parameters);
    const inputs = tensorsOf(spec.inputs, feeds);
    let scalars: Results = {};
    const variables: Variable[] = trainable.map(name => spec.parameters.variable(name));
    const { grads } = tf.variableGrads(() => {
      const outputs = spec.loss(inputs);
      scalars = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, valuesOf(value)]));
      return outputs.loss;
    }, variables);
    const gradients = Object.fromEntries(
      trainable.map((name, i) => {
        const gradient = grads[variables[i]!.name];
        return [name, gradient ? valuesOf(gradient) : new Float32Array(variables[i]!.size)];
      }),
    );
    return { scalars, gradients };
  });
}

/** Executes every tfjs operation as it comes on one of tfjs' computing backends: independent of tracing and compiling. */
export class EagerEngine implements Engine {
  /** @param backend the name under which tfjs knows the backend, which is registered already */
  constructor(
    readonly name: EngineName,
    readonly threads: number,
    private readonly backend: string,
  ) {}

  trainingStep(spec: TrainingSpec): Promise<TrainingStep> {
    const trainable = spec.trainable ?? spec.parameters.names;
    const weights = trainable.map(name => spec.parameters.values(name));
    return Promise.resolve(this.stepWith(new EagerOptimiser(optimiserRule(spec.optimiser), weights), spec, trainable));
  }

  private stepWith(optimiser: EagerOptimiser, spec: TrainingSpec, trainable: readonly string[]): TrainingStep {
    const { memory } = spec.parameters;
    const run = (feeds: Feeds, learningRate: number): Results => {
      const { scalars, gradients } = evaluate(this.backend, spec, trainable, feeds);
      optimiser.apply(
        trainable.map(name => gradients[name]!),
        learningRate,
      );
      return scalars;
    };
    return {
      run: (feeds, learningRate) => memory.exclusively(() => run(feeds, learningRate)),
      gradients: feeds => memory.exclusively(() => evaluate(this.backend, spec, trainable, feeds).gradients),
      optimiserState: () => optimiser.snapshot(),
      restoreOptimiser: state => optimiser.restore(state),
      reshaped: inputs => Promise.resolve(this.stepWith(optimiser, { ...spec, inputs }, trainable)),
      dispose: () => undefined,
    };
  }

  forwardPass(spec: ForwardSpec): Promise<ForwardPass> {
    const run = (feeds: Feeds): Results =>
      eagerly(this.backend, () => {
        bindLive(spec.parameters);
        const outputs = spec.outputs(tensorsOf(spec.inputs, feeds));
        return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, valuesOf(value)]));
      });
    return Promise.resolve({
      run: feeds => spec.parameters.memory.exclusively(() => run(feeds)),
      dispose: () => undefined,
    });
  }

  exportOnnx(spec: ExportSpec): Uint8Array {
    return exportOnnx(spec);
  }

  dispose(): void {
    // Holds nothing between steps.
  }
}
