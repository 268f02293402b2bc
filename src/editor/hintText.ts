import type { Layer, Parameter, SourceRange } from '../architecture/architecture';
import { formatCount } from '../common/format';
import { t } from '../common/translation';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { MeasuredNorms } from './attachedCheckpoints';
import { sampleShapeText } from './shapeText';

/** What stands behind the line that constructs one layer. */
export interface LayerHint {
  /** Zero-based position: behind the construction. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly layer: Layer;
}

/** Shares of the whole log capacity by layer path, in [0, 1]. */
export type CapacityShares = ReadonlyMap<string, number>;

/** Shares of the log capacity by layer path, those of measured weights where there are any; empty when the bound is not known. */
export function capacityShares(
  { bound, boundLayers }: Pick<AnalysedDefinition, 'bound' | 'boundLayers'>,
  norms?: MeasuredNorms,
): CapacityShares {
  const shares = new Map<string, number>();
  boundLayers.forEach(({ path, tensor }, index) => {
    const measured = norms && measuredNorm(norms, path, tensor)?.share;
    shares.set(path, (shares.get(path) ?? 0) + (measured ?? bound?.layers[index]?.share ?? 0));
  });
  return shares;
}

/**
 * One hint for every place in the source that constructs layers with parameters. A layer whose children are written inside it on lines of their own
 * leaves the hints to them; children written elsewhere (another class, a comprehension on one line) are summed into their parent's hint.
 */
export function layerHints(layers: readonly Layer[], shares: CapacityShares, norms: MeasuredNorms = {}): readonly LayerHint[] {
  return layers.flatMap(layer => {
    const shown = layer.children.filter(child => hasOwnLine(child.range, layer.range));
    if (shown.length > 0) return layerHints(shown, shares, norms);
    const text = hintText(layer, shares, norms);
    return text === undefined ? [] : [{ line: layer.range.endLine, column: layer.range.endColumn, text, layer }];
  });
}

/**
 * ` → 16×3072 · 2.36 M · σ≈1.9 · 11 % of capacity`: the shape that it makes of a sample where that is known, parameters, norm, share. A layer without
 * parameters has a hint only where it changes the shape, else none: undefined. An unknown count is a question mark, never a guess. What would be cut off is left
 * out.
 */
export function hintText(layer: Layer, shares: CapacityShares, norms: MeasuredNorms = {}): string | undefined {
  const total = totalParameters(layer);
  const shape = sampleShapeText(layer.outputShape);
  if (total === 0 && (shape === undefined || shape === sampleShapeText(layer.inputShape))) return undefined;
  const share = totalShare(layer, shares);
  const first = [shape && `→ ${shape}`, total === undefined ? '?' : total > 0 ? formatCount(total) : undefined];
  const [norm, percent] = [measuredText(layer, norms) ?? normText(matrices(layer)), share > 0 ? shareText(share) : undefined];
  const texts = [[norm, percent && t('{0} of capacity', percent)], [norm, percent], [percent], []].map(rest => joined([...first, ...rest]));
  const room = Math.min(LONGEST, LINE - layer.range.endColumn);
  return texts.find(text => text.length <= room) ?? texts.at(-1);
}

/** VS Code cuts a longer hint off, unless a setting says otherwise (`editor.inlayHints.maximumLength`); the hover says everything. */
const LONGEST = 43;

/** Columns of code that fit beside a side bar in a window of 1,400 pixels: behind a long line only a short hint is in view. */
const LINE = 120;

const joined = (parts: readonly (string | undefined)[]): string => ` ${parts.filter(part => part !== undefined).join(' · ')}`;

/** Number of learnable scalars of a layer and everything in it; undefined when one of them is not known. */
export function totalParameters(layer: Layer): number | undefined {
  if (!layer.parameters.known) return undefined;
  let total = layer.parameters.value.reduce((sum, parameter) => sum + size(parameter), 0);
  for (const child of layer.children) {
    const inner = totalParameters(child);
    if (inner === undefined) return undefined;
    total += inner;
  }
  return total;
}

/** Share of the whole capacity that a layer and everything in it holds. */
export const totalShare = (layer: Layer, shares: CapacityShares): number =>
  layer.children.reduce((sum, child) => sum + totalShare(child, shares), shares.get(layer.path) ?? 0);

/** Every parameter of a layer and everything in it that is a matrix with an expected norm. */
export function matrices(layer: Layer): readonly Parameter[] {
  const own = layer.parameters.known ? layer.parameters.value.filter(parameter => parameter.initialSpectralNorm !== undefined) : [];
  return [...own, ...layer.children.flatMap(matrices)];
}

/** `σ≈1.9`, or `σ≈1.4–1.9` over several matrices: what initialisation is expected to give. Undefined without a matrix. */
function normText(parameters: readonly Parameter[]): string | undefined {
  if (parameters.length === 0) return undefined;
  const norms = parameters.map(parameter => parameter.initialSpectralNorm!);
  const [low, high] = [Math.min(...norms), Math.max(...norms)].map(norm => norm.toPrecision(2)) as [string, string];
  return `σ≈${low === high ? low : `${low}–${high}`}`;
}

/** `σ 4.08–4.09`: the least and largest value that the norms of a layer's matrices can have; undefined unless all were measured. */
function measuredText(layer: Layer, norms: MeasuredNorms): string | undefined {
  const brackets = bracketsOf(layer, norms);
  if (brackets.length === 0 || brackets.includes(undefined)) return undefined;
  const found = brackets.flatMap(bracket => bracket ?? []);
  const low = Math.min(...found.map(({ lower }) => lower)).toPrecision(3);
  const high = Math.max(...found.map(({ upper }) => upper)).toPrecision(3);
  return `σ ${low === high ? low : `${low}–${high}`}`;
}

/** What was measured of each matrix of a layer and everything in it. */
function bracketsOf(layer: Layer, norms: MeasuredNorms): readonly (MeasuredNorms[string] | undefined)[] {
  const own = (layer.parameters.known ? layer.parameters.value : []).filter(parameter => parameter.initialSpectralNorm !== undefined);
  return [...own.map(({ name }) => measuredNorm(norms, layer.path, name)), ...layer.children.flatMap(child => bracketsOf(child, norms))];
}

/** What was measured of one tensor; a checkpoint may put a prefix before every name. */
export function measuredNorm(norms: MeasuredNorms, path: string, tensor: string): MeasuredNorms[string] | undefined {
  const name = [path, tensor].filter(part => part !== '').join('.');
  if (Object.hasOwn(norms, name)) return norms[name];
  const found = Object.keys(norms).filter(other => other.endsWith(`.${name}`));
  return found.length === 1 ? norms[found[0]!] : undefined;
}

const shareText = (share: number): string => `${share < 0.005 ? '<1' : Math.round(100 * share)} %`;

const size = (parameter: Parameter): number => parameter.shape.reduce((product, length) => product * length, 1);

/** Whether a child is written within its parent, on another line than the parent begins. */
const hasOwnLine = (child: SourceRange, parent: SourceRange): boolean =>
  child.startLine > parent.startLine && child.startLine <= parent.endLine && child.endLine <= parent.endLine;
