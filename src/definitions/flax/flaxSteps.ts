import { convolutionGain } from '../../architecture/windowGains';
import { orReason } from '../keras/layerCalls';
import { gainOf, matrix, numberOf, type CalledLayer, type LayerSteps } from '../keras/layerSteps';

/** The steps of a layer of Flax by its class, as it is evaluated: dropout off, running statistics; undefined where they are not known. */
export function flaxSteps(layer: CalledLayer): LayerSteps {
  const { className, path, values, input } = layer;
  switch (className) {
    case 'Dense':
    case 'Linear':
      return [matrix(path, 'kernel')];
    case 'DenseGeneral':
    case 'LinearGeneral':
      return general(layer);
    case 'Conv':
      return convolution(layer);
    case 'Embed':
      return [{ operation: { kind: 'lookup', path, tensor: 'embedding' } }];
    case 'Dropout':
      return [{ operation: { kind: 'dropout', name: className, gain: gainOf(1, 1) } }];
    case 'LayerNorm':
    case 'RMSNorm':
      return normalised(layer, 'rows', input.at(-1) ?? null);
    case 'GroupNorm':
      return normalised(layer, 'sample', null);
    case 'BatchNorm':
      return numberOf(values, 'axis') === -1 ? normalised(layer, 'batch', null) : undefined;
    default:
      return undefined;
  }
}

/** A linear map of the last axis, or of heads and their features, which are joined before. */
function general({ path, values, input, output }: CalledLayer): LayerSteps {
  const axes = orReason(() => values.wholeNumbers('axis'));
  if (!axes.known || !values.isMissing('batch_dims')) return undefined;
  const [heads, width] = input.slice(-2);
  if (String(axes.value) === '-1') return [matrix(path, 'kernel')];
  if (String(axes.value) !== '-2,-1' || input.length < 4 || !heads || !width) return undefined;
  const joined = { kind: 'reshape', name: 'join heads', gain: gainOf(1, Math.sqrt(heads)) } as const;
  return output.length === input.length - 1
    ? [{ operation: joined, shape: [...input.slice(0, -2), heads * width] }, matrix(path, 'kernel')]
    : undefined;
}

function normalised({ path, values }: CalledLayer, over: 'rows' | 'sample' | 'batch', size: number | null): LayerSteps {
  const epsilon = numberOf(values, 'epsilon');
  return epsilon === undefined ? undefined : [{ operation: { kind: 'normalisation', path, gain: 'scale', over, size, epsilon } }];
}

/** Zeros around the input stretch nothing; other paddings repeat values. */
function convolution({ path, values, input }: CalledLayer): LayerSteps {
  const padding = values.wordIfKnown('padding')?.toUpperCase();
  if (padding !== 'SAME' && padding !== 'VALID') return undefined;
  if (numberOf(values, 'input_dilation') !== 1) return undefined;
  const dimensions = input.length - 2;
  const sizes = values.tuple('kernel_size', dimensions);
  const each = (name: string) => (values.isNone(name) ? sizes.map(() => 1) : values.tuple(name, dimensions));
  const [strides, dilations] = [each('strides'), each('kernel_dilation')];
  const axes = sizes.map((kernel, axis) => ({ kernel, stride: strides[axis]!, dilation: dilations[axis]! }));
  return axes.every(({ stride }) => stride > 0) ? [matrix(path, 'kernel', convolutionGain(axes))] : undefined;
}
