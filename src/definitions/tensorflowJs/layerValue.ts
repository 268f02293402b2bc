import { known, unknown, type Known, type LayerKind, type SourceRange } from '../../architecture/architecture';
import { LayerInputs, type KerasRule, type KerasWeight } from '../../architecture/keras/kerasRule';
import type { Shape } from '../../architecture/keras/shape';
import type { LayerArguments } from '../../architecture/torch/layerArguments';
import type { Initialiser } from '../../architecture/keras/startLaws';
import { LibraryValue, type Value } from '../javascript/values';
import { orReason } from '../keras/layerCalls';

/** A tensor without numbers: its shape, the batch first, and the layer that makes it. */
export class TensorValue extends LibraryValue {
  constructor(
    readonly shape: Known<Shape>,
    readonly layer?: LayerValue,
    readonly inputs: readonly TensorValue[] = [],
    /** Which of the tensors that its layer makes: 0 for its output, then its states. */
    readonly part = 0,
  ) {
    super();
  }
}

/** `tf.initializers.truncatedNormal({stddev: 0.02})` */
export class InitialiserValue extends LibraryValue {
  constructor(readonly initialiser: Initialiser) {
    super();
  }
}

/** How a layer was constructed. */
export interface Construction {
  name: string;
  /** As written: `tf.layers.dense`. */
  readonly type: string;
  readonly kind: LayerKind;
  readonly range: SourceRange;
}

/** A layer or model of TensorFlow.js while the source is evaluated. */
export abstract class LayerValue extends LibraryValue {
  trainable: Known<boolean> = known(true);

  constructor(readonly construction: Construction) {
    super();
  }

  /** The shape without calling it: what `inputShape` and its relatives say. */
  declared: Known<Shape> | undefined;

  /** The shape of its output for some inputs; makes its weights when it is first called. */
  abstract shapeFor(inputs: readonly Known<Shape>[]): Known<Shape>;

  /** Its own weights by TensorFlow.js' names. */
  abstract get weights(): Known<readonly KerasWeight[]>;

  /** The layers inside it. */
  get inner(): readonly LayerValue[] {
    return [];
  }
}

/** A layer that one of Keras' rules describes; TensorFlow.js builds the same weights. */
export class RuleLayer extends LayerValue {
  private built: Known<readonly KerasWeight[]>;

  constructor(
    construction: Construction,
    private readonly rule: KerasRule,
    private readonly values: LayerArguments,
    /** How its weights start, by the names of Keras' arguments. */
    readonly initialisers: ReadonlyMap<string, Value> = new Map(),
  ) {
    super(construction);
    this.built = unknown(`the input of \`${construction.type}(…)\` is not known`, construction.range.startLine);
  }

  get weights(): Known<readonly KerasWeight[]> {
    return this.built;
  }

  /** What it does when it is called. */
  get body(): { readonly rule: KerasRule; readonly values: LayerArguments } {
    return { rule: this.rule, values: this.values };
  }

  /** A layer of its own with the same weights under its own name, told other things. */
  like(way: string, values: LayerArguments): RuleLayer {
    const { construction } = this;
    const copy = new RuleLayer({ ...construction, name: `${way}_${construction.name}` }, this.rule, values, this.initialisers);
    copy.built = this.built;
    return copy;
  }

  shapeFor(inputs: readonly Known<Shape>[]): Known<Shape> {
    const given = new LayerInputs(inputs, this.construction.range.startLine);
    if (!this.built.known) this.built = orReason(() => this.rule.weights(this.values, given));
    return orReason(() => this.rule.output(this.values, given));
  }
}

/** A layer whose weights are not known. */
export class UnknownLayer extends LayerValue {
  constructor(
    construction: Construction,
    private readonly why: string,
  ) {
    super(construction);
  }

  get weights(): Known<readonly KerasWeight[]> {
    return unknown(this.why, this.construction.range.startLine);
  }

  shapeFor(): Known<Shape> {
    return unknown(`the output of \`${this.construction.type}(…)\` is not known`, this.construction.range.startLine);
  }
}

/** `tf.layers.timeDistributed({layer})`: the same layer at every step. */
export class TimeDistributedLayer extends LayerValue {
  constructor(
    construction: Construction,
    readonly layer: LayerValue,
  ) {
    super(construction);
  }

  get weights(): Known<readonly KerasWeight[]> {
    return known([]);
  }

  override get inner(): readonly LayerValue[] {
    return [this.layer];
  }

  shapeFor([first]: readonly Known<Shape>[]): Known<Shape> {
    if (!first?.known) return first ?? unknown('it has no input', this.construction.range.startLine);
    const [batch = null, steps = null, ...rest] = first.value;
    const step = this.layer.shapeFor([known([batch, ...rest])]);
    return step.known ? known([batch, steps, ...step.value.slice(1)]) : step;
  }
}

/** `tf.layers.bidirectional({layer, mergeMode})`: the layer and a copy of it that reads backwards. */
export class BidirectionalLayer extends LayerValue {
  constructor(
    construction: Construction,
    readonly layer: LayerValue,
    /** `mergeMode` */
    readonly merge: string,
  ) {
    super(construction);
  }

  /** The layer in both directions, named as TensorFlow.js names them; undefined where it is none with a rule. */
  get directions(): readonly [forward: RuleLayer, backward: RuleLayer] | undefined {
    const { layer } = this;
    if (!(layer instanceof RuleLayer)) return undefined;
    const { values } = layer.body;
    return [layer.like('forward', values), layer.like('backward', values.with('go_backwards', !values.flag('go_backwards')))];
  }

  get weights(): Known<readonly KerasWeight[]> {
    const { weights } = this.layer;
    if (!weights.known) return weights;
    return known(['forward', 'backward'].flatMap(way => weights.value.map(weight => ({ ...weight, name: `${way}_${weight.name}` }))));
  }

  shapeFor(inputs: readonly Known<Shape>[]): Known<Shape> {
    const shape = this.layer.shapeFor(inputs);
    const width = shape.known ? shape.value.at(-1) : null;
    if (!shape.known || this.merge !== 'concat' || width === undefined || width === null) return shape;
    return known([...shape.value.slice(0, -1), 2 * width]);
  }
}

/** `tf.layers.rnn({cell})` over the steps of a sequence, and `tf.layers.stackedRNNCells({cells})`: cells one after the other at every step. */
export class CellsLayer extends LayerValue {
  constructor(
    construction: Construction,
    private readonly cells: readonly LayerValue[],
    private readonly takesSteps: boolean,
    private readonly keepsSteps: boolean,
    private readonly goesBackwards = false,
  ) {
    super(construction);
  }

  /** Its cells without stacks around them, each with what its recurrence is told. */
  get told(): readonly { readonly cell: LayerValue; readonly values: LayerArguments | undefined }[] {
    const cells = this.cells.flatMap(cell => (cell instanceof CellsLayer ? cell.cells : [cell]));
    return cells.map((cell, place) => ({
      cell,
      values:
        cell instanceof RuleLayer
          ? cell.body.values
              .with('return_sequences', this.keepsSteps || place < cells.length - 1)
              .with('go_backwards', this.goesBackwards && place === 0)
          : undefined,
    }));
  }

  get weights(): Known<readonly KerasWeight[]> {
    return known([]);
  }

  override get inner(): readonly LayerValue[] {
    return this.cells;
  }

  shapeFor([first]: readonly Known<Shape>[]): Known<Shape> {
    if (!first?.known) return first ?? unknown('it has no input', this.construction.range.startLine);
    const [batch = null, steps = null, ...rest] = first.value;
    let shape: Known<Shape> = this.takesSteps ? known([batch, ...rest]) : first;
    for (const cell of this.cells) shape = cell.shapeFor([shape]);
    return shape.known && this.takesSteps && this.keepsSteps ? known([batch, steps, ...shape.value.slice(1)]) : shape;
  }
}

/** `tf.sequential()` with the layers that were added. */
export class SequentialModel extends LayerValue {
  private readonly layers: LayerValue[] = [];
  private output: Known<Shape> | undefined;

  get weights(): Known<readonly KerasWeight[]> {
    return known([]);
  }

  override get inner(): readonly LayerValue[] {
    return this.layers;
  }

  /** Adds a layer on top and builds it when the shape below it is known. */
  add(layer: LayerValue): void {
    const first = this.layers.length === 0;
    this.layers.push(layer);
    if (first) this.declared = layer.declared;
    const noShape = unknown(`the first layer of this model says no \`inputShape\``, layer.construction.range.startLine);
    this.output = layer.shapeFor([first ? (layer.declared ?? noShape) : (this.output ?? noShape)]);
  }

  /** Takes the last layer away. */
  pop(): void {
    this.layers.pop();
    this.output = unknown('what is left after `pop` is not followed', this.construction.range.startLine);
    this.doubt ??= this.output;
  }

  /** A tensor of the model's output. */
  get result(): Known<Shape> {
    return this.output ?? unknown('the model has no layers', this.construction.range.startLine);
  }

  shapeFor(inputs: readonly Known<Shape>[]): Known<Shape> {
    if (this.declared) return this.result;
    let shapes = inputs;
    for (const layer of this.layers) shapes = [layer.shapeFor(shapes)];
    return shapes[0] ?? this.result;
  }
}

/** `tf.model({inputs, outputs})`. */
export class FunctionalModel extends LayerValue {
  constructor(
    construction: Construction,
    readonly inputs: readonly TensorValue[],
    readonly outputs: readonly TensorValue[],
  ) {
    super(construction);
    this.doubt = [...inputs, ...this.tensors()].find(tensor => tensor.doubt)?.doubt;
  }

  get weights(): Known<readonly KerasWeight[]> {
    return known([]);
  }

  override get inner(): readonly LayerValue[] {
    return [...new Set(this.tensors().flatMap(({ layer }) => (layer ? [layer] : [])))];
  }

  shapeFor(): Known<Shape> {
    return this.outputs[0]?.shape ?? unknown('the model has no output', this.construction.range.startLine);
  }

  /** Every tensor from the inputs to the outputs, those nearer to the inputs first. */
  tensors(): TensorValue[] {
    const found = new Set<TensorValue>();
    const seen = new Set<TensorValue>(this.inputs);
    const open: { readonly tensor: TensorValue; readonly isDone: boolean }[] = [...this.outputs]
      .reverse()
      .map(tensor => ({ tensor, isDone: false }));
    for (let next = open.pop(); next; next = open.pop()) {
      const { tensor, isDone } = next;
      if (isDone) found.add(tensor);
      else if (!seen.has(tensor)) {
        seen.add(tensor);
        open.push({ tensor, isDone: true });
        for (const input of [...tensor.inputs].reverse()) open.push({ tensor: input, isDone: false });
      }
    }
    return [...found];
  }
}
