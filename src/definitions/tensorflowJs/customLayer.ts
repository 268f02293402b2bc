import { known, unknown, type Known } from '../../architecture/architecture';
import type { KerasWeight } from '../../architecture/keras/kerasRule';
import type { Shape } from '../../architecture/keras/shape';
import { bound, findMethod, type ClassValue } from '../javascript/classes';
import type { Context } from '../javascript/context';
import { array, boolean, builtin, NOTHING, number, undecidedBy, type Call, type Value } from '../javascript/values';
import { shapeOf } from './layerConstruction';
import { LayerValue, TensorValue, type Construction } from './layerValue';

/**
 * A layer of a class of the source that extends `tf.layers.Layer`: the weights that its `build` adds with `addWeight`, and the shape that its
 * `computeOutputShape` says. As in TensorFlow.js, layers that it holds are no part of it.
 */
export class CustomLayer extends LayerValue {
  override readonly own: { readonly classValue: ClassValue; readonly properties: Map<string, Value> };
  private readonly added: Known<KerasWeight>[] = [];
  private isBuilt = false;

  constructor(
    construction: Construction,
    classValue: ClassValue,
    private readonly context: Context,
  ) {
    super(construction);
    this.own = { classValue, properties: new Map() };
  }

  get weights(): Known<readonly KerasWeight[]> {
    const { startLine } = this.construction.range;
    if (!this.isBuilt && findMethod(this.own.classValue, 'build'))
      return unknown(`the input of \`${this.construction.type}(…)\` is not known`, startLine);
    const open = this.added.find(weight => !weight.known);
    return open?.known === false ? open : known(this.added.flatMap(weight => (weight.known ? [weight.value] : [])));
  }

  shapeFor(inputs: readonly Known<Shape>[]): Known<Shape> {
    const shapes = inputs.map(shapeValue);
    const given = shapes.length === 1 ? shapes[0]! : array(shapes);
    if (!this.isBuilt) {
      this.isBuilt = true;
      this.method('build', given);
    }
    const line = this.construction.range.startLine;
    const output = this.method('computeOutputShape', given) ?? given;
    return shapeOf(output, line, true);
  }

  private method(name: string, given: Value): Value | undefined {
    const { range } = this.construction;
    const method = findMethod(this.own.classValue, name);
    return method && this.context.call(bound(method, this, { range, type: name }, this.context), { values: [given], range, type: name });
  }

  /** What `tf.layers.Layer` itself does under a name that the class may override. */
  inherited(name: string): Value {
    if (name === 'built') return boolean(this.isBuilt);
    return builtin(call => {
      if (name === 'addWeight') return this.addWeight(call);
      if (name === 'computeOutputShape' || name === 'call') return call.values[0] ?? NOTHING;
      return name === 'build' || name === 'invokeCallHook'
        ? NOTHING
        : undecidedBy(unknown(`what \`${call.type}(…)\` returns is not followed`, call.range.startLine));
    });
  }

  /** `addWeight(name, shape, type, initializer, regularizer, trainable)`. */
  private addWeight({ values, range }: Call): Value {
    const [name, sides, , , , trainable] = values;
    const shape = sides ? shapeOf(sides, range.startLine, true) : unknown('this weight has no shape', range.startLine);
    const isTrained = !trainable || trainable.kind === 'nothing' || trainable.kind === 'boolean';
    const add = (): Known<KerasWeight> => {
      if (!shape.known) return shape;
      if (!isTrained) return unknown('whether this weight is trained is not decided', range.startLine);
      const fixed = shape.value.filter(side => side !== null);
      if (fixed.length < shape.value.length) return unknown('a side of this weight is not fixed', range.startLine);
      const label = name?.kind === 'string' ? name.value : 'weight';
      const isOff = trainable?.kind === 'boolean' && !trainable.value;
      return known({ name: label, shape: fixed, ...(isOff && { trainable: false as const }) });
    };
    this.added.push(add());
    return new TensorValue(shape);
  }
}

const shapeValue = (shape: Known<Shape>): Value =>
  shape.known ? array(shape.value.map(side => (side === null ? NOTHING : number(side)))) : undecidedBy(shape);
