import { unknown } from '../../architecture/architecture';
import type { Call, Value } from '../python/values';
import { argument } from './construct';
import { KerasLayer, type LayerBody } from './kerasValues';

/** Layers that are made of other layers. */
const WRAPPERS = new Set(['Bidirectional', 'TimeDistributed', 'RNN', 'StackedRNNCells']);

export const isWrapper = (name: string): boolean => WRAPPERS.has(name);

/**
 * The body of a layer around other layers; a reason stands in its doubts where the inner one is not known.
 * @param nameStack the automatic name of the layer that holds several cells
 */
export function makeWrapper(layer: KerasLayer, name: string, call: Call, nameStack: () => string): void {
  const inner = argument(call, 0, name === 'RNN' ? 'cell' : name === 'StackedRNNCells' ? 'cells' : 'layer');
  const body = bodyOf(name, inner, call, nameStack);
  if (body) layer.body = body;
  else
    layer.doubts.push(
      inner?.kind === 'undecided' ? inner.reason : unknown(`what \`${call.type}(…)\` wraps is not known`, call.range.startLine),
    );
}

function bodyOf(name: string, inner: Value | undefined, call: Call, nameStack: () => string): LayerBody | undefined {
  if (name === 'RNN' || name === 'StackedRNNCells') {
    const cells = inner?.kind === 'sequence' && !inner.doubt ? inner.items : inner ? [inner] : [];
    const known = cells.filter(cell => cell instanceof KerasLayer);
    const isOn = (place: number, key: string): boolean => {
      const value = argument(call, place, key);
      return value?.kind === 'boolean' && value.value;
    };
    const unrolled = known.flatMap(cell => (cell.body.kind === 'recurrence' ? cell.body.cells : [cell]));
    if (known.length !== cells.length || known.length === 0) return undefined;
    const [sequences, states] = [isOn(1, 'return_sequences'), isOn(2, 'return_state')];
    const [backwards, isStateful] = [isOn(3, 'go_backwards'), isOn(4, 'stateful')];
    for (const [place, cell] of unrolled.entries())
      if (name === 'RNN' && cell.body.kind === 'rule') {
        const keeps = sequences || place < unrolled.length - 1;
        const values = cell.body.values.with('return_sequences', keeps).with('go_backwards', backwards && place === 0);
        cell.body = { ...cell.body, values };
      }
    const [only] = known;
    const stack = inner?.kind === 'sequence' ? nameStack() : only!.body.kind === 'recurrence' ? only!.name : undefined;
    return { kind: 'recurrence', cells: unrolled, sequences, states, isStateful, ...(stack !== undefined && name === 'RNN' && { stack }) };
  }
  if (!(inner instanceof KerasLayer)) return undefined;
  if (name === 'TimeDistributed') return { kind: 'time distributed', inner };
  if (inner.body.kind !== 'rule') return undefined;
  const merge = argument(call, 1, 'merge_mode');
  if (merge && merge.kind !== 'string' && merge.kind !== 'none') return undefined;
  const backward = call.keywords.get('backward_layer');
  const copy = backward instanceof KerasLayer ? backward : twin(inner, inner.body);
  inner.name = `forward_${inner.name ?? ''}`;
  return {
    kind: 'bidirectional',
    forward: inner,
    backward: copy,
    merge: merge === undefined ? 'concat' : merge.kind === 'string' ? merge.value : null,
  };
}

/** A layer of its own with the same arguments, run backwards. */
function twin(layer: KerasLayer, { rule, values }: Extract<LayerBody, { kind: 'rule' }>): KerasLayer {
  const copy = new KerasLayer(undefined, layer.construction, { kind: 'rule', rule, values: values.with('go_backwards', true) });
  copy.initialisers = layer.initialisers;
  copy.arguments = layer.arguments;
  for (const [name, value] of layer.attributes) copy.attributes.set(name, value);
  copy.trainable = layer.trainable;
  copy.name = `backward_${layer.name ?? ''}`;
  return copy;
}
