import type { Layer } from '../architecture/architecture';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { LayerShare } from '../reporting/panelMessages';

/** What each tensor of a definition adds to its capacity, with the line that constructs it; undefined where the architecture is not fully known. */
export function layerShares({ architecture, bound, boundLayers }: AnalysedDefinition): readonly LayerShare[] | undefined {
  if (!bound) return undefined;
  const lines = new Map<string, number>();
  const walk = (layers: readonly Layer[]): void => {
    for (const layer of layers) {
      lines.set(layer.path, layer.range.startLine);
      walk(layer.children);
    }
  };
  walk(architecture.layers);
  return boundLayers.map(({ path, tensor }, index) => ({
    path,
    tensor,
    line: lines.get(path) ?? architecture.range.startLine,
    share: bound.layers[index]?.share ?? 0,
    norm: 10 ** (bound.layers[index]?.decades ?? 0),
  }));
}
