import type { FeaturePreparation } from './featurePreparation';
import type { Matrix } from './matrix';
import type { Report } from './report';

export interface MarginCertificateInput {
  /** Features of the n labelled points under an encoder that never saw them. */
  readonly features: Matrix;
  /** +1 and −1, one a row. */
  readonly labels: ArrayLike<number>;
  /** Features of unlabelled downstream points, none of them a labelled one: they prepare the features (F3). */
  readonly unlabelled: Matrix;
  /** Probability δ with which F1 or F2 may fail, both together. */
  readonly failureProbability: number;
}

/** A certificate and the head that it is about. */
export interface HeadCertificate {
  readonly report: Report;
  /** How features are prepared before the head: `head` acts on `preparation.apply(features)`. */
  readonly preparation: FeaturePreparation;
  /** Mean of the randomised head N(mean, I); its sign is the deterministic head. */
  readonly head: Float64Array;
}

export interface MarginCertificates {
  /** The margin certificate with a centred prior; present from 8 labelled points on. */
  readonly f1: HeadCertificate;
  /** The half-and-half prior; absent below 16 labelled points. */
  readonly f2?: HeadCertificate;
}

export declare function marginCertificates(input: MarginCertificateInput): MarginCertificates;
