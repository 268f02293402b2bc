import type { Evidence } from './report';

/** A number on its way into a bound, with how it is known and what it rests on. */
export interface Quantity {
  readonly value: number;
  readonly evidence: Evidence;
  /** How it was computed, in plain text. */
  readonly formula?: string;
  readonly inputs?: Readonly<Record<string, number | string>>;
  readonly assumptions?: readonly string[];
  /** Probability with which a certified quantity may be wrong, over the draw of its own sample; 0 when absent. */
  readonly failureProbability?: number;
}

/** A value that the user vouches for. */
export const assumed = (value: number, ...assumptions: string[]): Quantity => ({ value, evidence: 'assumed', assumptions });
