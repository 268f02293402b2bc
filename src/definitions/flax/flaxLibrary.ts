import { known, unknown, type SourceRange, type Unknown } from '../../architecture/architecture';
import { linenRule, nnxRule } from '../../architecture/flax/flaxRules';
import { applyRule, argument, ruleLayer, shapeFrom } from '../keras/construct';
import { KerasLayer, KerasTensor, tensorsBetween } from '../keras/kerasValues';
import { callLayer, knownTensors, shapeValue, tensorsIn } from '../keras/layerCalls';
import { select } from '../keras/selection';
import { callOperation, operateTensors } from '../keras/tensorOperations';
import { ancestors } from '../python/classes';
import { bindArguments } from '../python/calls';
import type { Context, Library } from '../python/context';
import { partial } from '../python/partial';
import { builtin, dictionary, InstanceValue, NONE, text, undecidedPlain, type Call, type ClassValue, type Value } from '../python/values';
import { linenFields } from './fields';
import { inheritedRule, isFlaxModule, isHarmlessFlax, isLinenModule, isState } from './flaxPaths';
import { drawnArray, initialiserCall } from './initialisers';
import { attending, causalMask } from './masks';
import { callLifted, liftClass, repeatFunction, type Lift } from './lifted';
import { bidirectional, callCell, initialState, isCell, recurrence } from './recurrence';
import { scannedFunction } from './scanned';
import { ownParameter, variable } from './ownParameters';
import { nameParts } from './partNames';
import { windowPool } from './pools';
import { nextKey, RandomStreams, streamMember } from './streams';
import { vectorised } from './vectorised';

/** A module whose code runs: what is constructed meanwhile belongs to it, except while it sets itself up. */
interface Frame {
  readonly module: KerasLayer;
  readonly isSetup: boolean;
  readonly counts: Map<string, number>;
}

/** Flax, both `linen` and `nnx`, as the evaluator needs to know it. */
export class FlaxLibrary implements Library {
  readonly select = select;
  /** Modules of the source's own classes with how each was constructed, in order. */
  readonly made: { readonly module: KerasLayer; readonly call: Call }[] = [];
  private readonly frames: Frame[] = [];
  private prepared = new WeakSet<KerasLayer>();
  private readonly lifts = new WeakMap<KerasLayer, Lift>();
  /** Arrays that were drawn at random, and arrays that were written down. */
  private readonly drawn = new WeakSet<Value>();
  private readonly arrays = new WeakSet<Value>();
  private prefix = '';
  /** How often `nnx.split_rngs` around the function that runs splits. */
  private splits: Value | undefined;

  call(path: string, call: Call, context: Context): Value | undefined {
    if (/^flax\.linen\.(compact|nowrap)$|^jax\.jit$|^flax\.nnx\.jit$/.test(path)) return call.positional[0];
    if (path === 'functools.partial') return partial(call);
    const initialiser = initialiserCall(path, call, context);
    if (initialiser) return initialiser;
    if (path.includes('.initializers.')) return undefined;
    if (path === 'jax.vmap') return vectorised(call, context);
    if (path === 'flax.nnx.Rngs') return new RandomStreams();
    if (/^flax\.linen\.(module\.)?merge_param$/.test(path)) return merged(call);
    const lifted = /^flax\.linen\.(?:transforms\.)?(remat|checkpoint|jit|scan|vmap|remat_scan)$/.exec(path)?.[1];
    if (lifted !== undefined) return liftClass(lifted, call, context, (prefix, work) => this.prefixed(prefix, work), this.lifts);
    if (path === 'flax.nnx.scan') return scannedFunction(call, context);
    if (/^flax\.nnx\.(vmap|split_rngs|remat|checkpoint|state_axes)$/.test(path)) return this.lifted(path, call, context);
    if (/^flax\.nnx\.(List|Dict|data|static)$/.test(path)) return call.positional[0] ?? dictionary(call.keywords, call.spread);
    if (/^jax\.random\.\w+$/.test(path)) return this.draw(path, call, context);
    const [, api, name] = /^flax\.(linen|nnx)\.([A-Z]\w*)$/.exec(path) ?? [];
    if (api !== undefined && name !== undefined) return this.makeLayer(api, name, call, context);
    if (/^flax\.(linen|nnx)\.make_causal_mask$/.test(path)) return causalMask(call);
    const pooling = /^flax\.(?:linen|nnx)\.(avg_pool|max_pool|min_pool)$/.exec(path)?.[1];
    const pool = pooling === undefined ? undefined : windowPool(pooling, call, context);
    if (pool) return pool;
    const result = /^(flax\.(linen|nnx)|jax|numpy)\./.test(path) ? callOperation(path, spelled(path, call), context) : undefined;
    if (result && /^jax\.numpy\.(zeros|ones|full|empty|eye|identity|arange|linspace|array|asarray)(_like)?$/.test(path))
      this.arrays.add(result);
    return result;
  }

  /** Forgets what the last version of a source has made. */
  restart(): void {
    this.made.length = 0;
    this.frames.length = 0;
    this.prepared = new WeakSet();
    this.prefix = '';
    this.splits = undefined;
  }

  /** Carries something out so that the next module that names itself takes a prefix. */
  private prefixed(prefix: string, work: () => Value): Value {
    this.prefix = prefix;
    try {
      return work();
    } finally {
      this.prefix = '';
    }
  }

  private lifted(path: string, call: Call, context: Context): Value | undefined {
    if (path.endsWith('vmap')) return repeatFunction(call, context, () => this.splits);
    const [callee] = call.positional;
    if (!path.endsWith('split_rngs')) return callee;
    const splits = call.keywords.get('splits');
    const apply = (inner: Value) =>
      builtin(given => {
        const before = this.splits;
        this.splits = splits;
        try {
          return context.call(inner, given);
        } finally {
          this.splits = before;
        }
      });
    if (callee?.kind === 'function' || callee?.kind === 'builtin') return apply(callee);
    return callee ? undefined : builtin(inner => (inner.positional[0] ? apply(inner.positional[0]) : NONE));
  }

  /** `jax.random.normal(key, shape)`: an array that a module may hold as if it were a parameter. */
  private draw(path: string, call: Call, context: Context): Value | undefined {
    const shape = argument(call, 1, 'shape');
    if (!/\.(normal|uniform|truncated_normal|orthogonal)$/.test(path) || shape === undefined) return callOperation(path, call, context);
    const name = path.slice(path.lastIndexOf('.') + 1);
    const drawn = drawnArray(name, call, shapeFrom(shape, context, call.range.startLine, true));
    this.drawn.add(drawn);
    return drawn;
  }

  private makeLayer(api: string, name: string, call: Call, context: Context): Value | undefined {
    if (api === 'nnx' && /^(Param|BatchStat|Variable)$/.test(name)) return variable(name, call);
    if (name === 'RNN') {
      const layer = recurrence(call, context, (cell, inner) => this.callInstance(cell, inner, context) ?? NONE);
      return layer && this.adopted(layer, name, call);
    }
    if (name === 'Bidirectional') {
      const layer = bidirectional(call, context);
      return layer && this.adopted(layer, name, call);
    }
    if (name === 'Sequential') return this.adopted(this.sequence(api, call, context), name, call);
    const rule = api === 'linen' ? linenRule(name) : nnxRule(name);
    if (!rule) return undefined;
    const layer = ruleLayer(rule, call);
    layer.className = name;
    return this.adopted(layer, name, call);
  }

  /** `nn.Sequential([…])`, whose layers are named `layers_0`, …; nnx lists them as arguments. */
  private sequence(api: string, call: Call, context: Context): KerasLayer {
    const sequence = new KerasLayer(undefined, { type: call.type, kind: 'container', range: call.range }, { kind: 'own', isBuilt: true });
    const listed =
      api === 'linen'
        ? (call.positional[0] ?? call.keywords.get('layers'))
        : { kind: 'sequence' as const, tuple: true, items: [...call.positional] };
    const items = listed?.kind === 'sequence' && !listed.doubt ? listed.items : undefined;
    if (!items || call.spread) sequence.doubts.push(call.spread ?? unknown('its layers are not known', call.range.startLine));
    const layers = { kind: 'sequence' as const, tuple: false, items: items ?? [] };
    for (const [index, item] of layers.items.entries())
      if (item instanceof KerasLayer) item.name ??= api === 'linen' ? `layers_${index}` : `layers/${index}`;
    sequence.attributes.set('layers', layers);
    sequence.attributes.set(
      '__call__',
      builtin(inner =>
        layers.items.reduce<Value>((value, layer) => context.call(layer, { ...inner, positional: [value] }), inner.positional[0] ?? NONE),
      ),
    );
    return sequence;
  }

  /** Gives a module its name and, inside a compact call, its place in the module that runs. */
  private adopted(layer: KerasLayer, className: string, call: Call): KerasLayer {
    const ownName = this.prefix + className;
    this.prefix = '';
    const given = call.keywords.get('name');
    if (given?.kind === 'string') layer.name = given.value;
    const frame = this.frames.at(-1);
    if (!frame || frame.isSetup || call.keywords.get('parent')?.kind === 'none') return layer;
    if (layer.name === undefined) {
      const count = frame.counts.get(ownName) ?? 0;
      frame.counts.set(ownName, count + 1);
      layer.name = `${ownName}_${count}`;
    }
    frame.module.attributes.set(` ${layer.name}`, layer);
    return layer;
  }

  callInstance(instance: InstanceValue, call: Call, context: Context): Value | undefined {
    if (instance instanceof RandomStreams) return nextKey(call.range.startLine);
    if (!(instance instanceof KerasLayer)) return undefined;
    const run = (given: Call) =>
      isCell(instance)
        ? callCell(instance, given, context)
        : instance.body.kind === 'rule'
          ? callLayer(instance, attending(instance, given), context)
          : this.run(instance, '__call__', given, context);
    const lift = this.lifts.get(instance);
    return lift ? callLifted(instance, lift, call, run) : run(call);
  }

  /** Calls a method of a module of the source, set up before. */
  run(module: KerasLayer, name: string, call: Call, context: Context): Value {
    this.prepare(module, call.range, context);
    const inputs = call.positional.flatMap(value => tensorsIn(value, call));
    module.input ??= inputs[0]?.shape;
    if (module.body.kind === 'own') module.body.isBuilt = true;
    const method = context.attribute(module, name, call.range.startLine);
    const result = this.within(module, false, () => context.call(method, { ...call, type: call.type }));
    const doubt = doubtIn(result);
    if (doubt && isLinen(module)) module.doubts.push(doubt);
    module.pass ??= { inputs, outputs: knownTensors(result) };
    return result.kind === 'undecided' ? new KerasTensor(result.reason) : result;
  }

  private prepare(module: KerasLayer, range: SourceRange, context: Context): void {
    if (this.prepared.has(module) || !module.classValue) return;
    this.prepared.add(module);
    const setup = context.attribute(module, 'setup', range.startLine);
    if (setup.kind !== 'builtin') return;
    this.within(module, true, () => context.call(setup, { positional: [], keywords: new Map(), range, type: 'setup' }));
  }

  private within(module: KerasLayer, isSetup: boolean, work: () => Value): Value {
    this.frames.push({ module, isSetup, counts: new Map() });
    try {
      return work();
    } finally {
      this.frames.pop();
    }
  }

  attribute(value: Value, name: string, context: Context): Value | undefined {
    if (value instanceof RandomStreams) return streamMember(name, (path, call) => this.draw(path, call, context));
    if (value instanceof KerasLayer) {
      const table = value.body.kind === 'rule' && value.construction.kind === 'embedding' ? attend(value, name) : undefined;
      if (table) return table;
      if (name === 'initialize_carry' && isCell(value)) return builtin(call => initialState(value, call, context));
      if (name === 'param') return builtin(call => ownParameter(value, call, context));
      if (
        /^(variable|sow|initialize_carry|is_initializing|make_rng|perturb|train|eval|has_variable|put_variable|is_mutable_collection)$/.test(
          name,
        )
      )
        return builtin(call =>
          undecidedPlain(unknown(`what \`${call.type}(…)\` gives is only known when the program runs`, call.range.startLine)),
        );
      return name === 'name' ? text(value.name ?? '') : undefined;
    }
    return value instanceof KerasTensor ? tensorMember(value, name, context) : undefined;
  }

  assign(value: Value, name: string, assigned: Value): void {
    if (!(value instanceof KerasLayer)) return;
    const isDrawn = this.drawn.has(assigned);
    if ((isDrawn || this.arrays.has(assigned)) && !isLinen(value))
      value.doubts.push(
        unknown(
          `\`${name}\` is ${isDrawn ? 'drawn at random' : 'an array'} and no \`nnx.Param\`: whether it is trained is not decided`,
          value.construction.range.startLine,
        ),
      );
    nameParts(assigned, name, isLinen(value) ? '_' : '/');
  }

  instantiate(classValue: ClassValue, call: Call): InstanceValue {
    const references = ancestors(classValue).filter(ancestor => ancestor.kind === 'reference');
    const base = references.find(({ path }) => isFlaxModule(path) || inheritedRule(path));
    const foreign = references.find(
      ({ path }) =>
        !isFlaxModule(path) && !inheritedRule(path) && !isState(path) && !/^(builtins|abc|typing)\./.test(path) && !isHarmlessFlax(path),
    );
    if (!base && !foreign) return new InstanceValue(classValue);
    const layer = new KerasLayer(classValue, { type: call.type, kind: 'container', range: call.range }, { kind: 'own', isBuilt: false });
    if (foreign) layer.doubts.push(unknown(`\`${foreign.path}\`, a base of ${classValue.name}, is not in this file`, call.range.startLine));
    layer.isCompact = base !== undefined && isLinenModule(base.path);
    this.made.push({ module: layer, call });
    return layer.isCompact ? this.adopted(layer, classValue.name, call) : layer;
  }

  initialise(instance: InstanceValue, base: string, call: Call): Value | undefined {
    if (isState(base)) return NONE;
    const rule = inheritedRule(base);
    if (instance instanceof KerasLayer && rule) {
      applyRule(instance, rule, call);
      return NONE;
    }
    if (!(instance instanceof KerasLayer) || !isFlaxModule(base)) return undefined;
    if (!isLinenModule(base) || !instance.classValue) return NONE;
    const formals = linenFields(instance.classValue);
    const bound = bindArguments(instance.classValue.name, formals, call);
    if (!bound)
      instance.doubts.push(unknown(`\`${call.type}(…)\` does not fit the fields of ${instance.classValue.name}`, call.range.startLine));
    for (const [name, value] of bound ?? []) {
      if (name === 'name' || name === 'parent') continue;
      instance.attributes.set(name, value);
      nameParts(value, name, '_');
    }
    return NONE;
  }

  operate(operator: string, left: Value, right: Value, line: number): Value | undefined {
    const result = operateTensors(left, right, operator, line);
    if (result && [left, right].every(value => !(value instanceof KerasTensor) || this.arrays.has(value) || this.drawn.has(value)))
      this.arrays.add(result);
    return result;
  }

  isInstance(): boolean | undefined {
    return undefined;
  }

  exports(module: string, name: string): boolean {
    return /^flax\.(linen|nnx)$/.test(module) && (linenRule(name) !== undefined || name === 'Module');
  }

  isHarmless(path: string): boolean {
    return isHarmlessFlax(path);
  }
}

/** A call of a function as JAX has it where others have another: its GELU is the approximate one, its leaky ReLU falls by 1 %. */
function spelled(path: string, call: Call): Call {
  if (path.endsWith('.gelu')) return { ...call, type: 'jax.nn.gelu' };
  const isLeaky = path.endsWith('.leaky_relu') && !call.positional[1] && !call.keywords.has('negative_slope');
  return isLeaky ? { ...call, keywords: new Map([...call.keywords, ['negative_slope', { kind: 'float', value: 0.01 }]]) } : call;
}

/** `embed.attend(query)`: one score for each row of the table. */
function attend(layer: KerasLayer, name: string): Value | undefined {
  const count = layer.attributes.get('num_embeddings');
  if (name !== 'attend') return undefined;
  return builtin(({ positional: [query] }) => {
    if (!(query instanceof KerasTensor) || !query.shape.known) return query ?? NONE;
    const width = count?.kind === 'integer' ? count.value : null;
    return new KerasTensor(known([...query.shape.value.slice(0, -1), width]), { layer, inputs: [query] });
  });
}

/** Why layers that are not known may have had a part in what a module returns. */
function doubtIn(value: Value): Unknown | undefined {
  if (value.kind === 'undecided') return value.reason;
  if (value instanceof KerasTensor) return tensorsBetween([], [value]).find(({ history }) => history?.doubt)?.history?.doubt;
  if (value.kind === 'sequence') return value.doubt ?? value.items.map(doubtIn).find(Boolean);
  return value.kind === 'dictionary' ? (value.doubt ?? [...value.entries.values()].map(doubtIn).find(Boolean)) : undefined;
}

const isLinen = ({ classValue }: KerasLayer): boolean =>
  classValue !== undefined && ancestors(classValue).some(each => each.kind === 'reference' && isLinenModule(each.path));

function tensorMember(tensor: KerasTensor, name: string, context: Context): Value {
  if (name === 'shape') return shapeValue(tensor.shape);
  if (name === 'value') return tensor;
  if (name === 'dtype' || name === 'at') return undecidedPlain(unknown(`\`${name}\` of an array is not followed`, 0));
  if (name === 'ndim') return tensor.shape.known ? { kind: 'integer', value: tensor.shape.value.length } : undecidedPlain(tensor.shape);
  return builtin(call => {
    const isSpread = (name === 'reshape' || name === 'transpose') && call.positional.length > 1;
    const rest: Value[] = isSpread ? [{ kind: 'sequence', tuple: true, items: [...call.positional] }] : [...call.positional];
    return callOperation(`jax.numpy.${name}`, { ...call, positional: [tensor, ...rest] }, context) ?? NONE;
  });
}

/** `merge_param(name, a, b)`: the one of two values that is not `None`. */
function merged({ positional: [, first, second], range }: Call): Value | undefined {
  if (!first || !second) return undefined;
  if (first.kind === 'none') return second;
  if (second.kind === 'none' || first.kind === 'undecided') return first;
  return second.kind === 'undecided'
    ? second
    : undecidedPlain(unknown('both of two values that exclude each other are given', range.startLine));
}
