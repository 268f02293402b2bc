// What BoundLens is packed for. `universal` runs everywhere on the WebAssembly engine; the others carry the native engine of one platform.

/**
 * @typedef {object} Platform
 * @property {string} os as Node's `process.platform` says it
 * @property {string} cpu as Node's `process.arch` says it
 * @property {readonly string[]} [unused] files of the native engine that its library does not load
 */

/**
 * Platforms by the names that the Marketplace knows. The binding for macOS loads the library by its short name; the package holds it twice.
 * @type {Readonly<Record<string, Platform>>}
 */
export const PLATFORMS = {
  'linux-x64': { os: 'linux', cpu: 'x64' },
  'linux-arm64': { os: 'linux', cpu: 'arm64' },
  'darwin-arm64': { os: 'darwin', cpu: 'arm64', unused: ['libonnxruntime.1.30.0.dylib'] },
  'win32-x64': { os: 'win32', cpu: 'x64' },
  'win32-arm64': { os: 'win32', cpu: 'arm64' },
};

export const UNIVERSAL = 'universal';
export const CLI = 'cli';

/** Everything that `npm run package` makes. */
export const TARGETS = [UNIVERSAL, ...Object.keys(PLATFORMS), CLI];

/** The platform that this Node runs on, where there is a package for it. */
export const hostPlatform = () => Object.entries(PLATFORMS).find(([, { os, cpu }]) => os === process.platform && cpu === process.arch)?.[0];
