/** Correlations ⟨w_r, v_f⟩ of all kernels with all features at r·features + f; feature i·L + l is the l-th of class i. */
export interface Correlations {
  readonly kernels: number;
  readonly features: number;
  readonly values: ArrayLike<number>;
}

/** From when on a feature counts as captured. */
export interface CaptureRule {
  /** Smallest correlation. */
  readonly atLeast: number;
  /** Smallest share of the encoder's largest correlation. */
  readonly share: number;
}

/** Λ_f = max over kernels of the positive part of ⟨w_r, v_f⟩; with `owner`, over the kernels of the feature's own class alone. */
export function captureStrengths(
  { kernels, features, values }: Correlations,
  owner?: (kernel: number, feature: number) => boolean,
): number[] {
  return Array.from({ length: features }, (_, f) => {
    let most = 0;
    for (let r = 0; r < kernels; r++) if (!owner || owner(r, f)) most = Math.max(most, values[r * features + f]!);
    return most;
  });
}

/** The length that a correlation must have to count as a capture under `rule`, given all strengths. */
export const captureLevel = (strengths: readonly number[], { atLeast, share }: CaptureRule): number =>
  Math.max(atLeast, share * Math.max(...strengths));

/** For each feature whether it is captured. */
export function capturedFeatures(strengths: readonly number[], rule: CaptureRule): boolean[] {
  const level = captureLevel(strengths, rule);
  return strengths.map(strength => strength >= level);
}

/** |S_i|: how many of its `views` features are captured, for each class. */
export function capturedPerClass(captured: readonly boolean[], views: number): number[] {
  return Array.from({ length: captured.length / views }, (_, i) => captured.slice(i * views, (i + 1) * views).filter(Boolean).length);
}

/** The two largest correlations of one kernel, the second at least 0, and the feature of the largest. */
export function leading({ features, values }: Correlations, kernel: number): { feature: number; first: number; second: number } {
  let [feature, first, second] = [0, -Infinity, 0];
  for (let f = 0; f < features; f++) {
    const value = values[kernel * features + f]!;
    if (value > first) {
      second = Math.max(0, first);
      [feature, first] = [f, value];
    } else second = Math.max(second, value);
  }
  return { feature, first, second };
}

/** 1 − median of second-largest by largest correlation over the kernels whose largest is at least `level`: 1 pure, 0 tied; undefined for none. */
export function purity(correlations: Correlations, level: number): number | undefined {
  const ratios: number[] = [];
  for (let r = 0; r < correlations.kernels; r++) {
    const { first, second } = leading(correlations, r);
    if (first >= level && first > 0) ratios.push(second / first);
  }
  if (ratios.length === 0) return undefined;
  ratios.sort((a, b) => a - b);
  const middle = ratios.length >> 1;
  return 1 - (ratios.length % 2 ? ratios[middle]! : (ratios[middle - 1]! + ratios[middle]!) / 2);
}

/** M_f: the kernels whose correlation with feature f is within `slack` of the largest: the winning tickets at initialisation. */
function winningSet({ kernels, features, values }: Correlations, feature: number, slack: number): number[] {
  const own = Array.from({ length: kernels }, (_, r) => values[r * features + feature]!);
  const most = Math.max(...own);
  return own.flatMap((value, r) => (value > 0 && value >= most * (1 - slack) ? [r] : []));
}

/** Share of captured features whose strongest kernel at the end was a winning ticket at the start; undefined when none is captured. */
export function ticketsThatWon(start: Correlations, end: Correlations, captured: readonly boolean[], slack: number): number | undefined {
  let [won, all] = [0, 0];
  captured.forEach((is, f) => {
    if (!is) return;
    all++;
    const strongest = winningSet(end, f, 0)[0];
    if (strongest !== undefined && winningSet(start, f, slack).includes(strongest)) won++;
  });
  return all === 0 ? undefined : won / all;
}
