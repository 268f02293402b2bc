import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EnvironmentFault } from '../../../src/common/fault';
import { AnalysisClient } from '../../../src/definitions/analysisClient';
import type { Assets } from '../../../src/definitions/assets';
import { webWorker } from '../../../src/web/webWorker';
import { sourceText } from '../definitions/reading';

/** What a browser puts around the script of a worker, for a thread of Node: the same names and events, and nothing of Node within reach of the script. */
const AROUND = `
  const { parentPort, workerData } = require('node:worker_threads');
  const self = { postMessage: message => parentPort.postMessage(message), location: { href: 'blob:' } };
  globalThis.self = self;
  parentPort.on('message', data => self.onmessage({ data }));
  new Function('self', 'importScripts', 'WorkerGlobalScope', 'process', 'require', 'module', workerData)(self, () => {}, Object);`;

class ThreadAsWebWorker {
  static started = 0;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onmessageerror: (() => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  private readonly thread: Promise<Worker>;

  constructor(address: string) {
    ThreadAsWebWorker.started++;
    this.thread = fetch(address)
      .then(response => response.text())
      .then(script => {
        const thread = new Worker(AROUND, { eval: true, workerData: script });
        thread.on('message', data => this.onmessage?.({ data }));
        thread.on('error', error => this.onerror?.({ message: error.message }));
        return thread;
      });
  }

  postMessage(message: unknown): void {
    void this.thread.then(thread => thread.postMessage(message));
  }

  terminate(): void {
    void this.thread.then(thread => thread.terminate());
  }
}

const dist: Assets = async name => new Uint8Array(await readFile(join('dist', name)));
const settings = { unlabelled: 60_000 };
const document = (file: string) => ({ uri: `vscode-vfs://github/${file}`, version: 1, text: sourceText(file) });

describe('the analysis in a web worker', () => {
  const holder = globalThis as { Worker?: unknown };
  const before = holder.Worker;
  const log: string[] = [];
  let client: AnalysisClient;

  function clientOf(script: string, assets: Assets): AnalysisClient {
    return (client = new AnalysisClient({ start: webWorker(script, assets), log: line => log.push(line) }));
  }

  beforeEach(() => {
    holder.Worker = ThreadAsWebWorker;
    ThreadAsWebWorker.started = 0;
    log.length = 0;
  });
  afterEach(async () => {
    await client.dispose();
    holder.Worker = before;
  });

  it('reads definitions, and fetches only the parsers that it needs', async () => {
    const asked: string[] = [];
    clientOf('web/analysis.js', name => {
      asked.push(name);
      return dist(name);
    });
    const { definitions } = await client.analyse(document('media/sample/models/mae.py'), settings);
    assert.ok(definitions.some(({ architecture }) => architecture.name === 'MaskedAutoencoder'));
    assert.deepEqual(asked, ['web/analysis.js', 'tree-sitter.wasm', 'tree-sitter-python.wasm']);
    assert.deepEqual(log, []);
  });

  it('says why when a parser cannot be fetched', async () => {
    clientOf('web/analysis.js', name => (name.endsWith('python.wasm') ? Promise.reject(new Error('the network is down')) : dist(name)));
    await assert.rejects(client.analyse(document('media/sample/models/mae.py'), settings), /the network is down/);
  });

  for (const [title, script, starts] of [
    ['that is not there', 'web/missing.js', 0],
    ['that fails at once', 'tree-sitter-python.wasm', 2],
  ] as const)
    it(`gives up after two tries with a script ${title}`, async () => {
      clientOf(script, dist);
      await assert.rejects(client.analyse(document('media/sample/models/mae.py'), settings), EnvironmentFault);
      assert.equal(ThreadAsWebWorker.started, starts);
      assert.equal(log.length, 2, log.join('\n'));
    });
});
