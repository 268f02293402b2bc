import type { Architecture, ArgumentSource, Layer } from '../architecture/architecture';
import { innermostLayers } from '../architecture/counts';
import { formatCount } from '../common/format';
import { t, toTranslate, translated } from '../common/translation';
import { totalParameters } from './hintText';
import { firstUnknown, type LensText } from './lensText';
import { passageText } from './shapeText';

/** `76,305 parameters`: the size of a definition, exact or not given at all; `stale` when the text at the moment does not say it. */
export function sizeText(architecture: Architecture, stale = false): LensText {
  const { name, parameterCount: count } = architecture;
  const title = parametersText(architecture) + (stale ? ` · ${t('before this edit')}` : '');
  const reason = firstUnknown(architecture);
  const exact = count.known
    ? t(
        '{0} has {1} learnable parameters in {2}, read from the source.',
        name,
        count.value.toLocaleString('en-US'),
        layersText(architecture),
      )
    : '';
  const why = !count.known && reason ? t('{0}: {1} (line {2}).', name, reason.why, reason.line + 1) : '';
  const kept = stale ? ` ${t('The text as it stands now cannot be read: this is the last good result.')}` : '';
  return { title, tooltip: `${exact || why}${kept}` };
}

const parametersText = ({ parameterCount: count }: Architecture): string =>
  t('{0} parameters', count.known ? formatCount(count.value) : '?');

function layersText({ layers }: Architecture): string {
  const count = innermostLayers(layers).length;
  return count === 1 ? t('1 layer') : t('{0} layers', count);
}

/** More rows than a hover can show without scrolling for long. */
const MOST_ROWS = 40;

/**
 * The layers of a definition as a Markdown table, two levels deep: path, kind, what each makes of what, its tensors, exact parameter counts and shares of
 * the whole. Alike layers in a row share a line.
 */
export function definitionMarkdown(architecture: Architecture): string {
  const { name, parameterCount, layers } = architecture;
  const total = parameterCount.known ? parameterCount.value : undefined;
  const rows = layers.flatMap(layer => [row([layer], total), ...alike(layer.children).map(group => row(group, total))]);
  const given = givenText(architecture);
  return [
    `**${cell(name)}** · ${parametersText(architecture)} · ${layersText(architecture)}`,
    ...(given === '' ? [] : [given]),
    [
      t('| layer | kind | in → out | tensors | parameters | share |'),
      '| --- | --- | --- | --- | ---: | ---: |',
      ...rows.slice(0, MOST_ROWS),
    ].join('\n'),
    ...(rows.length > MOST_ROWS ? [t('… and {0} more.', rows.length - MOST_ROWS)] : []),
    ...(parameterCount.known ? [] : [t('Not known: {0} (line {1}).', cell(parameterCount.why), parameterCount.line + 1)]),
  ].join('\n\n');
}

/** The arguments that do not have their default, with where each comes from. */
function givenText({ arguments: given = [] }: Architecture): string {
  const shown = given.filter(({ source, value }) => source !== 'default' && value.known);
  const texts = shown.map(
    ({ name, value, source }) => `\`${code(`${name}=${JSON.stringify(value.known && value.value)}`)}\` (${translated(SOURCES[source])})`,
  );
  return texts.length === 0 ? '' : t('with {0}', texts.join(', '));
}

const SOURCES: Readonly<Record<ArgumentSource, string>> = {
  directive: toTranslate('the comment over it'),
  study: toTranslate('a study'),
  caller: toTranslate('a call in this file'),
  call: toTranslate('the call'),
  default: toTranslate('its default'),
};

/** Layers that follow each other and differ in nothing that the table shows but their paths. */
function alike(layers: readonly Layer[]): readonly (readonly Layer[])[] {
  const groups: Layer[][] = [];
  for (const layer of layers) {
    const last = groups.at(-1);
    if (last && shownOf(last[0]!) === shownOf(layer)) last.push(layer);
    else groups.push([layer]);
  }
  return groups;
}

const shownOf = (layer: Layer): string => JSON.stringify([layer.type, totalParameters(layer), passageText(layer), tensorsText(layer)]);

function row(group: readonly Layer[], total: number | undefined): string {
  const layer = group[0]!;
  const count = totalParameters(layer);
  const times = group.length > 1 ? `${group.length} × ` : '';
  const share = count !== undefined && total ? `${((100 * group.length * count) / total).toFixed(1)} %` : '';
  const last = group.length > 1 ? ` … ${group.at(-1)!.path.split(/[./]/).at(-1)!}` : '';
  const cells = [cell(layer.path + last), `\`${code(layer.type)}\``, passageText(layer), tensorsText(layer)];
  return `| ${cells.join(' | ')} | ${count === undefined ? '?' : `${times}${formatCount(count)}`} | ${share} |`;
}

/** A layer's own tensors with their shapes. */
function tensorsText({ parameters, frozen = [] }: Layer): string {
  const tensors = [...(parameters.known ? parameters.value : []), ...frozen];
  return tensors.map(({ name, shape }) => [name && `\`${code(name)}\``, shape.join('×') || '1'].filter(Boolean).join(' ')).join(', ');
}

const cell = (text: string): string => text.replace(/[\\`*_{}[\]<>()#+!|]/g, '\\$&');
const code = (text: string): string => text.replaceAll('`', 'ˋ').replaceAll('|', '¦');
