import { unknown } from '../../architecture/architecture';
import type { Call, Value } from '../python/values';
import { argument } from './construct';
import { KerasLayer, type LayerBody } from './kerasValues';

/** Layers that are made of other layers. */
const WRAPPERS = new Set(['Bidirectional', 'TimeDistributed', 'RNN', 'StackedRNNCells']);

export const isWrapper = (name: string): boolean => WRAPPERS.has(name);

/** The body of a layer around other layers; a reason stands in its doubts where the inner one is not known. */
export function makeWrapper(layer: KerasLayer, name: string, call: Call): void {
  const inner = argument(call, 0, name === 'RNN' ? 'cell' : name === 'StackedRNNCells' ? 'cells' : 'layer');
  const body = bodyOf(name, inner, call);
  if (body) layer.body = body;
  else
    layer.doubts.push(
      inner?.kind === 'undecided' ? inner.reason : unknown(`what \`${call.type}(…)\` wraps is not known`, call.range.startLine),
    );
}

function bodyOf(name: string, inner: Value | undefined, call: Call): LayerBody | undefined {
  if (name === 'RNN' || name === 'StackedRNNCells') {
    const cells = inner?.kind === 'sequence' && !inner.doubt ? inner.items : inner ? [inner] : [];
    const known = cells.filter(cell => cell instanceof KerasLayer);
    const sequences = call.keywords.get('return_sequences');
    const unrolled = known.flatMap(cell => (cell.body.kind === 'recurrence' ? cell.body.cells : [cell]));
    if (known.length !== cells.length || known.length === 0) return undefined;
    return { kind: 'recurrence', cells: unrolled, sequences: sequences?.kind === 'boolean' && sequences.value };
  }
  if (!(inner instanceof KerasLayer)) return undefined;
  if (name === 'TimeDistributed') return { kind: 'time distributed', inner };
  if (inner.body.kind !== 'rule') return undefined;
  const merge = call.keywords.get('merge_mode');
  const backward = call.keywords.get('backward_layer');
  return {
    kind: 'bidirectional',
    forward: inner,
    backward: backward instanceof KerasLayer ? backward : twin(inner),
    merge: merge === undefined ? 'concat' : merge.kind === 'string' ? merge.value : null,
  };
}

/** A layer of its own with the same arguments, run backwards. */
function twin(layer: KerasLayer): KerasLayer {
  const copy = new KerasLayer(undefined, layer.construction, layer.body);
  copy.arguments = layer.arguments;
  for (const [name, value] of layer.attributes) copy.attributes.set(name, value);
  copy.trainable = layer.trainable;
  copy.name = `backward_${layer.name ?? ''}`;
  layer.name = `forward_${layer.name ?? ''}`;
  return copy;
}
