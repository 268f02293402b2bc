import { EnvironmentFault, sentenceOf } from '../../../common/fault';

/** Where the package of version 4.22 fetches TensorFlow itself from, by platform and architecture, below its default host. */
const FILES: Readonly<Record<string, string>> = {
  'linux-x64': 'tensorflow/libtensorflow/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz',
  'linux-arm64': 'tf-builds/libtensorflow_r2_7_linux_arm64.tar.gz',
  'darwin-x64': 'tensorflow/libtensorflow/libtensorflow-cpu-darwin-x86_64-2.9.1.tar.gz',
  'darwin-arm64': 'tf-builds/libtensorflow_r2_7_darwin_arm64_cpu.tar.gz',
  'win32-x64': 'tensorflow/libtensorflow/libtensorflow-cpu-windows-x86_64-2.9.1.zip',
};
const HOST = 'https://storage.googleapis.com/';

/** Variables that send the package's download elsewhere or through a proxy, so that asking the default host would tell nothing. */
const DETOURS = ['TFJS_NODE_CDN_STORAGE', 'TFJS_NODE_BASE_URI', 'CDN_STORAGE', 'HTTPS_PROXY', 'https_proxy', 'npm_config_https_proxy'];

/** How long the host may take to answer, in milliseconds. */
const PATIENCE = 20_000;

/** The part of `fetch` that is needed. */
export type Ask = (address: string, options: { method: 'HEAD'; signal: AbortSignal }) => Promise<{ ok: boolean; status: number }>;

/** What this machine is, as Node names it. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Finds out whether TensorFlow's library can be downloaded before some hundred megabytes of packages are. Throws an `EnvironmentFault` where
 * there is none for this machine or its host does not hand it out; asks nobody where the environment names another source or a proxy.
 */
export async function checkLibrary({ platform, arch, environment }: Machine, signal: AbortSignal, ask: Ask = fetch): Promise<void> {
  const file = FILES[`${platform}-${arch}`];
  if (file === undefined) throw new EnvironmentFault(`There is no TensorFlow library for ${platform} on ${arch}`, 'choose another engine');
  if (DETOURS.some(name => environment[name])) return;
  const address = HOST + file;
  const refused = (reason: string, cause?: unknown) =>
    new EnvironmentFault(
      `The TensorFlow library cannot be downloaded here (${address}: ${reason})`,
      'check the network or its proxy, or choose the native engine, which needs no download',
      { cause },
    );
  const answer = await ask(address, { method: 'HEAD', signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      throw refused(sentenceOf(error instanceof Error && error.cause instanceof Error ? error.cause : error), error);
    },
  );
  if (!answer.ok) throw refused(`status ${answer.status}`);
}
