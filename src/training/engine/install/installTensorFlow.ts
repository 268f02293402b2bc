import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EnvironmentFault, Fault } from '../../../common/fault';
import { tensorFlowFolder } from '../enginesFolder';
import { TENSORFLOW_PACKAGE, TENSORFLOW_VERSION } from '../tensorFlowPackage';
import { runTool, type RunTool, type ToolEnd } from './runTool';
import { checkLibrary } from './tensorFlowLibrary';

export interface TensorFlowInstallation {
  /** The folder of engines. */
  readonly engines: string;
  /** Takes a few words about what is under way. */
  readonly progress: (what: string) => void;
  /** Cancels the installation and removes what it left. */
  readonly signal: AbortSignal;
  /** Takes one training step with the installed engine in a process of its own; the sentence that says why not, if it does not work. */
  readonly tryOut: () => Promise<string | undefined>;
}

/** What an installation asks of the machine; tests put others in their place. */
export interface InstallTools {
  readonly library: (signal: AbortSignal) => Promise<void>;
  readonly run: RunTool;
}

const TOOLS: InstallTools = {
  library: signal => checkLibrary({ platform: process.platform, arch: process.arch, environment: process.env }, signal),
  run: runTool,
};

const INSTALL = ['npm', 'install', `${TENSORFLOW_PACKAGE}@${TENSORFLOW_VERSION}`, '--ignore-scripts', '--no-audit', '--no-fund'];
/** Runs the script of this one package, which fetches the library. */
const FETCH = ['npm', 'rebuild', TENSORFLOW_PACKAGE, '--ignore-scripts=false', '--foreground-scripts'];

/**
 * Installs TensorFlow for Node with the machine's npm into the folder of engines and tries it out. Throws an `EnvironmentFault` of one sentence
 * where npm, the packages or the library cannot be had or do not work; whatever goes wrong, nothing half installed is left.
 */
export async function installTensorFlow(installation: TensorFlowInstallation, tools: InstallTools = TOOLS): Promise<void> {
  const { engines, progress, signal, tryOut } = installation;
  const folder = tensorFlowFolder(engines);
  try {
    progress('looking for the library');
    await tools.library(signal);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'package.json'), `${JSON.stringify({ name: 'boundlens-tensorflow', private: true })}\n`);
    progress('installing the packages, about 300 MB');
    succeeded(await tools.run(INSTALL, folder, signal), 'The packages of TensorFlow cannot be installed');
    signal.throwIfAborted();
    progress('downloading the library, about 100 MB');
    succeeded(await tools.run(FETCH, folder, signal), 'The TensorFlow library cannot be downloaded');
    signal.throwIfAborted();
    progress('trying a training step');
    const problem = await tryOut();
    if (problem !== undefined)
      throw new EnvironmentFault(`TensorFlow is installed and does not work (${problem})`, 'choose another engine');
  } catch (error) {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    if (signal.aborted) throw new Fault('The installation of TensorFlow was cancelled', 'start it again to have the engine');
    throw error;
  }
}

/** Throws a fault with the line of the output that tells most. */
function succeeded({ code, output }: ToolEnd, what: string): void {
  if (code === 0) return;
  if (code === undefined)
    throw new EnvironmentFault('npm, which installs TensorFlow, cannot be started', 'install Node.js with npm, then try again');
  throw new EnvironmentFault(`${what} (${reason(output)})`, 'check the network and the disk, then try again, or choose another engine');
}

/** The first line that names an error of the network or the system, else npm's first line of its own. */
function reason(output: readonly string[]): string {
  const plain = output.map(line => line.replace(/^npm (error|ERR!)\s*/, '').trim()).filter(line => line !== '');
  const telling = plain.find(line =>
    /\b(E[A-Z]{4,}|getaddrinfo|certificate|status(?: code)? \d+|\b40[34]\b|not supported|Unsupported)\b/.test(line),
  );
  return (telling ?? plain.at(-1) ?? 'npm said nothing').replace(/[.:]$/, '').slice(0, 200);
}
