import { unknown, type Known, type LayerKind, type SourceRange, type Unknown } from '../../architecture/architecture';
import type { Operation } from '../../architecture/composition';
import type { Initialiser } from '../../architecture/keras/startLaws';
import type { KerasRule, KerasWeight } from '../../architecture/keras/kerasRule';
import type { Shape } from '../../architecture/keras/shape';
import type { LayerArguments } from '../../architecture/torch/layerArguments';
import { findMember } from '../python/classes';
import type { Index } from '../python/context';
import { InstanceValue, LibraryValue, type Call, type ClassValue, type Value } from '../python/values';
import type { Equation } from './einsum';
import { isHarmlessMember } from './harmlessMembers';

/** A symbolic tensor: its shape, and what it was computed from. */
export class KerasTensor extends LibraryValue {
  constructor(
    readonly shape: Known<Shape>,
    /** Absent for an input and for a constant. */
    readonly history?: TensorHistory,
  ) {
    super();
  }

  override parts(): readonly Value[] {
    const { layer, inputs = [], inside, repeated } = this.history ?? {};
    return [...inputs, ...(layer ? [layer] : []), ...(inside ? [inside] : []), ...(repeated ? [repeated.of] : [])];
  }
}

/** How a tensor came about. */
export interface TensorHistory {
  /** The layer that made it; absent for a plain operation. */
  readonly layer?: KerasLayer;
  readonly inputs: readonly KerasTensor[];
  /** The operator or function that made it where no layer did. */
  readonly operation?: string;
  /** The function behind that name, without its module: `relu`. */
  readonly function?: string;
  /** What that operation does where it is known. */
  readonly step?: Operation;
  /** Whether the operation was given nothing but its tensors. */
  readonly isPlain?: boolean;
  /** What the operation was told beside its tensors, where it matters to how they meet. */
  readonly manner?: Manner;
  /** Zero-based line of the operation. */
  readonly line?: number;
  /** What the layer's own code made: the tensor inside that this one stands for. */
  readonly inside?: KerasTensor;
  /** Why layers that are not known may stand between it and its inputs. */
  readonly doubt?: Unknown;
  /** What of a repetition it stands for, where something is repeated. */
  readonly repeated?: Repeated;
  /** Which of the tensors that a layer makes, where it is not the first. */
  readonly part?: number;
  /** What the layer or function was called with. */
  readonly call?: Call;
  /** Both sides of an operator, numbers among them. */
  readonly operands?: readonly [left: Value, right: Value];
  /** What a tensor was indexed with. */
  readonly indices?: readonly Index[];
}

/** The last one that repetitions made, or all of them along an axis. */
export interface Repeated {
  readonly body: LoopBody;
  readonly of: KerasTensor;
  readonly axis?: number | undefined;
}

/** One repetition of several: what it is given, in the order of the inputs of what the repetitions make. */
export interface LoopBody {
  readonly count: Known<number>;
  /** From the last place along the axes to the first. */
  readonly isReversed: boolean;
  /** What has tensors of its own for each of them. */
  readonly module: KerasLayer | undefined;
  readonly inputs: readonly LoopInput[];
}

/** A tensor that a repetition is given: whole, one place along an axis, or the one that the repetition before made. */
export interface LoopInput {
  readonly tensor: KerasTensor;
  readonly axis: number | undefined;
  readonly next?: KerasTensor | undefined;
}

/** The order of axes of a transpose, the equation of an `einsum`, whether a product of matrices transposes its second factor. */
export interface Manner {
  readonly axes?: readonly number[];
  readonly equation?: Equation;
  readonly transposesSecond?: boolean;
}

/** A weight that a layer of the source makes by itself: `self.add_weight(…)`, `tf.Variable(…)`. */
export class WeightValue extends KerasTensor {
  constructor(
    shape: Known<Shape>,
    public name: string,
    readonly trainable: Known<boolean>,
    readonly range: SourceRange,
    /** What it starts as, and whether it was made in the layer's `build`; absent where nobody asks. */
    readonly beginning?: { readonly initialiser: Value | undefined; readonly isBuilt: boolean; readonly isBare: boolean },
  ) {
    super(shape);
  }

  override saved(): () => void {
    const { name } = this;
    return () => void (this.name = name);
  }
}

/** An initialiser with arguments: `keras.initializers.TruncatedNormal(stddev=0.02)`. */
export class InitialiserValue extends LibraryValue {
  constructor(readonly initialiser: Initialiser) {
    super();
  }
}

/** What a layer does when it is called. */
export type LayerBody =
  | { readonly kind: 'rule'; readonly rule: KerasRule; readonly values: LayerArguments }
  | { readonly kind: 'bidirectional'; readonly forward: KerasLayer; readonly backward: KerasLayer; readonly merge: string | null }
  | { readonly kind: 'time distributed'; readonly inner: KerasLayer }
  | {
      readonly kind: 'recurrence';
      readonly cells: readonly KerasLayer[];
      /** What its `return_sequences`, `return_state` and `stateful` say. */
      readonly sequences: boolean;
      readonly states: boolean;
      readonly isStateful: boolean;
      /** The name of the layer that holds its cells, where one does. */
      readonly stack?: string;
    }
  | {
      readonly kind: 'sequential';
      readonly layers: KerasLayer[];
      input: Known<Shape>;
      /** Whether its layers say what it is given, so that they are built as it is constructed. */
      isDeclared?: boolean;
    }
  | {
      readonly kind: 'functional';
      readonly inputs: readonly KerasTensor[];
      readonly outputs: readonly KerasTensor[];
      readonly single: boolean;
    }
  /** A class of the source, whose `call` is evaluated. */
  | { readonly kind: 'own'; isBuilt: boolean };

/** How a layer was constructed. */
export interface Construction {
  /** The class as written: `layers.Dense`. */
  readonly type: string;
  readonly kind: LayerKind;
  readonly range: SourceRange;
}

/** How often a module is repeated with tensors of its own, and which axis of them counts the repetitions. */
export interface Repetition {
  readonly count: Known<number>;
  readonly axis: number;
  /** Whether each begins by itself; all begin alike otherwise. */
  readonly isSplit: boolean;
}

/** A layer or model of Keras while the source is evaluated. */
export class KerasLayer extends InstanceValue {
  name: string | undefined;
  /** The framework's class, where the source may call it otherwise. */
  className: string | undefined;
  trainable: Known<boolean> = { known: true, value: true };
  /** Own weights, inner layers excluded; not known before the layer is called with a known shape. */
  weights: Known<readonly KerasWeight[]>;
  /** Construction arguments that were understood, by name. */
  arguments: Readonly<Record<string, Known<number | string | boolean>>> = {};
  /** How its tensors start, by the names of its arguments: `kernel_initializer`. */
  initialisers: ReadonlyMap<string, Value> = new Map();
  /** Weights that its own code adds. */
  readonly added: WeightValue[] = [];
  /** The shapes of its first call. */
  input: Known<Shape> | undefined;
  output: Known<Shape> | undefined;
  /** What its own code was given and made at its first call. */
  pass?: { readonly inputs: readonly KerasTensor[]; readonly outputs: readonly KerasTensor[] };
  /** An axis that every tensor of it has besides, one place for each repetition; absent where it is there once. */
  repeats?: Repetition;

  constructor(
    classValue: ClassValue | undefined,
    readonly construction: Construction,
    public body: LayerBody,
  ) {
    super(classValue);
    this.weights = body.kind === 'rule' ? unknown(NOT_CALLED, construction.range.startLine) : { known: true, value: [] };
  }

  override saved(): () => void {
    const base = super.saved();
    const { name, className, trainable, weights, arguments: given, input, output, pass, repeats, body } = this;
    const [added, own] = [[...this.added], { ...body }];
    const layers = body.kind === 'sequential' ? [...body.layers] : [];
    return () => {
      base();
      this.added.splice(0, this.added.length, ...added);
      if (body.kind === 'sequential') body.layers.splice(0, body.layers.length, ...layers);
      Object.assign(body, own);
      Object.assign(this, { name, className, trainable, weights, arguments: given, input, output, pass, repeats, body });
    };
  }

  override parts(): readonly Value[] {
    const { body } = this;
    const ends = body.kind === 'functional' ? [...body.inputs, ...body.outputs] : [];
    return [...super.parts(), ...this.inner(), ...this.added, ...ends];
  }

  override isLeftAloneBy(member: string | undefined): boolean {
    if (member === undefined)
      return this.classValue === undefined && this.body.kind !== 'own' && this.inner().every(each => each.isLeftAloneBy(undefined));
    const own = this.classValue && findMember(this.classValue, member);
    return isHarmlessMember(member) && !(own && !('library' in own));
  }

  get isModel(): boolean {
    return this.body.kind === 'sequential' || this.body.kind === 'functional';
  }

  /** The layers directly inside it, each once, in the order in which they were met. */
  inner(): KerasLayer[] {
    switch (this.body.kind) {
      case 'rule':
        return this.classValue ? this.held() : [];
      case 'bidirectional':
        return [this.body.forward, this.body.backward];
      case 'time distributed':
        return [this.body.inner];
      case 'recurrence':
        return [...this.body.cells];
      case 'sequential':
        return [...new Set(this.body.layers)];
      case 'functional':
        return [...layersBetween(this.body.inputs, this.body.outputs)];
      case 'own':
        return this.held();
    }
  }

  /** The weights that its attributes hold. */
  get variables(): WeightValue[] {
    return [...this.attributes.values()].flatMap(value => [...partsIn(value)].filter(part => part instanceof WeightValue));
  }

  /** The layers that its attributes hold. */
  private held(): KerasLayer[] {
    return [...new Set([...this.attributes.values()].flatMap(value => [...partsIn(value)].filter(part => part instanceof KerasLayer)))];
  }
}

/** Why a layer has no weights yet, and what helps. */
export const NOT_CALLED = 'the shape of its input is not known: a comment `# boundlens: Net() on (28, 28, 1)` over the definition says it';

/** Every layer and weight in a value: itself, or what lists and dictionaries hold, as Keras tracks them. */
function* partsIn(value: Value, depth = 0): Generator<KerasLayer | WeightValue, void, undefined> {
  if (depth > 8) return;
  if (value instanceof KerasLayer || value instanceof WeightValue) yield value;
  else if (value.kind === 'sequence') for (const item of value.items) yield* partsIn(item, depth + 1);
  else if (value.kind === 'dictionary') for (const item of value.entries.values()) yield* partsIn(item, depth + 1);
}

/** Every tensor that some outputs depend on, those of the inputs' own past left out, first things first. */
export function tensorsBetween(inputs: readonly KerasTensor[], outputs: readonly KerasTensor[]): readonly KerasTensor[] {
  const ordered = new Set<KerasTensor>();
  const entered = new Set<KerasTensor>(inputs);
  const open = [...outputs].reverse().map(tensor => ({ tensor, isDone: false }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { tensor, isDone } = next;
    if (isDone) ordered.add(tensor);
    else if (!entered.has(tensor)) {
      entered.add(tensor);
      open.push({ tensor, isDone: true });
      for (const input of [...(tensor.history?.inputs ?? [])].reverse()) open.push({ tensor: input, isDone: false });
    }
  }
  return [...ordered];
}

function layersBetween(inputs: readonly KerasTensor[], outputs: readonly KerasTensor[]): Set<KerasLayer> {
  return new Set(tensorsBetween(inputs, outputs).flatMap(({ history }) => (history?.layer ? [history.layer] : [])));
}
