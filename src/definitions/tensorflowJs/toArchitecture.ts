import { known, type Architecture, type Known, type Layer, type SourceRange, type Unknown } from '../../architecture/architecture';
import { parameterCount } from '../../architecture/counts';
import { tensorsOf } from '../../architecture/keras/kerasRule';
import { composed } from './compose';
import type { LayerValue } from './layerValue';

/** The architecture of a model that was evaluated; `tooMuch` says why it may hold more than is known. */
export function toArchitecture(name: string, range: SourceRange, model: LayerValue, tooMuch?: Unknown): Architecture {
  const seen = new Set<LayerValue>();
  const layers = layersOf(model, '', seen);
  const doubt = tooMuch ?? doubtIn(model);
  return composed({ framework: 'tensorflow.js', name, range, layers, parameterCount: doubt ?? parameterCount(layers) }, model);
}

function doubtIn(layer: LayerValue): Unknown | undefined {
  if (layer.doubt) return layer.doubt;
  for (const inner of layer.inner) {
    const doubt = doubtIn(inner);
    if (doubt) return doubt;
  }
  return undefined;
}

/** Layers that are shared are listed where they are met first. */
function layersOf(model: LayerValue, prefix: string, seen: Set<LayerValue>, frozen = isFrozen(model)): Layer[] {
  return model.inner.flatMap(layer => {
    if (seen.has(layer)) return [];
    seen.add(layer);
    const { name, type, kind, range } = layer.construction;
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const isOff =
      frozen.known && layer.trainable.known ? known(frozen.value || isFrozenValue(layer)) : frozen.known ? isFrozen(layer) : frozen;
    const common = { path, type, kind, arguments: {}, range, children: layersOf(layer, path, seen, isOff) };
    const { weights } = layer;
    if (!weights.known) return [{ ...common, parameters: weights }];
    if (!isOff.known && weights.value.length > 0) return [{ ...common, parameters: isOff }];
    return [{ ...common, ...tensorsOf(weights.value, isOff.known && isOff.value) }];
  });
}

const isFrozenValue = ({ trainable }: LayerValue): boolean => trainable.known && !trainable.value;

const isFrozen = ({ trainable }: LayerValue): Known<boolean> => (trainable.known ? known(!trainable.value) : trainable);
