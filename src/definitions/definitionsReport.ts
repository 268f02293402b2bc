import type { Architecture, GivenArgument, Layer, Parameter, PlainValue, Unknown } from '../architecture/architecture';
import type { Instantiation } from '../architecture/instantiation';
import { instantiationIn } from '../architecture/obstacles';
import { allLayers, parameterSize, tensorCounts } from '../architecture/counts';

/** One definition as `boundlens definitions --json` prints it; lines count from 1, as an editor shows them. */
export interface DefinitionReport {
  readonly file: string;
  readonly name: string;
  readonly framework: string;
  readonly line: number;
  /** The arguments that it was constructed with; null where one is `None` or not known. */
  readonly arguments: Readonly<Record<string, PlainValue>>;
  /** Where each argument comes from: `directive`, `study`, `caller`, `call` or `default`. */
  readonly argumentSources: Readonly<Record<string, string>>;
  /** Scalars of all parameters, trained or not; null when a contribution is not known. */
  readonly parameters: number | null;
  readonly trainable: number | null;
  /** Scalars of state that are no parameters, as running means. */
  readonly buffers: number | null;
  /** Everything that is not known, with its reason; empty when all counts are given. */
  readonly unknown: readonly UnknownReport[];
  readonly layers: readonly LayerReport[];
  /** How the layers are composed; null where that was not read. */
  readonly composition: unknown;
  /** Whether it can be trained as it is, `encoder.kind` "definition": what stands in the way, and what is nearest to it. */
  readonly instantiable: Instantiation;
}

/** Something that is not known: a layer by its path or an argument by its name, and why. */
export interface UnknownReport {
  readonly what: string;
  readonly why: string;
  readonly line: number;
}

export interface LayerReport {
  /** As PyTorch's `named_modules`; empty for the definition itself. */
  readonly path: string;
  readonly type: string;
  readonly kind: string;
  readonly line: number;
  /** Scalars of its own tensors, those of inner layers excluded; null when they are not known. */
  readonly parameters: number | null;
  /** Shapes of its own tensors by name; empty when they are not known. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  /** Shapes as the framework has them, the batch as a letter; null where they were not read. */
  readonly inputShape: unknown;
  readonly outputShape: unknown;
}

/** The one JSON document of `boundlens definitions FILE… --json`. */
export interface DefinitionsReport {
  readonly definitions: readonly DefinitionReport[];
  /** Files that were not looked at, with the reason; absent when there are none. */
  readonly skipped?: readonly { readonly file: string; readonly why: string }[];
}

/** What was read from one file. */
export interface ReadFile {
  readonly file: string;
  readonly architectures: readonly Architecture[];
  readonly skipped?: string;
}

/** The report of `boundlens definitions` over files that were read. */
export function definitionsReport(files: readonly ReadFile[]): DefinitionsReport {
  const skipped = files.flatMap(({ file, skipped: why }) => (why === undefined ? [] : [{ file, why }]));
  return {
    definitions: files.flatMap(({ file, architectures }) => architectures.map(architecture => definitionReport(file, architecture))),
    ...(skipped.length > 0 && { skipped }),
  };
}

/** The steps of the forward pass with lines from 1; why they are not known, or null where no reader looks. */
function reportedComposition({ composition }: Architecture): unknown {
  if (!composition) return null;
  if (!composition.known) return { unknown: { why: composition.why, line: composition.line + 1 } };
  const { nodes, ...rest } = composition.value;
  return { ...rest, nodes: nodes.map(node => ({ ...node, line: node.line + 1 })) };
}

/** What 3D shapes and composition add to an architecture and its layers, where a framework's reader says it. */
interface Composed {
  readonly composition?: unknown;
  readonly inputShape?: unknown;
  readonly outputShape?: unknown;
}

function definitionReport(file: string, architecture: Architecture): DefinitionReport {
  const { name, framework, range, arguments: given = [] } = architecture;
  const counts = tensorCounts(architecture);
  return {
    file,
    name,
    framework,
    line: range.startLine + 1,
    arguments: Object.fromEntries(given.map(argument => [argument.name, argument.value.known ? argument.value.value : null])),
    argumentSources: Object.fromEntries(given.map(argument => [argument.name, argument.source])),
    parameters: counts.parameters ?? null,
    trainable: counts.trainable ?? null,
    buffers: counts.buffers ?? null,
    unknown: unknownOf(architecture, given),
    layers: layerReports(architecture),
    composition: reportedComposition(architecture),
    instantiable: instantiationIn(architecture),
  };
}

/** Every layer, argument and count that is not known, each place once. */
function unknownOf({ name, layers, parameterCount }: Architecture, given: readonly GivenArgument[]): UnknownReport[] {
  const all: UnknownReport[] = [];
  const add = (what: string, { why, line }: Unknown) => {
    if (!all.some(other => other.what === what || (other.why === why && other.line === line + 1))) all.push({ what, why, line: line + 1 });
  };
  for (const { path, parameters, buffers } of allLayers(layers)) {
    if (!parameters.known) add(path || name, parameters);
    if (buffers?.known === false) add(path || name, buffers);
  }
  if (!parameterCount.known) add(name, parameterCount);
  if (all.length > 0) for (const { name: argument, value } of given) if (!value.known) add(argument, value);
  return all;
}

/** The layers by PyTorch's `named_modules`: a bare tensor belongs to the layer that holds it. */
function layerReports({ name, framework, range, layers }: Architecture): LayerReport[] {
  const reports: LayerReport[] = [];
  const visit = (inner: readonly Layer[], owner: LayerReport | undefined) => {
    for (const layer of inner) {
      if (layer.kind === 'parameter' && owner && layer.children.length === 0) addTensor(owner, layer);
      else if (layer.path === '' && owner) addTensors(owner, tensorsOf(layer));
      else {
        const report = layerReport(layer);
        reports.push(report);
        visit(layer.children, report);
      }
    }
  };
  if (framework === 'pytorch') {
    const root = emptyReport({ path: '', type: name, kind: 'container', range });
    reports.push(root);
    visit(layers, root);
  } else visit(layers, undefined);
  return reports;
}

type Written<T> = { -readonly [K in keyof T]: T[K] };

const emptyReport = ({ path, type, kind, range }: Pick<Layer, 'path' | 'type' | 'kind' | 'range'>): LayerReport => ({
  path,
  type,
  kind,
  line: range.startLine + 1,
  parameters: 0,
  tensors: {},
  inputShape: null,
  outputShape: null,
});

function layerReport(layer: Layer): LayerReport {
  const { inputShape = null, outputShape = null } = layer as Composed;
  const report: LayerReport = { ...emptyReport(layer), inputShape, outputShape };
  if (layer.parameters.known) addTensors(report, tensorsOf(layer));
  else (report as Written<LayerReport>).parameters = null;
  return report;
}

/** A layer's own tensors, those that are not trained among them. */
const tensorsOf = ({ parameters, frozen = [] }: Layer): readonly Parameter[] => [...(parameters.known ? parameters.value : []), ...frozen];

function addTensors(report: LayerReport, tensors: readonly Parameter[]): void {
  const written: Written<LayerReport> = report;
  written.tensors = { ...report.tensors, ...Object.fromEntries(tensors.map(({ name, shape }) => [name, shape])) };
  if (written.parameters !== null) written.parameters += tensors.reduce((sum, tensor) => sum + parameterSize(tensor), 0);
}

/** A bare tensor goes by the last part of its path. */
function addTensor(owner: LayerReport, layer: Layer): void {
  const name = layer.path.slice(owner.path === '' ? 0 : owner.path.length + 1);
  if (layer.parameters.known)
    addTensors(
      owner,
      tensorsOf(layer).map(tensor => ({ ...tensor, name: [name, tensor.name].filter(part => part !== '').join('.') })),
    );
  else (owner as Written<LayerReport>).parameters = null;
}
