import type { Architecture, Layer } from '../architecture/architecture';
import { formatCount } from '../common/format';
import { totalParameters } from './hintText';
import { allLayers, firstUnknown, type LensText } from './lensText';

/** `76,305 parameters · 42 layers`: the size of a definition, exact or not given at all. */
export function sizeText(architecture: Architecture): LensText {
  const layers = leaves(architecture.layers).length;
  const count = architecture.parameterCount;
  const title = `${count.known ? `${formatCount(count.value)} parameters` : '? parameters'} · ${layers} ${layers === 1 ? 'layer' : 'layers'}`;
  const reason = firstUnknown(architecture);
  const exact = count.known
    ? `${architecture.name} has ${count.value.toLocaleString('en-US')} learnable parameters, read from the source.`
    : '';
  const why = !count.known && reason ? `${architecture.name}: ${reason.why} (line ${reason.line + 1}).` : '';
  return { title, tooltip: exact || why };
}

/** More rows than a hover can show without scrolling for long. */
const MOST_ROWS = 40;

/** The layers of a definition as a Markdown table: two levels deep, with exact parameter counts and shares of the whole. */
export function definitionMarkdown(architecture: Architecture): string {
  const { name, parameterCount, layers } = architecture;
  const total = parameterCount.known ? parameterCount.value : undefined;
  const shown = layers.flatMap(layer => [layer, ...layer.children]);
  const rows = shown.slice(0, MOST_ROWS).map(layer => row(layer, total));
  return [
    `**${cell(name)}** · ${sizeText(architecture).title}`,
    ['| layer | type | parameters | share |', '| --- | --- | ---: | ---: |', ...rows].join('\n'),
    ...(shown.length > MOST_ROWS ? [`… and ${shown.length - MOST_ROWS} more.`] : []),
    ...(parameterCount.known ? [] : [`Not known: ${cell(parameterCount.why)} (line ${parameterCount.line + 1}).`]),
  ].join('\n\n');
}

function row(layer: Layer, total: number | undefined): string {
  const count = totalParameters(layer);
  const share = count !== undefined && total ? `${((100 * count) / total).toFixed(1)} %` : '';
  return `| ${cell(layer.path)} | \`${layer.type.replaceAll('`', 'ˋ')}\` | ${count === undefined ? '?' : formatCount(count)} | ${share} |`;
}

const leaves = (layers: readonly Layer[]): readonly Layer[] => allLayers(layers).filter(layer => layer.children.length === 0);
const cell = (text: string): string => text.replace(/[\\`*_{}[\]<>()#+!|]/g, '\\$&');
