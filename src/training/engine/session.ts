import type { CompiledModel } from './compile';
import type { Feeds, InputSpecs, Results } from './engine';
import { checkFeeds } from './feeds';
import { createSession, type OnnxRuntime, type OnnxSession, type OnnxTensor, type SessionSettings } from './onnxRuntime';
import type { Parameters } from './parameters';

/** Arrays that outputs belong in, by output name. */
export type Places = ReadonlyMap<string, { readonly values: Float32Array; readonly shape: readonly number[] }>;

/** A compiled model in a session, bound to the live parameters: the runtime reads the weights where they lie. */
export class CompiledSession {
  private readonly weights: Record<string, OnnxTensor> = {};
  private readonly fetches: Record<string, OnnxTensor | null> = {};

  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: OnnxSession,
    private readonly model: CompiledModel,
    private readonly inputs: InputSpecs,
    parameters: Parameters,
    private readonly places: Places,
    writesInPlace: boolean,
  ) {
    const asked = new Set(model.inputs.map(({ name }) => name));
    for (const name of parameters.names) {
      const input = `var/${parameters.variable(name).name}`;
      if (asked.has(input)) this.weights[input] = this.tensor(parameters.values(name), parameters.shape(name));
    }
    for (const [name, output] of Object.entries(model.outputs)) {
      const place = places.get(name);
      if (!(output in this.fetches)) this.fetches[output] = place && writesInPlace ? this.tensor(place.values, place.shape) : null;
    }
  }

  static async create(
    runtime: OnnxRuntime,
    settings: SessionSettings,
    model: CompiledModel,
    inputs: InputSpecs,
    parameters: Parameters,
    places: Places = new Map(),
  ): Promise<CompiledSession> {
    const session = await createSession(runtime, model.bytes, settings);
    return new CompiledSession(runtime, session, model, inputs, parameters, places, settings.writesInPlace);
  }

  /** Runs the model once; outputs with a place are there afterwards, the others are returned. */
  async run(feeds: Feeds): Promise<Results> {
    checkFeeds(this.inputs, feeds);
    const fed = { ...this.weights };
    for (const { name, shape } of this.model.inputs) {
      const values = feeds[name];
      if (values) fed[name] = this.tensor(values, shape);
    }
    const outputs = await this.session.run(fed, this.fetches);
    const returned: Results = {};
    for (const [name, output] of Object.entries(this.model.outputs)) {
      const values = outputs[output]!.data as Float32Array | Int32Array | Uint8Array;
      const place = this.places.get(name)?.values;
      if (!place) returned[name] = Float32Array.from(values);
      else if (!sameMemory(values, place)) place.set(values);
    }
    return returned;
  }

  dispose(): void {
    void this.session.release();
  }

  private tensor(values: Float32Array | Int32Array, shape: readonly number[]): OnnxTensor {
    return values instanceof Int32Array
      ? new this.runtime.Tensor('int32', values, shape)
      : new this.runtime.Tensor('float32', values, shape);
  }
}

const sameMemory = (a: ArrayBufferView, b: ArrayBufferView): boolean => a.buffer === b.buffer && a.byteOffset === b.byteOffset;
