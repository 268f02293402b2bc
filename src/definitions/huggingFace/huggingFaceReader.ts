import { findNodeAtLocation, getNodeValue, parseTree, type Node, type ParseError } from 'jsonc-parser';
import { known, unknown, type Architecture, type Layer, type SourceRange } from '../../architecture/architecture';
import { parameterCount } from '../../architecture/counts';
import { composed } from './compose';
import { Configuration, ConfigurationProblem } from '../../architecture/huggingFace/configuration';
import { modelFamily, modelTypeOf } from '../../architecture/huggingFace/models';
import { DEEPEST_JSON, jsonDepth } from '../../common/jsonDepth';
import type { Part } from '../../architecture/huggingFace/parts';
import { withoutLayers } from '../withoutLayers';

/** What a configuration may ask for that changes tensors in ways that are not followed. */
const NOT_FOLLOWED: readonly (readonly [key: string, why: string])[] = [
  ['pruned_heads', 'pruned heads are not followed'],
  ['quantization_config', 'quantised weights are not followed'],
];

/** Whether a JSON text may be a model's configuration: a cheap test before it is parsed. */
export const mayConfigure = (text: string): boolean => /"(model_type|architectures)"/.test(text);

/** The models that a Hugging Face `config.json` stands for: one for each name in `architectures`. `broken` says that the text is no JSON. */
export function readConfiguration(text: string): { readonly found: Architecture[]; readonly broken: boolean } {
  if (jsonDepth(text) > DEEPEST_JSON) return { found: [], broken: false };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: false, disallowComments: true });
  if (root?.type !== 'object') return { found: [], broken: errors.length > 0 };
  const lines = new Lines(text);
  return { found: namesOf(root).map(({ name, node }) => readModel(root, name, node, lines)), broken: errors.length > 0 };
}

interface NamedModel {
  /** The class; absent when only the model type is written, which stands for its base class. */
  readonly name: string | undefined;
  readonly node: Node;
}

function namesOf(root: Node): NamedModel[] {
  const architectures = findNodeAtLocation(root, ['architectures']);
  const names = architectures?.type === 'array' ? (architectures.children ?? []) : [];
  const found = names.flatMap(node => (typeof node.value === 'string' ? [{ name: node.value, node }] : []));
  const type = findNodeAtLocation(root, ['model_type']);
  return found.length > 0 || typeof type?.value !== 'string' ? found : [{ name: undefined, node: type }];
}

function readModel(root: Node, name: string | undefined, node: Node, lines: Lines): Architecture {
  const range = lines.range(node);
  const values = getNodeValue(root) as Record<string, unknown>;
  const written = values['model_type'];
  const type = typeof written === 'string' ? written : modelTypeOf(name ?? '');
  const family = type === undefined ? undefined : modelFamily(type);
  const className = name ?? family?.base ?? String(type);
  const refused = (why: string, line = range.startLine) => withoutLayers('hugging face', className, range, unknown(why, line));
  if (!family)
    return refused(type === undefined ? `\`${className}\` is not a class that is known` : `the model type \`${type}\` is not known`);
  const rule = Object.hasOwn(family.classes, className) ? family.classes[className] : undefined;
  if (!rule) return refused(`\`${className}\` is not a class of the model type \`${type!}\` that is known`);
  try {
    const configuration = new Configuration(values);
    for (const [key, why] of NOT_FOLLOWED) configuration.without(key, why);
    const root = rule(configuration);
    const layers = layersOf(root, range);
    const architecture = { framework: 'hugging face', name: className, range, layers, parameterCount: parameterCount(layers) } as const;
    return composed(architecture, root);
  } catch (error) {
    if (!(error instanceof ConfigurationProblem)) throw error;
    const place = findNodeAtLocation(root, error.key.split('.'));
    return refused(error.message, place && lines.range(place).startLine);
  }
}

/** The layers of a model's root; its own tensors make a layer with an empty path. Buffers are not in a configuration. */
function layersOf(root: Part, range: SourceRange): Layer[] {
  const own = { ...layerOf(root, '', range), children: [] };
  const hasOwn = root.parameters.length + (root.frozen?.length ?? 0) > 0;
  const [first, ...rest] = [...(hasOwn ? [own] : []), ...innerLayers(root, '', range)];
  const buffers = unknown('the buffers of the model are not in its configuration', range.startLine);
  return first ? [{ ...first, buffers }, ...rest] : [];
}

const innerLayers = (part: Part, prefix: string, range: SourceRange): Layer[] =>
  [...part.children].map(([name, child]) => layerOf(child, prefix === '' ? name : `${prefix}.${name}`, range));

function layerOf(part: Part, path: string, range: SourceRange): Layer {
  const { type, kind, parameters, frozen } = part;
  const layer: Layer = { path, type, kind, arguments: {}, parameters: known(parameters), children: innerLayers(part, path, range), range };
  return frozen ? { ...layer, frozen } : layer;
}

/** Where offsets of a text lie. */
class Lines {
  private readonly starts: readonly number[];

  constructor(text: string) {
    this.starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  range({ offset, length }: Node): SourceRange {
    const [start, end] = [this.place(offset), this.place(offset + length)];
    return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
  }

  private place(offset: number): { readonly line: number; readonly column: number } {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - this.starts[low]! };
  }
}
