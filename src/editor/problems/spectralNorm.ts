import type { Framework, Layer } from '../../architecture/architecture';
import { insertion, type TextChange } from './textChange';

/** Layers whose one weight a spectral normalisation caps. */
const WEIGHTED: Readonly<Partial<Record<Framework, RegExp>>> = {
  pytorch: /^([\w.]*\.)?(Linear|Conv[123]d|ConvTranspose[123]d|Bilinear)$/,
  keras: /^([\w.]*\.)?(Dense|Conv[123]D|Conv[123]DTranspose|EinsumDense|Embedding)$/,
};

/**
 * Wraps the call that constructs a layer in the spectral normalisation of its framework: the norm of its weight becomes 1 and stays so in training.
 * Undefined where the framework has none, or the call does not stand in the source as it is.
 * @param lines the text that was analysed
 */
export function spectralNormFix(layer: Layer, framework: Framework, lines: readonly string[]): readonly TextChange[] | undefined {
  const { startLine, startColumn, endLine, endColumn } = layer.range;
  if (!WEIGHTED[framework]?.test(layer.type) || !lines[startLine]?.startsWith(`${layer.type}(`, startColumn)) return undefined;
  const wrapper = framework === 'pytorch' ? torchWrapper(lines) : kerasWrapper(layer.type);
  const imported = wrapper.module === undefined || importsIt(lines, wrapper.module) ? [] : [importOf(lines, wrapper.module)];
  return [...imported, insertion(startLine, startColumn, `${wrapper.name}(`), insertion(endLine, endColumn, ')')];
}

interface Wrapper {
  readonly name: string;
  /** `from … import` of it, where nothing that the file imports leads to it. */
  readonly module?: string;
}

/** As the file already writes torch: `nn.utils…`, `torch.nn.utils…`, else imported. */
function torchWrapper(lines: readonly string[]): Wrapper {
  const text = lines.join('\n');
  if (/^(from torch import (.*, *)?nn\b|import torch\.nn as nn\b)/m.test(text)) return { name: 'nn.utils.parametrizations.spectral_norm' };
  if (/^import torch\b(?! as)/m.test(text)) return { name: 'torch.nn.utils.parametrizations.spectral_norm' };
  return { name: 'spectral_norm', module: 'torch.nn.utils.parametrizations' };
}

/** Beside the layer: `layers.Dense` → `layers.SpectralNormalization`. */
function kerasWrapper(type: string): Wrapper {
  const prefix = /^(.*\.)?\w+$/.exec(type)![1];
  return prefix === undefined ? { name: 'SpectralNormalization', module: 'keras.layers' } : { name: `${prefix}SpectralNormalization` };
}

const importLine = (module: string) => `from ${module} import ${module === 'keras.layers' ? 'SpectralNormalization' : 'spectral_norm'}`;
const importsIt = (lines: readonly string[], module: string): boolean => lines.includes(importLine(module));

/** After the last import of the file's head. */
function importOf(lines: readonly string[], module: string): TextChange {
  const last = lines.reduce((found, line, index) => (/^(import|from) \w/.test(line) && !line.endsWith('(') ? index : found), -1);
  return insertion(last + 1, 0, `${importLine(module)}\n`);
}
