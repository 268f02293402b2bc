import type { Layer, SourceRange } from '../../architecture/architecture';
import { allLayers, innermostLayers } from '../../architecture/counts';
import type { AnalysedDefinition } from '../../definitions/analysisProtocol';
import { wantsArguments } from '../argumentsText';
import { layerHints, totalShare, type CapacityShares } from '../hintText';
import { firstUnknown } from '../lensText';
import { t } from '../../common/translation';

/** The kinds of problems; docs/editor.md has a section for each. */
export type ProblemCode = 'dominant-layer' | 'nonlinear-decoder' | 'free-feature-scale' | 'unknown-argument';

/** Something about a definition that makes its bound worse or less certain than it need be. */
export interface DefinitionProblem {
  readonly code: ProblemCode;
  /** `information` is listed in the Problems view; a `hint` only stands in the text. */
  readonly severity: 'information' | 'hint';
  readonly message: string;
  /** In the text that was analysed. */
  readonly range: SourceRange;
  /** The definition, and the layer that it is about. */
  readonly definition: AnalysedDefinition;
  readonly layer?: Layer;
}

/** A layer that holds more than this share of the capacity, among at least `FEWEST_LAYERS` that hold some, decides the bound. */
const DOMINANT = 0.5;
const FEWEST_LAYERS = 3;

/** What is to be said about one definition. `isRegularised`: whether its features' complexity is penalised, in its file or a study. */
export function definitionProblems(
  definition: AnalysedDefinition,
  shares: CapacityShares,
  isRegularised: boolean,
): readonly DefinitionProblem[] {
  return [
    ...dominantLayer(definition, shares),
    ...nonlinearDecoder(definition),
    ...(isRegularised ? freeFeatureScale(definition) : []),
    ...unknownArgument(definition),
  ];
}

function dominantLayer(definition: AnalysedDefinition, shares: CapacityShares): readonly DefinitionProblem[] {
  const { architecture, bound } = definition;
  if (!bound) return [];
  const held = layerHints(architecture.layers, shares).map(({ layer }) => ({ layer, share: totalShare(layer, shares) }));
  const found = held.find(({ layer, share }) => share > DOMINANT && layer.children.length === 0);
  if (!found || held.filter(({ share }) => share > 0).length < FEWEST_LAYERS) return [];
  const { layer, share } = found;
  const message = t(
    '{0} holds {1} % of the log capacity of {2}: the bound follows this layer. A smaller layer, or a capped spectral norm, lowers it.',
    layer.path,
    Math.round(100 * share),
    architecture.name,
  );
  return [{ code: 'dominant-layer', severity: 'information', message, range: layer.range, definition, layer }];
}

/** Layers that make of features what no linear map can. */
const NONLINEAR = new Set<Layer['kind']>(['activation', 'attention', 'transformer block', 'normalisation']);

function nonlinearDecoder(definition: AnalysedDefinition): readonly DefinitionProblem[] {
  const { layers, name } = definition.architecture;
  const decoder = layers.filter(({ path }) => /^decoder/i.test(path));
  const first = decoder[0];
  const isNonlinear = [...allLayers(decoder)].some(({ kind }) => NONLINEAR.has(kind));
  if (!first || !isNonlinear) return [];
  const message = t(
    'The decoder of {0} is not linear: how far its pre-training loss transfers can be estimated over the checkpoints of a run, not certified. A linear decoder has a certified constant (D2).',
    name,
  );
  return [{ code: 'nonlinear-decoder', severity: 'hint', message, range: first.range, definition, layer: first }];
}

function freeFeatureScale(definition: AnalysedDefinition): readonly DefinitionProblem[] {
  const leaves = innermostLayers(definition.architecture.layers);
  const weighted = leaves.filter(({ kind, parameters }) => kind === 'normalisation' || !parameters.known || parameters.value.length > 0);
  const last = weighted.filter(({ path }) => !/^decoder/i.test(path)).at(-1);
  if (!last || last.kind === 'normalisation') return [];
  const message = t(
    'The features of {0} have no fixed scale: RadReg can be lowered by shrinking them, which helps no bound. End the encoder in a LayerNorm, or penalise normalised features.',
    definition.architecture.name,
  );
  return [{ code: 'free-feature-scale', severity: 'hint', message, range: last.range, definition, layer: last }];
}

function unknownArgument(definition: AnalysedDefinition): readonly DefinitionProblem[] {
  const { architecture } = definition;
  const reason = wantsArguments(architecture) ? firstUnknown(architecture) : undefined;
  if (!reason) return [];
  const range = { startLine: reason.line, startColumn: 0, endLine: reason.line, endColumn: Number.MAX_SAFE_INTEGER };
  const message = t('{0} cannot be constructed: {1}. Its size and its bound are not known.', architecture.name, reason.why);
  return [{ code: 'unknown-argument', severity: 'information', message, range, definition }];
}
