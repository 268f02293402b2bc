import { SCORES, type ScoreName } from '../../theory/scores/catalogue';
import type { RunRecord } from '../record';
import type { TrialResults } from '../../training/results';

/** A finished run. */
export type FinishedRun = RunRecord & { readonly results: TrialResults };

/** Something BoundLens shows of a run before or instead of its fine-tuned accuracy, with the direction in which it claims to be good. */
export interface EstimateOfRun {
  readonly name: string;
  /** What it looks at: `bound` terms and totals, `score` of features, `pre-training` figures, `architecture`. */
  readonly kind: 'bound' | 'score' | 'pre-training' | 'architecture';
  /** +1 where more is claimed to be better, −1 where less is. */
  readonly direction: 1 | -1;
  readonly value: number;
}

/** Terms and totals that say how good the representation is; the others do not change with it. */
const BOUND_PARTS: Readonly<Record<string, readonly string[]>> = {
  D1: ['transfer', 'complexity', 'domain shift', 'optimisation'],
  F1: ['empirical risk', 'divergence'],
  F2: ['empirical risk', 'divergence'],
  F4: ['robustness', 'memorisation'],
};

/** Every estimate that a run leaves. F5 and the rationality gap are left out: they look at the test set. */
export function estimatesOf({ results }: Pick<FinishedRun, 'results'>): readonly EstimateOfRun[] {
  const { reports, scores, pretraining } = results;
  const bounds = reports.flatMap(({ theorem, terms, total }): EstimateOfRun[] => {
    if (!(theorem in BOUND_PARTS)) return [];
    const parts = terms.filter(term => BOUND_PARTS[theorem]!.includes(term.name));
    const named = parts.map((term): EstimateOfRun => ({ name: term.id, kind: 'bound', direction: -1, value: term.value }));
    return theorem === 'F4' ? named : [{ name: `${theorem} total`, kind: 'bound', direction: -1, value: total }, ...named];
  });
  const scored = Object.entries(scores ?? {}).map(([name, value]): EstimateOfRun => ({
    name: SCORES[name as ScoreName].title,
    kind: 'score',
    direction: 1,
    value,
  }));
  const trained: EstimateOfRun[] = pretraining
    ? [
        { name: 'hold-out loss', kind: 'pre-training', direction: -1, value: pretraining.holdOutLoss },
        { name: 'training loss', kind: 'pre-training', direction: -1, value: pretraining.trainLoss },
        ...(pretraining.decoder
          ? [
              { name: 'residual of a linear decoder', kind: 'pre-training', direction: -1, value: pretraining.decoder.residual } as const,
              {
                name: 'C_β of the linear decoder',
                kind: 'pre-training',
                direction: -1,
                value: pretraining.decoder.transferConstant.value,
              } as const,
            ]
          : []),
      ]
    : [];
  return [
    ...bounds,
    ...scored,
    ...trained,
    { name: 'pre-training steps', kind: 'pre-training', direction: 1, value: pretraining?.steps ?? 0 },
    { name: 'feature norm', kind: 'pre-training', direction: -1, value: results.featureNorm },
    { name: 'complexity of the representation', kind: 'bound', direction: -1, value: results.featureComplexity },
    { name: 'complexity at unit feature norm', kind: 'bound', direction: -1, value: results.featureComplexity / results.featureNorm },
    { name: 'encoder parameters', kind: 'architecture', direction: 1, value: results.encoderParameters },
  ];
}
