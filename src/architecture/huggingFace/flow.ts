import { activationBounds } from '../lipschitzActivations';
import { ISOMETRY, type CompositionNode, type Gain, type MapNode, type Operation, type Side } from '../composition';
import { ConfigurationProblem } from './configuration';
import type { Part } from './parts';

/** Steps that are written down at most. */
const MAXIMUM_STEPS = 20_000;

/** A model is walked as its forward pass walks it: from the results that it is handed to those that it returns, by place. */
export type Forward = (stage: Stage, inputs: readonly number[]) => readonly number[];

/** An input of a model: its name and sides, batch first, and the axis of the features where that is not the last. */
export interface Entry {
  readonly name: string;
  readonly sides: readonly Side[];
  readonly features?: number;
}

/** Names by which the library calls activations that go by another name elsewhere. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  gelu_new: 'gelu tanh',
  gelu_fast: 'gelu tanh',
  gelu_pytorch_tanh: 'gelu tanh',
  gelu_accurate: 'gelu tanh',
  gelu_python: 'gelu',
  swish: 'silu',
};

/** Writes down the steps of one forward pass of a Hugging Face model. */
export class Flow {
  readonly nodes: CompositionNode[] = [];
  /** Shapes that each part met first, by path. */
  readonly shapes = new Map<string, { readonly input: readonly Side[]; readonly output: readonly Side[] }>();

  /** `line` is the line of the configuration that every step stands for. */
  constructor(private readonly line: number) {}

  emit(operation: Operation, inputs: readonly number[], sides: readonly Side[], features = Math.max(0, sides.length - 1)): number {
    if (this.nodes.length >= MAXIMUM_STEPS) throw new ConfigurationProblem('', 'its forward pass has too many steps');
    const others = sides.filter((_, axis) => axis !== features && axis > 0);
    const rows = others.reduce<number | null>((count, side) => (count === null || typeof side !== 'number' ? null : count * side), 1);
    this.nodes.push({ ...operation, inputs: [...inputs], shape: sides, rows, line: this.line });
    return this.nodes.length - 1;
  }

  sides(place: number): readonly Side[] {
    return this.nodes[place]!.shape ?? [];
  }

  enter({ name, sides, features }: Entry): number {
    return this.emit({ kind: 'input', name }, [], sides, features);
  }

  /** A map without weights. */
  map(kind: MapNode['kind'], name: string, input: number, sides = this.sides(input), gain: Gain = ISOMETRY): number {
    return this.emit({ kind, name, gain }, [input], sides);
  }

  /** An operation that is not known, with the shape of its first input. */
  unknown(name: string, why: string, inputs: readonly number[], sides = this.sides(inputs[0]!)): number {
    return this.emit({ kind: 'unknown', name, why }, inputs, sides);
  }

  /** A learnable matrix applied to every row, `outputs` values each. */
  linear(path: string, tensor: string, input: number, outputs: number): number {
    return this.emit({ kind: 'layer', path, tensor, gain: ISOMETRY }, [input], [...this.sides(input).slice(0, -1), outputs]);
  }

  sum(left: number, right: number): number {
    return this.emit({ kind: 'sum' }, [left, right], this.sides(left));
  }

  /** A learnable tensor repeated for every row of a result, and added to it. */
  shifted(input: number, path: string, width: number): number {
    const sides = this.sides(input);
    const parameter = this.emit({ kind: 'parameter', path }, [], [1, width]);
    const { rows } = this.nodes[input]!;
    const gain = { euclidean: rows === null ? null : Math.sqrt(rows), rows: 1 };
    return this.sum(input, this.map('resampling', 'expand', parameter, sides, gain));
  }

  /** Tokens one after the other. */
  joined(parts: readonly number[]): number {
    const [batch, , width] = this.sides(parts.at(-1)!);
    const tokens = parts.map(part => this.sides(part)[1]!);
    const total = tokens.every(count => typeof count === 'number') ? tokens.reduce((sum, count) => sum + count, 0) : null;
    return this.emit({ kind: 'concatenation', along: 'positions' }, parts, [batch!, total, width!]);
  }

  /** One row of each sample, as the class token. */
  row(input: number, name = 'first token'): number {
    const [batch, , width] = this.sides(input);
    return this.map('selection', name, input, [batch!, width!]);
  }

  /** The mean of all rows of each sample. */
  mean(input: number): number {
    const [batch, tokens, width] = this.sides(input);
    const gain = { euclidean: typeof tokens === 'number' ? 1 / Math.sqrt(tokens) : 1, rows: 1 };
    return this.map('pooling', 'mean', input, [batch!, width!], gain);
  }

  /** A non-linearity by the library's name of it. */
  activation(name: string, input: number, features?: number): number {
    const known = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name]! : name;
    if (known === 'linear') return input;
    const [bare = '', form] = known.split(' ');
    const isQuick = name === 'quick_gelu';
    // x·σ(1.702x) is SiLU on another scale, with the same slopes.
    const bounds = activationBounds(isQuick ? 'silu' : bare, (argument, otherwise) =>
      argument === 'approximate' ? Number(form === 'tanh') : otherwise,
    );
    if (!bounds) return this.unknown(name, `the activation \`${name}\` is not known`, [input]);
    const { lipschitz, offset, entry } = bounds;
    return this.emit(
      {
        kind: 'activation',
        name,
        gain: { euclidean: lipschitz, rows: lipschitz },
        ...(offset !== undefined && { offset }),
        ...(entry !== undefined && { entry }),
      },
      [input],
      this.sides(input),
      features,
    );
  }
}

/** One part of a model where its forward pass has come to. */
export class Stage {
  constructor(
    readonly flow: Flow,
    readonly path: string,
    private readonly part: Part,
  ) {}

  /** Path of a tensor or part inside this one. */
  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** The only result of a part inside, by its dotted name. */
  run(name: string, ...inputs: number[]): number {
    return this.all(name, ...inputs)[0]!;
  }

  /** Every result of a part inside. */
  all(name: string, ...inputs: number[]): readonly number[] {
    const part = this.find(name);
    if (!part) throw new Error(`there is no part ${this.at(name)}`);
    return new Stage(this.flow, this.at(name), part).results(inputs);
  }

  /** What the part itself makes of its inputs. */
  results(inputs: readonly number[]): readonly number[] {
    const { forward, type } = this.part;
    const results = forward
      ? forward(this, inputs)
      : [this.flow.unknown(type, `what \`${this.path || type}\` computes is not followed`, inputs)];
    const [first] = inputs;
    if (first !== undefined && !this.flow.shapes.has(this.path))
      this.flow.shapes.set(this.path, { input: this.flow.sides(first), output: this.flow.sides(results[0]!) });
    return results;
  }

  /** Every part inside a part, one after the other; what follows the first input is handed to each of them. */
  chain(name: string, input: number, ...context: number[]): number {
    const names = [...(this.find(name)?.children.keys() ?? [])];
    return names.reduce((result, each) => this.run(`${name}.${each}`, result, ...context), input);
  }

  /** The names of the parts inside. */
  get names(): readonly string[] {
    return [...this.part.children.keys()];
  }

  private find(name: string): Part | undefined {
    return name.split('.').reduce<Part | undefined>((part, each) => part?.children.get(each), this.part);
  }
}

/** Every part inside after the other, as a list of blocks or `nn.Sequential` runs. */
export const chained: Forward = (stage, [input]) => [stage.names.reduce((result, name) => stage.run(name, result), input!)];
