import { ATTENTION_RULES } from './attention';
import { CONVOLUTION_RULES } from './convolution';
import { layerContents, type LayerRule } from './layerRule';
import { LINEAR_RULES } from './linear';
import { NORMALISATION_RULES } from './normalisation';
import { PARAMETERLESS_RULES } from './parameterless';
import { RECURRENT_RULES } from './recurrent';
import { signature } from './signature';

/** The one learnable activation: a slope for all channels, or one each. */
const prelu: LayerRule = {
  kind: 'activation',
  signature: signature('num_parameters=1, init=0.25'),
  contents: values => layerContents('nn.PReLU', 'activation', [{ name: 'weight', shape: [values.integer('num_parameters')] }]),
};

const RULES: ReadonlyMap<string, LayerRule> = new Map(
  Object.entries({
    ...LINEAR_RULES,
    ...CONVOLUTION_RULES,
    ...NORMALISATION_RULES,
    ...ATTENTION_RULES,
    ...RECURRENT_RULES,
    ...PARAMETERLESS_RULES,
    PReLU: prelu,
  }),
);

/** The rule of a class of `torch.nn`, by its bare name as `Linear`; undefined for a class that has none. Containers are not among them. */
export const torchLayerRule = (name: string): LayerRule | undefined => RULES.get(name);
