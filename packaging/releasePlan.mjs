// What a release does, and what stands in its way: pure, so that it can be tested without an account.
import { CLI, TARGETS, UNIVERSAL } from './targets.mjs';

/** The version of Open VSX's program that publishes; it is fetched when a release is made. */
const OVSX = 'ovsx@1.4.0';

/**
 * @typedef {object} Step
 * @property {string} place where the package goes
 * @property {string} account the environment variable that holds the key to it; the programs read it themselves, so it is in no command
 * @property {boolean} isPossible whether that variable is set
 * @property {readonly string[][]} commands
 */

/** What a target's package is called. @param {string} target @param {string} version */
export const packageName = (target, version) => {
  if (target === CLI) return `boundlens-${version}.tgz`;
  return target === UNIVERSAL ? `boundlens-${version}.vsix` : `boundlens-${target}-${version}.vsix`;
};

/**
 * The steps of a release in their order.
 * @param {string} version
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {Step[]}
 */
export function releasePlan(version, environment) {
  const file = (/** @type {string} */ target) => `./out/package/${packageName(target, version)}`;
  const extensions = TARGETS.filter(target => target !== CLI).map(file);
  /** @type {Omit<Step, 'isPossible'>[]} */
  const steps = [
    {
      place: 'Marketplace',
      account: 'VSCE_PAT',
      commands: extensions.map(vsix => ['npx', 'vsce', 'publish', '--skip-duplicate', '--packagePath', vsix]),
    },
    {
      place: 'Open VSX',
      account: 'OVSX_PAT',
      commands: extensions.map(vsix => ['npx', '--yes', OVSX, 'publish', '--skip-duplicate', vsix]),
    },
    { place: 'npm', account: 'NODE_AUTH_TOKEN', commands: [['npm', 'publish', '--access', 'public', file(CLI)]] },
  ];
  return steps.map(step => ({ ...step, isPossible: Boolean(environment[step.account]) }));
}

/**
 * Why a version cannot be released yet: one sentence each, none when it can.
 * @param {{ version: string, repository?: unknown, icon?: string }} project
 * @param {string} changelog
 * @param {readonly string[]} packages names of the files that were packed
 * @returns {string[]}
 */
export function obstacles({ version, repository, icon }, changelog, packages) {
  const missing = TARGETS.map(target => packageName(target, version)).filter(name => !packages.includes(name));
  return [
    ...(new RegExp(`^## ${version.replaceAll('.', '\\.')}$`, 'm').test(changelog)
      ? []
      : [`CHANGELOG.md has no chapter ${version}: write it.`]),
    ...(repository === undefined
      ? ['package.json names no repository, so the pictures of the README would be missing: say where it is published.']
      : []),
    ...(icon === undefined ? ['package.json names no icon: add one of 128 × 128 pixels.'] : []),
    ...missing.map(name => `${name} is not packed: run "npm run package".`),
  ];
}
