import type { z } from 'zod';
import type { studySchema } from './schema/study';

/** A study file as it stands after validation, every default filled in. */
export type Study = z.output<typeof studySchema>;

/** When the trials of a seed are compared, and how many go on: `sweep.earlyStop`. */
export type EarlyStop = NonNullable<Study['sweep']['earlyStop']>;

/** One point of a study's sweep with one seed: everything a trainer needs, paths absolute. */
export interface Trial {
  /** Stable within the study and safe as a folder name, as `radreg-0.01-seed-2`. */
  readonly id: string;
  readonly study: {
    readonly name: string;
    readonly file: string;
    /** SHA-256 of the file that the trial was taken from. */
    readonly hash?: string;
  };
  readonly arm: string;
  readonly seed: number;
  readonly data: Study['data'];
  readonly encoder: Study['encoder'];
  readonly objective: Study['objective'];
  readonly regulariser: Study['regulariser'];
  readonly fineTuning: Study['fineTuning'];
  readonly bound: Study['bound'];
  /** When it is compared with the trials of its seed and may be stopped; to its end when absent. */
  readonly earlyStop?: EarlyStop;
  /** `file#Class` of the definition that the study stands for, path absolute. */
  readonly definition?: { readonly file: string; readonly name: string };
}
