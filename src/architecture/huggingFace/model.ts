import type { Configuration } from './configuration';
import type { Part } from './parts';

/** Makes the modules of one class of the library from a configuration. Throws a `ConfigurationProblem` when that does not decide them. */
export type ModelRule = (configuration: Configuration) => Part;

/** The classes of one model type. */
export interface ModelFamily {
  /** The class that a configuration without `architectures` stands for. */
  readonly base: string;
  readonly classes: Readonly<Record<string, ModelRule>>;
}

/** Standard deviation from which most models draw their matrices and tables. */
export const initialDeviation = (configuration: Configuration): number => configuration.number('initializer_range', 0.02);
