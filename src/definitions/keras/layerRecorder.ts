import { known, unknown, type Known, type Layer } from '../../architecture/architecture';
import { ISOMETRY, type Composition, type CompositionNode, type Operation } from '../../architecture/composition';
import { finishedComposition } from '../../architecture/finishedComposition';
import { kerasRule } from '../../architecture/keras/kerasRules';
import type { KerasRule } from '../../architecture/keras/kerasRule';
import { productOf, type Shape } from '../../architecture/keras/shape';
import type { LayerArguments } from '../../architecture/torch/layerArguments';
import { headsOf, type Heads } from './heads';
import { layerSteps, type CalledLayer, type LayerSteps } from './layerSteps';

/** Steps that are written down at most. */
const MAXIMUM_NODES = 6000;

/** A call of a layer that one of Keras' rules describes. */
export interface RuleCall {
  /** Its class, as the source or the framework names it. */
  readonly className: string;
  readonly path: string;
  readonly rule: KerasRule;
  readonly values: LayerArguments;
  readonly line: number;
  /** The steps of a framework's layers; Keras' own where it is left out. */
  readonly steps?: (layer: CalledLayer) => LayerSteps;
}

/** Writes down the steps of a model of Keras or TensorFlow.js in evaluation mode; a result is the place of the step that made it. */
export class LayerRecorder {
  private readonly nodes: CompositionNode[] = [];
  private readonly shapes: (Shape | undefined)[] = [];
  private readonly met = new Map<string, { readonly input: number; readonly output: number }>();

  input(name: string, shape: Known<Shape>, line: number): number {
    return this.emit({ kind: 'input', name }, [], shape, line);
  }

  /** An operation that is not known: its result has no relation to its inputs that may be used. */
  unknown(name: string, why: string, inputs: readonly number[], shape: Known<Shape>, line: number): number {
    return this.emit({ kind: 'unknown', name, why }, inputs, shape, line);
  }

  emit(operation: Operation, inputs: readonly number[], shape: Known<Shape>, line: number): number {
    const sides = shape.known ? shape.value : undefined;
    const written = sides?.map((side, axis) => (axis === 0 && side === null ? 'B' : side)) ?? null;
    const rows = sides ? productOf(sides.slice(1, -1)) : null;
    this.nodes.push({ ...operation, inputs: [...inputs], shape: written, rows, line });
    this.shapes.push(sides);
    return this.nodes.length - 1;
  }

  /** The sum of two results of the same shape; undefined where one would be repeated. */
  sum(inputs: readonly number[], output: Known<Shape>, line: number): number | undefined {
    return this.fits(inputs, output) ? this.emit({ kind: 'sum' }, inputs, output, line) : undefined;
  }

  /** Whether another step may be written down. */
  get isFull(): boolean {
    return this.nodes.length >= MAXIMUM_NODES;
  }

  /** The sides of a result; undefined where they are not known. */
  sidesOf(place: number): Shape | undefined {
    return this.shapes[place];
  }

  /** Tensors that are added or multiplied entry by entry: repeated along an axis, as broadcasting does, they are not followed. */
  fits(inputs: readonly number[], output: Known<Shape>): boolean {
    const written = (shape: Shape | undefined) => JSON.stringify(shape?.slice(1));
    return output.known && inputs.every(place => this.shapes[place] !== undefined && written(this.shapes[place]) === written(output.value));
  }

  /** A call of a layer: its steps, or one that is not known. */
  call(layer: RuleCall, inputs: readonly number[], output: Known<Shape>): number {
    const { className, path, rule, values, line, steps: stepsOf = layerSteps } = layer;
    const [first] = inputs;
    const input = first === undefined ? undefined : this.shapes[first];
    const isNamed = layer.steps !== undefined || kerasRule(className) === rule;
    const heads = isNamed ? headsOf(layer, inputs, input) : undefined;
    const attended = heads && this.attention(layer, heads, output);
    if (attended !== undefined) return attended;
    const isJoin = ['Add', 'Subtract', 'Average', 'Multiply'].includes(className);
    const steps =
      isNamed && input && output.known && (!isJoin || this.fits(inputs, output))
        ? stepsOf({ className, path, values, input, output: output.value, inputs: inputs.length })
        : undefined;
    const result = steps
      ? steps.reduce<readonly number[]>(
          (places, { operation, shape }) => [this.emit(operation, places, shape ? known(shape) : output, line)],
          inputs,
        )[0]!
      : this.unknown(
          className,
          input ? `what \`${className}\` computes is not followed` : 'the shape of its input is not known',
          inputs,
          output,
          line,
        );
    if (first !== undefined && !this.met.has(path)) this.met.set(path, { input: first, output: result });
    return result;
  }

  /** Attention of several heads: projections, attention of each head, and the projection of what the heads say. */
  private attention({ path, line }: RuleCall, given: Heads, output: Known<Shape>): number | undefined {
    const { query, key, value, heads, width, valueWidth, out } = given;
    const lead = (place: number): Shape | undefined => this.shapes[place]?.slice(0, -1);
    const split = (name: string, place: number, size: number): number | undefined => {
      const sides = lead(place);
      if (sides?.length !== 2) return undefined;
      const projected = this.emit(
        { kind: 'layer', path, tensor: `${name}/kernel`, gain: ISOMETRY },
        [place],
        known([...sides, heads * size]),
        line,
      );
      return this.emit({ kind: 'reshape', name: 'split into heads', gain: ISOMETRY }, [projected], known([...sides, heads, size]), line);
    };
    const [queries, keys, valued] = [split('query', query, width), split('key', key, width), split('value', value, valueWidth)];
    if (queries === undefined || keys === undefined || valued === undefined) return undefined;
    const sides = lead(query)!;
    const scale = 1 / Math.sqrt(width);
    const projections = { query: null, key: null, value: null };
    const mixed = this.emit({ kind: 'attention', scale, projections }, [queries, keys, valued], known([...sides, heads, valueWidth]), line);
    // A joined row holds one row of each head.
    const gain = { euclidean: 1, rows: Math.sqrt(heads) };
    const joined = this.emit({ kind: 'reshape', name: 'join heads', gain }, [mixed], known([...sides, heads * valueWidth]), line);
    return this.emit({ kind: 'layer', path, tensor: `${out}/kernel`, gain: ISOMETRY }, [joined], output, line);
  }

  /** The composition that ends in some results; steps that no output needs are left out. */
  composition(outputs: readonly number[], line: number): Known<Composition> {
    if (outputs.length === 0) return unknown('it has no outputs', line);
    if (this.isFull) return unknown('it has too many steps', line);
    const { nodes, ...rest } = finishedComposition(this.nodes, outputs, 'not known');
    const isKnown = nodes.some(node => node.kind === 'input' && node.shape !== null);
    return known({ ...rest, nodes, inputFrom: isKnown ? 'first layer' : 'not known' });
  }

  /** Layers with the shapes of their first calls. */
  withShapes(layer: Layer): Layer {
    const children = layer.children.map(child => this.withShapes(child));
    const met = this.met.get(layer.path);
    const sides = (place: number) => this.nodes[place]!.shape ?? undefined;
    return met ? { ...layer, children, inputShape: sides(met.input), outputShape: sides(met.output) } : { ...layer, children };
  }
}
