import { fanInDeviation, initialSpectralNorm } from '../initialNorm';
import { layerContents, type LayerRule } from './layerRule';
import { signature } from './signature';

const product = (sides: readonly number[]) => sides.reduce((total, side) => total * side, 1);

/**
 * A convolution over `dimensions` axes. Weight [outputs, inputs/groups, …kernel], transposed [inputs, outputs/groups, …kernel],
 * uniform in ±1/√fan-in where fan-in is the second side times the kernel (PyTorch's rule for both). The spectral norm is that
 * of the kernel as a matrix with one row an output channel; the operator's is at most √(kernel positions) times it.
 */
function convolution(dimensions: 1 | 2 | 3, transposed: boolean): LayerRule {
  const order = transposed
    ? 'stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1'
    : 'stride=1, padding=0, dilation=1, groups=1, bias=True';
  const type = `nn.Conv${transposed ? 'Transpose' : ''}${dimensions}d`;
  return {
    kind: 'convolution',
    signature: signature(`in_channels, out_channels, kernel_size, ${order}, padding_mode='zeros'`),
    contents(values) {
      const [inputs, outputs, groups] = [values.integer('in_channels'), values.integer('out_channels'), values.integer('groups')];
      const kernel = values.tuple('kernel_size', dimensions);
      if (groups === 0 || inputs % groups !== 0 || outputs % groups !== 0)
        values.undecided(`${inputs} input and ${outputs} output channels do not divide into ${groups} groups`);
      const sides = transposed ? [inputs, outputs / groups] : [outputs, inputs / groups];
      const columns = (inputs / groups) * product(kernel);
      const deviation = fanInDeviation(sides[1]! * product(kernel));
      return layerContents(type, 'convolution', [
        { name: 'weight', shape: [...sides, ...kernel], initialSpectralNorm: initialSpectralNorm(outputs, columns, deviation) },
        values.flag('bias') ? { name: 'bias', shape: [outputs] } : undefined,
      ]);
    },
  };
}

/** Convolutions and transposed convolutions in one, two and three dimensions. */
export const CONVOLUTION_RULES: Readonly<Record<string, LayerRule>> = Object.fromEntries(
  ([1, 2, 3] as const).flatMap(dimensions => [
    [`Conv${dimensions}d`, convolution(dimensions, false)],
    [`ConvTranspose${dimensions}d`, convolution(dimensions, true)],
  ]),
);
