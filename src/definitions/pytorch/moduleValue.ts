import type { Known, LayerKind, SourceRange } from '../../architecture/architecture';
import { InstanceValue, type ClassValue, type Value } from '../python/values';
import { savedMap } from '../python/savedMap';
import { ParameterValue } from './tensors';

/** How a module was constructed. */
export interface Construction {
  /** The class as written: `nn.Linear`. */
  readonly type: string;
  readonly kind: LayerKind;
  readonly range: SourceRange;
}

/** An `nn.Module` while the source is evaluated; its attributes hold its parameters and inner modules among everything else. */
export class ModuleValue extends InstanceValue {
  /** Construction arguments that were understood, by name. */
  arguments: Readonly<Record<string, Known<number | string | boolean>>> = {};
  /** The elements of a container in order, by the names under which they are attributes. */
  elements: { readonly keys: string[]; readonly mapping: boolean } | undefined;

  /** Tensors of its state that are no parameters, by name. */
  readonly buffers = new Map<string, Known<readonly number[]>>();

  /** Buffers that a state dict leaves out. */
  readonly transient = new Map<string, true>();

  constructor(
    classValue: ClassValue | undefined,
    /** Full path of the library's class that it is or derives from, as `torch.nn.Linear`. */
    readonly base: string,
    readonly construction: Construction,
  ) {
    super(classValue);
  }

  override get isTrue(): boolean | undefined {
    if (!this.elements) return true;
    return this.elements.keys.length > 0 || (this.doubts.length > 0 ? undefined : false);
  }

  override saved(): () => void {
    const before = super.saved();
    const [buffers, transient] = [savedMap(this.buffers), savedMap(this.transient)];
    const { arguments: given, elements } = this;
    const keys = [...(elements?.keys ?? [])];
    return () => {
      before();
      buffers();
      transient();
      this.arguments = given;
      this.elements = elements && { keys: [...keys], mapping: elements.mapping };
    };
  }

  /** Forgets inner modules and parameters, as every run of `Module.__init__` does, a second one too. */
  clear(): void {
    for (const [name, value] of this.attributes)
      if (value instanceof ModuleValue || value instanceof ParameterValue) this.attributes.delete(name);
  }

  /** Adds an element to a container. */
  addElement(key: string, value: Value): void {
    this.elements?.keys.push(key);
    this.attributes.set(key, value);
  }

  /** Inner modules by attribute name, in the order of the source. */
  *children(): Generator<readonly [string, ModuleValue], void, undefined> {
    for (const [name, value] of this.attributes) if (value instanceof ModuleValue) yield [name, value];
  }

  /** The module and every module inside it, each once, parents first. */
  *modules(seen = new Set<ModuleValue>()): Generator<ModuleValue, void, undefined> {
    if (seen.has(this)) return;
    seen.add(this);
    yield this;
    for (const [, child] of this.children()) yield* child.modules(seen);
  }

  /** The same with their dotted names, the module's own being empty. */
  *namedModules(path = '', seen = new Set<ModuleValue>()): Generator<readonly [string, ModuleValue], void, undefined> {
    if (seen.has(this)) return;
    seen.add(this);
    yield [path, this];
    for (const [name, child] of this.children()) yield* child.namedModules(path === '' ? name : `${path}.${name}`, seen);
  }

  /** Every parameter in it with its dotted name, each once. */
  *namedParameters(): Generator<readonly [string, ParameterValue], void, undefined> {
    const seen = new Set<ParameterValue>();
    for (const [path, module] of this.namedModules())
      for (const [name, value] of module.attributes) {
        if (!(value instanceof ParameterValue) || seen.has(value)) continue;
        seen.add(value);
        yield [path === '' ? name : `${path}.${name}`, value];
      }
  }

  /** Every parameter in it, each once. */
  parameters(): ParameterValue[] {
    return [...this.namedParameters()].map(([, parameter]) => parameter);
  }

  /** A copy that shares nothing with this one, sharing inside it kept; what `copy.deepcopy` and `nn.TransformerEncoder` make. */
  copy(copies = new Map<Value, Value>()): ModuleValue {
    const known = copies.get(this);
    if (known instanceof ModuleValue) return known;
    const copy = new ModuleValue(this.classValue, this.base, this.construction);
    copies.set(this, copy);
    copy.arguments = this.arguments;
    copy.elements = this.elements && { ...this.elements, keys: [...this.elements.keys] };
    copy.doubts.push(...this.doubts);
    for (const [name, shape] of this.buffers) copy.buffers.set(name, shape);
    for (const name of this.transient.keys()) copy.transient.set(name, true);
    for (const [name, value] of this.attributes) copy.attributes.set(name, copied(value, copies));
    return copy;
  }
}

function copied(value: Value, copies: Map<Value, Value>): Value {
  if (value instanceof ModuleValue) return value.copy(copies);
  if (!(value instanceof ParameterValue)) return value;
  const copy = copies.get(value) ?? value.copy();
  copies.set(value, copy);
  return copy;
}
