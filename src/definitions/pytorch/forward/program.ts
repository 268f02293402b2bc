import type { Layer } from '../../../architecture/architecture';
import type { Program, Step } from '../../../architecture/computation';
import type { ModuleValue } from '../moduleValue';
import type { Recorder } from './recorder';
import { stateOf } from './state';

/** Which result of a forward pass the program makes: what a layer of this path is given or makes at its first call; the output without one. */
export interface Outlet {
  readonly layer: string;
  readonly side: 'input' | 'output';
}

/**
 * The steps that make one result of a recorded forward pass, renumbered, and the model's state.
 * @param output place of the result among the recorder's steps
 * @param input sides of the input without its batch
 */
export function toProgram(recorder: Recorder, module: ModuleValue, output: number, input: readonly number[]): Program {
  const { tensors, aliases } = stateOf(module);
  const needed = new Set([output]);
  for (let place = output; place >= 0; place--)
    if (needed.has(place)) for (const before of recorder.runs[place]!.inputs) needed.add(before);
  const kept = [...needed].sort((left, right) => left - right);
  const places = new Map(kept.map((place, index) => [place, index]));
  const steps = kept.map((place): Step => {
    const node = recorder.nodes[place]!;
    const { computation, inputs } = recorder.runs[place]!;
    const shared = { inputs: inputs.map(each => places.get(each)!), shape: node.shape, line: node.line };
    if (node.kind === 'input') return { op: 'input', name: node.name, ...shared };
    if (computation) return { ...computation, ...shared };
    const name = 'name' in node ? node.name : 'path' in node && node.path ? node.path : node.kind;
    const why = node.kind === 'unknown' ? node.why : `\`${name}\` is not among the operations that are computed`;
    return { op: 'unsupported', name, why, ...shared };
  });
  return { steps, output: places.get(output)!, input, state: tensors, aliases };
}

/** Layers that training leaves out: dropout that would drop something. */
export const silencedLayers = (layers: readonly Layer[]): readonly string[] =>
  layers.flatMap(({ path, kind, arguments: given, children }) => {
    const rate = given.p;
    const isSilent = kind === 'dropout' && !(rate?.known && rate.value === 0);
    return [...(isSilent ? [path] : []), ...silencedLayers(children)];
  });
