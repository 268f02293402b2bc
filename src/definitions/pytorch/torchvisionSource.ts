import type { StandIn } from '../python/modules';

/** What torchvision's building blocks construct, in as many words as their tensors need. */
const BLOCKS = `
import torch
from torch import nn

class ConvNormActivation(nn.Sequential):
    def __init__(self, in_channels, out_channels, kernel_size=3, stride=1, padding=None, groups=1, norm_layer=nn.BatchNorm2d,
                 activation_layer=nn.ReLU, dilation=1, inplace=True, bias=None, conv_layer=nn.Conv2d):
        if padding is None:
            padding = 0
        if bias is None:
            bias = norm_layer is None
        layers = [conv_layer(in_channels, out_channels, kernel_size, stride=stride, dilation=dilation, groups=groups, bias=bias)]
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer())
        super().__init__(*layers)
        self.out_channels = out_channels

class Conv2dNormActivation(ConvNormActivation):
    def __init__(self, in_channels, out_channels, kernel_size=3, stride=1, padding=None, groups=1, norm_layer=nn.BatchNorm2d,
                 activation_layer=nn.ReLU, dilation=1, inplace=True, bias=None):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation, inplace,
                         bias, nn.Conv2d)

class Conv3dNormActivation(ConvNormActivation):
    def __init__(self, in_channels, out_channels, kernel_size=3, stride=1, padding=None, groups=1, norm_layer=nn.BatchNorm3d,
                 activation_layer=nn.ReLU, dilation=1, inplace=True, bias=None):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation, inplace,
                         bias, nn.Conv3d)

class SqueezeExcitation(nn.Module):
    def __init__(self, input_channels, squeeze_channels, activation=nn.ReLU, scale_activation=nn.Sigmoid):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

class MLP(nn.Sequential):
    def __init__(self, in_channels, hidden_channels, norm_layer=None, activation_layer=nn.ReLU, inplace=None, bias=True, dropout=0.0):
        layers = []
        width = in_channels
        for hidden in hidden_channels[:-1]:
            layers.append(nn.Linear(width, hidden, bias=bias))
            if norm_layer is not None:
                layers.append(norm_layer(hidden))
            layers.append(activation_layer())
            layers.append(nn.Dropout(dropout))
            width = hidden
        layers.append(nn.Linear(width, hidden_channels[-1], bias=bias))
        layers.append(nn.Dropout(dropout))
        super().__init__(*layers)

class FrozenBatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5):
        super().__init__()
        for name in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer(name, torch.zeros(num_features))

class Permute(nn.Module):
    def __init__(self, dims):
        super().__init__()
        self.dims = dims

class StochasticDepth(nn.Module):
    def __init__(self, p, mode):
        super().__init__()
        self.p = p
        self.mode = mode
`;

/** What the models of torchvision use beside layers. */
const HELPERS = `
def _log_api_usage_once(subject):
    pass

def _make_divisible(value, divisor, least=None):
    if least is None:
        least = divisor
    rounded = max(least, int(value + divisor / 2) // divisor * divisor)
    if rounded < 0.9 * value:
        rounded += divisor
    return rounded

def _ovewrite_named_param(kwargs, name, value):
    kwargs.setdefault(name, value)

def _ovewrite_value_param(name, actual, expected):
    return expected

class Weights:
    def __init__(self, url=None, transforms=None, meta=None):
        self.meta = meta

class WeightsEnum:
    @classmethod
    def verify(cls, given):
        return given
`;

/** The modules that torchvision's model files import relative to themselves, and what stands in for each. */
const STAND_INS: Readonly<Record<string, string>> = {
  '..ops.misc': BLOCKS,
  '..ops.stochastic_depth': BLOCKS,
  '..ops': BLOCKS,
  'torchvision.ops': BLOCKS,
  'torchvision.ops.misc': BLOCKS,
  'torchvision.ops.stochastic_depth': BLOCKS,
  '..utils': HELPERS,
  '._utils': HELPERS,
  '._api': HELPERS,
};

/**
 * Stands in for the parts of torchvision that a model file imports where its package cannot be reached: a copy of such a file, which
 * gives itself away by noting its use down, or any file that imports `torchvision.ops`.
 */
export const torchvisionSource =
  (text: () => string): StandIn =>
  module => {
    const source = STAND_INS[module];
    if (source === undefined || (module.startsWith('.') && !text().includes('_log_api_usage_once'))) return undefined;
    return { path: `<torchvision>/${source === BLOCKS ? 'blocks' : 'helpers'}.py`, text: source };
  };
