import { compile } from './compile';
import type { Engine, EngineName, ExportSpec, Feeds, ForwardPass, ForwardSpec, Results, TrainingSpec, TrainingStep } from './engine';
import { exportOnnx } from './exportOnnx';
import type { OnnxRuntime, SessionSettings } from './onnxRuntime';
import { Optimiser, type OptimiserKernel } from './optimiser';
import { optimiserRule } from './optimiserRule';
import { trace, traceStep } from './recorder';
import { CompiledSession } from './session';

/** Traces models into ONNX graphs and executes them in an ONNX runtime; gradients stay in the memory of the parameters. */
export class CompiledEngine implements Engine {
  private readonly open = new Set<CompiledSession>();

  constructor(
    readonly name: EngineName,
    private readonly runtime: OnnxRuntime,
    private readonly settings: SessionSettings,
    private readonly kernel: OptimiserKernel,
  ) {}

  get threads(): number {
    return this.settings.threads;
  }

  async trainingStep(spec: TrainingSpec): Promise<TrainingStep> {
    const indices = (spec.trainable ?? spec.parameters.names).map(name => spec.parameters.index(name));
    return this.stepWith(new Optimiser(this.kernel, spec.parameters.memory, indices, optimiserRule(spec.optimiser)), spec);
  }

  private async stepWith(optimiser: Optimiser, spec: TrainingSpec): Promise<TrainingStep> {
    const { inputs, parameters, loss } = spec;
    const { memory } = parameters;
    const trainable = (spec.trainable ?? parameters.names).map(name => ({
      name,
      index: parameters.index(name),
      variable: parameters.variable(name),
    }));
    const variables = trainable.map(parameter => parameter.variable);
    const model = compile(traceStep(inputs, parameters.variables, variables, loss), { threads: this.threads });
    const places = new Map(
      trainable.map(({ name, index, variable }) => [
        `grad/${variable.name}`,
        { values: memory.gradients(index), shape: parameters.shape(name) },
      ]),
    );
    const session = await CompiledSession.create(this.runtime, this.settings, model, inputs, parameters, places);
    this.open.add(session);

    const run = async (feeds: Feeds, learningRate: number): Promise<Results> => {
      const scalars = await session.run(feeds);
      optimiser.apply(learningRate);
      return scalars;
    };
    const gradients = async (feeds: Feeds): Promise<Results> => {
      await session.run(feeds);
      return Object.fromEntries(trainable.map(({ name, index }) => [name, memory.gradients(index).slice()]));
    };
    return {
      run: (feeds, learningRate) => memory.exclusively(() => run(feeds, learningRate)),
      gradients: feeds => memory.exclusively(() => gradients(feeds)),
      optimiserState: () => optimiser.snapshot(),
      restoreOptimiser: state => optimiser.restore(state),
      reshaped: shapes => this.stepWith(optimiser, { ...spec, inputs: shapes }),
      dispose: () => {
        optimiser.dispose();
        this.close(session);
      },
    };
  }

  async forwardPass({ inputs, parameters, outputs }: ForwardSpec): Promise<ForwardPass> {
    const { memory } = parameters;
    const model = compile(trace(inputs, parameters.variables, outputs));
    const session = await CompiledSession.create(this.runtime, this.settings, model, inputs, parameters);
    this.open.add(session);
    return {
      run: feeds => memory.exclusively(() => session.run(feeds)),
      dispose: () => this.close(session),
    };
  }

  exportOnnx(spec: ExportSpec): Uint8Array {
    return exportOnnx(spec);
  }

  dispose(): void {
    for (const session of this.open) this.close(session);
  }

  private close(session: CompiledSession): void {
    if (this.open.delete(session)) session.dispose();
  }
}
