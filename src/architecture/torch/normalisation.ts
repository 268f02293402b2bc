import type { Parameter } from '../architecture';
import { layerContents, type LayerContents, type LayerRule } from './layerRule';
import { signature } from './signature';

/** Gain and bias of one shape, as far as they are switched on. */
function affine(type: string, shape: readonly number[], gain: boolean, bias: boolean): LayerContents {
  const tensor = (name: string, present: boolean): Parameter | undefined => (present ? { name, shape } : undefined);
  return layerContents(type, 'normalisation', [tensor('weight', gain), tensor('bias', gain && bias)]);
}

/** `torch.nn.LayerNorm` over the last axis of the given width. */
export const layerNormContents = (width: number, bias = true): LayerContents => affine('nn.LayerNorm', [width], true, bias);

/** Means and variances that batches leave behind, and how many batches there were. */
const runningStatistics = (channels: number): readonly Parameter[] => [
  { name: 'running_mean', shape: [channels] },
  { name: 'running_var', shape: [channels] },
  { name: 'num_batches_tracked', shape: [] },
];

function perChannel(name: string, affineByDefault: boolean): LayerRule {
  const yes = affineByDefault ? 'True' : 'False';
  return {
    kind: 'normalisation',
    signature: signature(`num_features, eps=1e-05, momentum=0.1, affine=${yes}, track_running_stats=${yes}`),
    contents(values) {
      const channels = values.integer('num_features');
      const contents = affine(`nn.${name}`, [channels], values.flag('affine'), true);
      return values.flag('track_running_stats') ? { ...contents, buffers: runningStatistics(channels) } : contents;
    },
  };
}

const layerNorm: LayerRule = {
  kind: 'normalisation',
  signature: signature('normalized_shape, eps=1e-05, elementwise_affine=True, bias=True'),
  contents: values => affine('nn.LayerNorm', values.shape('normalized_shape'), values.flag('elementwise_affine'), values.flag('bias')),
};

const rmsNorm: LayerRule = {
  kind: 'normalisation',
  signature: signature('normalized_shape, eps=None, elementwise_affine=True'),
  contents: values => affine('nn.RMSNorm', values.shape('normalized_shape'), values.flag('elementwise_affine'), false),
};

const groupNorm: LayerRule = {
  kind: 'normalisation',
  signature: signature('num_groups, num_channels, eps=1e-05, affine=True'),
  contents(values) {
    const [groups, channels] = [values.integer('num_groups'), values.integer('num_channels')];
    if (groups === 0 || channels % groups !== 0) values.undecided(`${channels} channels do not divide into ${groups} groups`);
    return affine('nn.GroupNorm', [channels], values.flag('affine'), true);
  },
};

const BATCH = ['BatchNorm1d', 'BatchNorm2d', 'BatchNorm3d'];
const INSTANCE = ['InstanceNorm1d', 'InstanceNorm2d', 'InstanceNorm3d'];

/** Normalisations; running statistics are buffers, not parameters. */
export const NORMALISATION_RULES: Readonly<Record<string, LayerRule>> = {
  ...Object.fromEntries(BATCH.map(name => [name, perChannel(name, true)])),
  ...Object.fromEntries(INSTANCE.map(name => [name, perChannel(name, false)])),
  SyncBatchNorm: {
    ...perChannel('SyncBatchNorm', true),
    signature: signature('num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, process_group=None'),
  },
  LayerNorm: layerNorm,
  RMSNorm: rmsNorm,
  GroupNorm: groupNorm,
};
