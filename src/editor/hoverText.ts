import type { Layer } from '../architecture/architecture';
import { formatCount, formatPower, formatRisk } from '../common/format';
import { t, translated } from '../common/translation';
import type { Report, Term } from '../theory/report';
import type { AttachedCheckpoint } from './attachedCheckpoints';
import { matrices, measuredNorm, totalParameters, totalShare, type CapacityShares } from './hintText';
import type { Pictures } from './formulas/drawnFormulas';
import { neededText } from './lensText';
import { waysToLower } from './loweringText';
import { passageText } from './shapeText';

/** Explains a report in Markdown: what is bounded, each term with its formula, the numbers put in, its evidence and assumptions. */
export function reportMarkdown(report: Report, pictures?: Pictures): string {
  const verdict = report.vacuous
    ? t('**vacuous**: not below {0}, the largest value of this loss{1}', formatRisk(report.range), needed(report))
    : t('below {0}, the largest value of this loss', formatRisk(report.range));
  return [
    t(
      '**Bound {0}** on the {1}: **{2}** *{3}*, {4}. It fails with probability at most {5}.',
      report.theorem,
      translated(report.bounds),
      formatRisk(report.total),
      translated(report.evidence),
      verdict,
      formatRisk(report.failureProbability),
    ),
    ...report.terms.map(term => termMarkdown(term, pictures)),
  ].join('\n\n');
}

/** Explains one term in Markdown: its formula (drawn where there is a picture), the numbers put in, its assumptions, and what lowers it. */
function termMarkdown(term: Term, pictures?: Pictures): string {
  const picture = pictures?.(term.id, term.formula);
  const head = `**${translated(term.name)}** ${formatRisk(term.value)} *${translated(term.evidence)}* · \`${term.id}\``;
  const lines = picture === undefined ? [`\`${code(term.formula)}\``] : [];
  const numbers = putIn(term.formula, term.inputs);
  if (numbers !== term.formula) lines.push(`\`= ${code(numbers)}\``);
  const inputs = Object.entries(term.inputs).map(([symbol, value]) => `\`${code(symbol)}\` = ${escape(inputText(value))}`);
  if (inputs.length > 0) lines.push(inputs.join(', '));
  if (term.assumptions.length > 0) lines.push(t('Assumes: {0}.', term.assumptions.map(translated).map(escape).join('; ')));
  const ways = waysToLower(term);
  if (ways.length > 0) lines.push(t('Lower it: {0}.', ways.map(escape).join('; ')));
  return [...(picture === undefined ? [head] : [head, picture]), lines.join('  \n')].join('\n\n');
}

/** Explains a layer in Markdown: its parameters by tensor, the norms expected at initialisation, its share of capacity. */
export function layerMarkdown(layer: Layer, shares: CapacityShares, attached?: AttachedCheckpoint): string {
  const total = totalParameters(layer);
  const share = totalShare(layer, shares);
  const lines = [
    `**${escape(layer.path)}** \`${code(layer.type)}\` · ${total === undefined ? t('number of parameters unknown') : t('{0} parameters', formatCount(total))}`,
  ];
  const passage = passageText(layer);
  if (passage !== '') lines.push(t('{0} for one sample', passage));
  if (!layer.parameters.known) lines.push(t('Unknown: {0} (line {1}).', escape(layer.parameters.why), layer.parameters.line + 1));
  else if (layer.parameters.value.length > 0) {
    const rows = layer.parameters.value.map(({ name, shape, initialSpectralNorm }) => {
      const found = attached && measuredNorm(attached.norms, layer.path, name);
      const measured = attached ? ` ${found ? `${found.lower.toPrecision(4)}–${found.upper.toPrecision(4)}` : ''} |` : '';
      return `| \`${code(name)}\` | ${shape.join(' × ')} | ${initialSpectralNorm === undefined ? '' : initialSpectralNorm.toPrecision(3)} |${measured}`;
    });
    const [title, line] = attached ? [` ${t('σ measured')} |`, ' ---: |'] : ['', ''];
    lines.push([`${t('| tensor | shape | σ at initialisation |')}${title}`, `| --- | --- | ---: |${line}`, ...rows].join('\n'));
  }
  if (matrices(layer).length > 0)
    lines.push(t('σ is the spectral norm that the framework’s initialisation is expected to give *(estimated)*; training changes it.'));
  if (share > 0) lines.push(t('{0} % of the log capacity of this definition in theorem D4 *(estimated)*.', (100 * share).toFixed(1)));
  return lines.join('\n\n');
}

/**
 * A formula with its symbols replaced by the numbers put in. A symbol is replaced only where it stands alone, so that `n` does not hit `ln`;
 * longer symbols win over shorter ones. Sums over layers stay, because what stands behind them differs from layer to layer; a product below a stroke gets
 * parentheses.
 */
export function putIn(formula: string, inputs: Readonly<Record<string, number | string>>): string {
  const symbols = Object.keys(inputs)
    .filter(symbol => symbol.length > 0 && !symbol.startsWith('Σ '))
    .sort((a, b) => b.length - a.length);
  if (symbols.length === 0) return formula;
  const pattern = new RegExp(`(/?)(\\d*)(?<![\\p{L}_])(${symbols.map(escapePattern).join('|')})(?![\\p{L}\\p{M}_₀-₉])`, 'gu');
  return formula
    .replace(pattern, (_, stroke: string, factor: string, symbol: string) => {
      const product = `${factor}${factor === '' ? '' : '·'}${inputText(inputs[symbol]!)}`;
      return stroke + (stroke !== '' && product.includes('·') ? `(${product})` : product);
    })
    .replace(/(\d)(?=[√‖(])/gu, '$1·');
}

const needed = (report: Report): string => {
  const text = neededText(report);
  return text ? ` (${text})` : '';
};

function inputText(value: number | string): string {
  if (typeof value === 'string') return value;
  if (Number.isInteger(value)) return formatCount(value);
  return Math.abs(value) >= 1e4 || Math.abs(value) < 1e-3 ? formatPower(value, 3) : `${Number(value.toPrecision(3))}`;
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const escape = (text: string): string => text.replace(/[\\`*_{}[\]<>()#+!|]/g, '\\$&');
const code = (text: string): string => text.replaceAll('`', 'ˋ');
