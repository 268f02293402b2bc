import { known, unknown, type Architecture, type Layer } from '../../architecture/architecture';
import { finishedComposition } from '../../architecture/finishedComposition';
import { ConfigurationProblem } from '../../architecture/huggingFace/configuration';
import { Flow, Stage } from '../../architecture/huggingFace/flow';
import { entriesOf, type Part } from '../../architecture/huggingFace/parts';

/** An architecture with how its layers compose for the longest text, or the size of image, that its configuration names, and the shapes that each meets. */
export function composed(architecture: Architecture, root: Part): Architecture {
  const line = architecture.range.startLine;
  const flow = new Flow(line);
  try {
    const inputs = entriesOf(root).map(entry => flow.enter(entry));
    const outputs = new Stage(flow, '', root).results(inputs);
    const composition = known(finishedComposition(flow.nodes, outputs, 'arguments'));
    return { ...architecture, layers: architecture.layers.map(layer => withShapes(layer, flow)), composition };
  } catch (error) {
    if (!(error instanceof ConfigurationProblem)) throw error;
    return { ...architecture, composition: unknown(error.message, line) };
  }
}

function withShapes(layer: Layer, flow: Flow): Layer {
  const children = layer.children.map(child => withShapes(child, flow));
  const met = flow.shapes.get(layer.path);
  return met ? { ...layer, children, inputShape: met.input, outputShape: met.output } : { ...layer, children };
}
