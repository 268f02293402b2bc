/** What is known of a score beside its value. */
export interface ScoreDescription {
  readonly title: string;
  /** One sentence on what a high value says. */
  readonly meaning: string;
  /** Least and largest value that the score can have. */
  readonly range: readonly [least: number, largest: number];
}

const NEVER_ABOVE_ZERO: readonly [number, number] = [-Infinity, 0];
const SHARE: readonly [number, number] = [0, 1];

/** Every transferability score by its name on the command line, in the order in which they are shown. */
export const SCORES = {
  logme: {
    title: 'LogME',
    meaning: 'High when linear regression on the features explains the labels well with few effective parameters.',
    range: [-Infinity, Infinity],
  },
  leep: {
    title: 'LEEP',
    meaning: 'Near 0 when the source model’s class probabilities alone predict the labels.',
    range: NEVER_ABOVE_ZERO,
  },
  nce: {
    title: 'NCE',
    meaning: 'Near 0 when the source model’s own labels leave no doubt about the target labels.',
    range: NEVER_ABOVE_ZERO,
  },
  hscore: {
    title: 'H-score',
    meaning:
      'High, at most classes − 1, when class means differ by more than the features vary; without shrinkage it favours many dimensions.',
    range: [0, Infinity],
  },
  regularizedHScore: {
    title: 'Regularised H-score',
    meaning: 'High when class means differ by more than the shrunk covariance explains; steadier than the H-score on few points.',
    range: [0, Infinity],
  },
  transRate: {
    title: 'TransRate',
    meaning: 'High when the features of all classes together fill far more volume than those of one class.',
    range: [-Infinity, Infinity],
  },
  gbc: {
    title: 'GBC, spherical',
    meaning: 'Near 0 when balls of the classes’ own mean spread hardly overlap.',
    range: NEVER_ABOVE_ZERO,
  },
  gbcDiagonal: {
    title: 'GBC, diagonal',
    meaning: 'Near 0 when normal laws with one variance a dimension, fitted to the classes, hardly overlap.',
    range: NEVER_ABOVE_ZERO,
  },
  parc: {
    title: 'PARC',
    meaning: 'High, at most 100, when points of one class have the more similar features.',
    range: [-100, 100],
  },
  sfda: {
    title: 'SFDA',
    meaning: 'High, at most 1, when a shrunk Fisher discriminant is sure of the right class even on features that were made to look alike.',
    range: SHARE,
  },
  energy: {
    title: 'Energy',
    meaning: 'High when the source model answers the target points with large activations, as it does to inputs like its own.',
    range: [-Infinity, Infinity],
  },
  knn: {
    title: '1-nearest neighbour',
    meaning: 'High, at most 100, when the nearest other point has the same class (percent, leave-one-out).',
    range: [0, 100],
  },
  rankme: {
    title: 'RankMe',
    meaning: 'High when the features use many dimensions evenly; low values warn of collapse; labels are not looked at.',
    range: [0, Infinity],
  },
  participationRatio: {
    title: 'Participation ratio',
    meaning: 'High when the variance of the features spreads over many directions; labels are not looked at.',
    range: [1, Infinity],
  },
  labelCka: {
    title: 'Label CKA',
    meaning: 'High, at most 1, when similarity of features mirrors equality of labels.',
    range: SHARE,
  },
  linearProbe: {
    title: 'Linear probe',
    meaning: 'High, at most 1, when a linear head classifies points it was not fitted to (share, five-fold cross-validation).',
    range: SHARE,
  },
} as const satisfies Readonly<Record<string, ScoreDescription>>;

export type ScoreName = keyof typeof SCORES;

/** The scores that do not look at labels. */
export const LABEL_FREE: ReadonlySet<ScoreName> = new Set(['energy', 'rankme', 'participationRatio']);
