// The package.json of each package, derived from the project's own so that nothing is said twice.

/** @typedef {Record<string, unknown> & { name: string, version: string }} Manifest */

/** Keys that are about working on BoundLens, not about using it. */
const OWN = ['private', 'bin', 'scripts', 'dependencies', 'devDependencies'];

/**
 * The extension's: what VS Code reads.
 * @param {Manifest} project
 * @returns {Manifest}
 */
export function extensionManifest(project) {
  const kept = Object.entries(project).filter(([key]) => !OWN.includes(key));
  return { ...project, ...Object.fromEntries(kept), ...Object.fromEntries(OWN.map(key => [key, undefined])) };
}

/**
 * The command line's. The native engine is an optional dependency: where it cannot be installed, the WebAssembly engine of the package trains.
 * @param {Manifest} project
 * @returns {Manifest}
 */
export function cliManifest({ name, version, description, license, keywords, engines, bin, dependencies, repository, bugs, homepage }) {
  const { node } = /** @type {{ node: string }} */ (engines);
  const about = { name, version, description, license, keywords, repository, bugs, homepage };
  return { ...about, type: 'commonjs', engines: { node }, bin, optionalDependencies: dependencies };
}
