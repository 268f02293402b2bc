import type { LayerKind, Parameter } from '../architecture';
import type { LayerArguments } from './layerArguments';
import type { FormalArgument } from './signature';

/** What constructing a layer makes: its own tensors and the layers inside it, by attribute name. */
export interface LayerContents {
  readonly type: string;
  readonly kind: LayerKind;
  readonly parameters: readonly Parameter[];
  /** Tensors of its state that are no parameters; absent when there are none. */
  readonly buffers?: readonly Parameter[];
  readonly children: ReadonlyMap<string, LayerContents>;
}

/** How one class of `torch.nn` is constructed. */
export interface LayerRule {
  readonly kind: LayerKind;
  /** Absent when no argument decides anything: such a layer accepts all of them and has no parameters. */
  readonly signature?: readonly FormalArgument[];
  /** Throws `Undecided` when an argument that decides a shape is not known or makes no sense. */
  contents(values: LayerArguments): LayerContents;
}

const NONE: ReadonlyMap<string, LayerContents> = new Map();

/** The contents of a layer without inner layers; absent tensors (a bias that is switched off) are left out. */
export function layerContents(
  type: string,
  kind: LayerKind,
  parameters: readonly (Parameter | undefined)[] = [],
  children: ReadonlyMap<string, LayerContents> = NONE,
): LayerContents {
  return { type, kind, parameters: parameters.filter(parameter => parameter !== undefined), children };
}
