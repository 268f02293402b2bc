import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import { formatCount, formatRisk } from '../common/format';
import { t } from '../common/translation';
import type { ChangeText } from './lensText';

/** A definition as it was in another version of its file, and what that version is called: `HEAD`, `the last save`, `the pin`. */
export interface BaselineDefinition {
  readonly name: string;
  /** Absent where that version does not define it. */
  readonly definition?: Pick<AnalysedDefinition, 'architecture' | 'bound'>;
}

/** A ratio nearer to 1 than this is no change that a person can steer by. */
const SMALLEST = 0.005;

/**
 * What an edit did to the bound of the architecture: `complexity ×1.8 vs HEAD`, from the complexity terms of theorem D4 in both versions. Undefined where
 * nothing changed or one of the two is not known.
 */
export function changeText(
  now: Pick<AnalysedDefinition, 'architecture' | 'bound'>,
  { name, definition }: BaselineDefinition,
): ChangeText | undefined {
  if (!definition) {
    const title = t('new since {0}', name);
    return { title, short: title, tooltip: t('{0} is not defined in {1}.', now.architecture.name, name) };
  }
  const [before, after] = [complexity(definition), complexity(now)];
  if (before === undefined || after === undefined || !(before > 0)) return undefined;
  const ratio = after / before;
  if (Math.abs(Math.log(ratio)) < SMALLEST) return undefined;
  const [size, decades] = [parameters(definition, now), lipschitz(definition, now)];
  return {
    title: t('complexity {0} vs {1}', ratioText(ratio), name),
    short: t('{0} vs {1}', ratioText(ratio), name),
    tooltip: t(
      'Against {0}: complexity term {1} → {2} (D4, norms at initialisation){3}.',
      name,
      formatRisk(before),
      formatRisk(after),
      size + decades,
    ),
  };
}

/** `×1.8`, `×0.56`, `×120`: two digits after the point below 10, none that say nothing. */
export function ratioText(ratio: number): string {
  if (ratio >= 10) return `×${formatCount(Math.round(ratio))}`;
  return `×${ratio >= 0.1 ? Number(ratio.toFixed(2)) : ratio.toPrecision(2)}`;
}

const complexity = ({ bound }: Pick<AnalysedDefinition, 'bound'>): number | undefined =>
  bound?.report.terms.find(({ name }) => name === 'complexity')?.value;

type Sides = readonly [before: Pick<AnalysedDefinition, 'architecture' | 'bound'>, now: Pick<AnalysedDefinition, 'architecture' | 'bound'>];

function parameters(...[before, now]: Sides): string {
  const [a, b] = [before.architecture.parameterCount, now.architecture.parameterCount];
  return a.known && b.known ? t(', {0} → {1} parameters', formatCount(a.value), formatCount(b.value)) : '';
}

function lipschitz(...[before, now]: Sides): string {
  const change = (now.bound?.lipschitzDecades ?? NaN) - (before.bound?.lipschitzDecades ?? NaN);
  return Math.abs(change) >= 0.01 ? t(', Lipschitz constant {0}', ratioText(10 ** change)) : '';
}
