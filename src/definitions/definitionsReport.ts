import type { Architecture, Known, Layer } from '../architecture/architecture';
import { allLayers, ownParameterCount } from '../architecture/counts';

/** One definition as `boundlens definitions --json` prints it; lines count from 1, as an editor shows them. */
export interface DefinitionReport {
  readonly name: string;
  readonly framework: string;
  readonly line: number;
  readonly parameters: ReportedCount;
  readonly layers: readonly LayerReport[];
}

/** A number of learnable scalars, or why and where it could not be read. */
export type ReportedCount =
  { readonly known: true; readonly value: number } | { readonly known: false; readonly why: string; readonly line: number };

export interface LayerReport {
  /** As PyTorch's `named_modules`; of a bare tensor, as `named_parameters`. */
  readonly path: string;
  readonly type: string;
  readonly kind: string;
  readonly line: number;
  /** Own tensors, children excluded. */
  readonly parameters: ReportedCount;
  /** Shapes of its own tensors by name; empty when they are not known. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}

/** The one JSON document of `boundlens definitions FILE… --json`. */
export interface DefinitionsReport {
  readonly files: readonly { readonly file: string; readonly definitions: readonly DefinitionReport[]; readonly skipped?: string }[];
}

/** What was read from one file. */
export interface ReadFile {
  readonly file: string;
  readonly architectures: readonly Architecture[];
  readonly skipped?: string;
}

/** The report of `boundlens definitions` over files that were read. */
export function definitionsReport(files: readonly ReadFile[]): DefinitionsReport {
  return {
    files: files.map(({ file, architectures, skipped }) => ({
      file,
      definitions: architectures.map(definitionReport),
      ...(skipped === undefined ? {} : { skipped }),
    })),
  };
}

function definitionReport(architecture: Architecture): DefinitionReport {
  return {
    name: architecture.name,
    framework: architecture.framework,
    line: architecture.range.startLine + 1,
    parameters: reported(architecture.parameterCount),
    layers: [...allLayers(architecture.layers)].map(layerReport),
  };
}

function layerReport(layer: Layer): LayerReport {
  const tensors = layer.parameters.known ? layer.parameters.value.map(({ name, shape }) => [name, shape] as const) : [];
  return {
    path: layer.path,
    type: layer.type,
    kind: layer.kind,
    line: layer.range.startLine + 1,
    parameters: reported(ownParameterCount(layer)),
    tensors: Object.fromEntries(tensors),
  };
}

const reported = (count: Known<number>): ReportedCount => (count.known ? count : { ...count, line: count.line + 1 });
