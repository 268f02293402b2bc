import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import { initialValues } from './initialise';
import { ParameterMemory } from './parameterMemory';
import { registerRecorder } from './recorder';

/**
 * How a parameter starts. `uniform` draws from ±bound, `truncated` from a normal cut at two standard deviations, `normal within` from one that is
 * drawn anew until it lies there; `values` are taken as they are; `orthogonal` is a matrix of that many rows.
 */
export type Initialiser =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'truncated'; readonly deviation: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'between'; readonly low: number; readonly high: number }
  | {
      readonly kind: 'normal within';
      readonly mean: number;
      readonly deviation: number;
      readonly within: readonly [low: number, high: number];
    }
  | { readonly kind: 'values'; readonly values: Float32Array }
  | { readonly kind: 'orthogonal'; readonly gain: number; readonly rows: number };

interface Parameter {
  readonly index: number;
  readonly shape: readonly number[];
  readonly size: number;
  readonly variable: Variable;
}

/**
 * The named learnable tensors of one model. They are declared while the model is built; their values live in one
 * WebAssembly memory, so that engines and the optimiser kernel share them without copies. The memory is laid out when
 * the values are first asked for or an engine compiles the first step or pass; declaring a parameter after that throws.
 * Initial values depend on the seed and the parameter's name alone, not on the order of declarations.
 */
export class Parameters {
  private static models = 0;
  private readonly prefix = `model${Parameters.models++}/`;
  private readonly declared = new Map<string, Parameter>();
  private allocated: ParameterMemory | undefined;
  private disposed = false;

  constructor(private readonly random: Random) {}

  /** Declares a parameter and returns the tfjs variable that stands for it in model code. Names are unique within the model. */
  declare(name: string, shape: readonly number[], initialiser: Initialiser): Variable {
    if (this.declared.has(name)) throw new Error(`The parameter ${name} is declared twice.`);
    if (this.allocated || this.disposed) throw new Error(`The parameter ${name} is declared after the model was put to use.`);
    registerRecorder();
    const size = tf.util.sizeFromShape([...shape]);
    const initial = tf.tensor(initialValues(initialiser, size, this.random.fork(name)), [...shape]);
    const variable = tf.variable(initial, true, this.prefix + name);
    initial.dispose();
    this.declared.set(name, { index: this.declared.size, shape: [...shape], size, variable });
    return variable;
  }

  /** In the order of declaration. */
  get names(): readonly string[] {
    return [...this.declared.keys()];
  }

  /** How many numbers all parameters hold together. */
  get count(): number {
    let count = 0;
    for (const { size } of this.declared.values()) count += size;
    return count;
  }

  /** The tfjs variables in the order of declaration. Their own names carry a prefix that no other model of the process has. */
  get variables(): readonly Variable[] {
    return [...this.declared.values()].map(parameter => parameter.variable);
  }

  shape(name: string): readonly number[] {
    return this.find(name).shape;
  }

  variable(name: string): Variable {
    return this.find(name).variable;
  }

  /** Position in `names`, and in the memory. */
  index(name: string): number {
    return this.find(name).index;
  }

  /** The live values: writing here changes the model. The view stays valid for the life of the object. */
  values(name: string): Float32Array {
    return this.memory.weights(this.find(name).index);
  }

  /** The memory behind all values; allocates it on the first call. For engines. */
  get memory(): ParameterMemory {
    return (this.allocated ??= this.allocate());
  }

  /** A copy of all values, for checkpoints and for restarting from the same weights. */
  snapshot(): Map<string, Float32Array> {
    return new Map(this.names.map(name => [name, this.values(name).slice()]));
  }

  /** Puts back the values of every parameter that the snapshot names; throws before any change when a name or size does not fit. */
  restore(snapshot: ReadonlyMap<string, Float32Array>): void {
    for (const [name, values] of snapshot) {
      const { size } = this.find(name);
      if (values.length !== size) throw new Error(`The snapshot has ${values.length} values for ${name}, which has ${size}.`);
    }
    for (const [name, values] of snapshot) this.values(name).set(values);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const { variable } of this.declared.values()) variable.dispose();
  }

  private find(name: string): Parameter {
    const parameter = this.declared.get(name);
    if (!parameter) throw new Error(`The model has no parameter ${name}.`);
    return parameter;
  }

  private allocate(): ParameterMemory {
    if (this.disposed) throw new Error('The parameters were disposed of.');
    const parameters = [...this.declared.values()];
    const memory = new ParameterMemory(parameters.map(parameter => parameter.size));
    for (const { index, variable } of parameters) {
      memory.weights(index).set(variable.dataSync());
      this.bind(variable, memory.weights(index));
    }
    return memory;
  }

  /** Lets an eager backend compute with the live values: tfjs keeps typed arrays as they are. */
  private bind(variable: Variable, values: Float32Array): void {
    const live = tf.tensor(values, variable.shape);
    variable.assign(live);
    live.dispose();
  }
}
