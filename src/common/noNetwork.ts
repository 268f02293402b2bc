/**
 * Stands in for the package through which TensorFlow.js would reach the network. Models are made and read here without it, so a call is a mistake.
 *
 * @throws always
 */
export function fetch(): never {
  throw new Error('BoundLens reaches no network.');
}
