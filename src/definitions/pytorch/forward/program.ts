import type { Program, Step } from '../../../architecture/computation';
import type { ModuleValue } from '../moduleValue';
import type { Recorder } from './recorder';
import { stateOf } from './state';

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
    const why =
      node.kind === 'unknown' ? node.why : (recorder.reasons.get(place) ?? `\`${name}\` is not among the operations that are computed`);
    return { op: 'unsupported', name, why, ...shared };
  });
  return { steps, output: places.get(output)!, input, state: tensors, aliases };
}
