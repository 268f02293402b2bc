import type { Composition, CompositionNode } from './composition';

/** The composition that ends in some results: steps that no output needs are left out, and skip connections are named. */
export function finishedComposition(
  all: readonly CompositionNode[],
  outputs: readonly number[],
  inputFrom: Composition['inputFrom'],
): Composition {
  const needed = new Set(outputs);
  for (let place = all.length - 1; place >= 0; place--) if (needed.has(place)) for (const input of all[place]!.inputs) needed.add(input);
  const kept = [...needed].sort((left, right) => left - right);
  const places = new Map(kept.map((place, index) => [place, index]));
  const nodes = kept.map(place => ({ ...all[place]!, inputs: all[place]!.inputs.map(input => places.get(input)!) }));
  return {
    nodes: nodes.map((node, place) => withIdentity(node, place, nodes)),
    outputs: outputs.map(output => places.get(output)!),
    inputFrom,
  };
}

/** Names the input of a sum that the other one was computed from: a skip connection. */
function withIdentity(node: CompositionNode, place: number, nodes: readonly CompositionNode[]): CompositionNode {
  const [left, right, ...more] = node.inputs;
  if (node.kind !== 'sum' || left === undefined || right === undefined || left === right || more.length > 0) return node;
  const [early, late] = left < right ? [left, right] : [right, left];
  const seen = new Set([late]);
  for (let each = late; each > early; each--) if (seen.has(each)) for (const input of nodes[each]!.inputs) seen.add(input);
  const isSource = ['parameter', 'constant'].includes(nodes[early]!.kind);
  return seen.has(early) && !isSource && place > late ? { ...node, identity: early } : node;
}
