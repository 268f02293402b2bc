import type { Architecture, Framework, SourceRange, Unknown } from '../architecture/architecture';

/** A definition of which nothing is known but its place, and why. */
export const withoutLayers = (framework: Framework, name: string, range: SourceRange, reason: Unknown): Architecture => ({
  framework,
  name,
  range,
  layers: [],
  parameterCount: reason,
});
