import { EnvironmentFault, Fault, Stopped } from '../common/fault';
import type { Analysis, AnalysisReply, AnalysisRequest, AnalysisSettings, SourceDocument, SentAnalysis } from './analysisProtocol';
import type { StartWorker, WorkerPort } from './workerPort';

export interface AnalysisClientOptions {
  /** Starts the worker: `dist/analysis.js` in a thread, or `dist/web/analysis.js` in a browser. */
  readonly start: StartWorker;
  /** Receives one line for everything unexpected: unknown messages, a worker that stopped. */
  readonly log: (line: string) => void;
}

interface PendingAnalysis {
  readonly request: Extract<AnalysisRequest, { kind: 'analyse' }>;
  readonly resolve: (analysis: Analysis) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
}

/** How often a request is handed to a worker before it is given up: once more after a crash. */
const ATTEMPTS = 2;

/**
 * The analysis worker seen from the extension host or a test: starts it on the first request, restarts it when it stops,
 * and hands every request that was under way to the new one, once.
 */
export class AnalysisClient {
  private worker: WorkerPort | undefined;
  private readonly pending = new Map<number, PendingAnalysis>();
  /** The last answer about each document, which the worker refers to. */
  private readonly answers = new Map<string, Analysis>();
  private nextId = 1;

  constructor(private readonly options: AnalysisClientOptions) {}

  /**
   * Reads the definitions of a document. Rejects with `Stopped` when the signal fires, and with an EnvironmentFault when
   * the worker stopped twice over it.
   */
  analyse(document: SourceDocument, settings: AnalysisSettings, signal?: AbortSignal): Promise<Analysis> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new Stopped());
        return;
      }
      const id = this.nextId++;
      const stop = () => {
        if (this.drop(id)) reject(new Stopped());
      };
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', stop);
          settle(value);
        };
      signal?.addEventListener('abort', stop, { once: true });
      const pending = {
        request: { kind: 'analyse', id, document, settings },
        resolve: settled(resolve),
        reject: settled(reject),
        attempts: 0,
      } as const;
      this.pending.set(id, { ...pending });
      this.send(this.pending.get(id)!);
    });
  }

  /** Lets the worker drop what it remembers of a closed document. */
  forget(uri: string): void {
    this.answers.delete(uri);
    this.worker?.post({ kind: 'forget', uri } satisfies AnalysisRequest);
  }

  /** Ends the worker; every request under way is rejected with `Stopped`. */
  async dispose(): Promise<void> {
    const worker = this.worker;
    this.worker = undefined;
    for (const pending of this.takePending()) pending.reject(new Stopped());
    await worker?.end();
  }

  private send(pending: PendingAnalysis): void {
    pending.attempts++;
    this.worker ??= this.start();
    this.worker.hold(true);
    this.worker.post(pending.request);
  }

  private start(): WorkerPort {
    const worker = this.options.start({
      received: message => this.receive(message),
      unreadable: reason => this.options.log(`A message of the analysis worker could not be read: ${reason}`),
      stopped: reason => {
        if (this.worker === worker) this.stopped(reason);
      },
    });
    return worker;
  }

  private stopped(reason: string): void {
    this.worker = undefined;
    this.answers.clear();
    this.options.log(`The analysis worker stopped: ${reason}`);
    for (const pending of this.takePending()) {
      if (pending.attempts < ATTEMPTS) {
        this.pending.set(pending.request.id, pending);
        this.send(pending);
      } else {
        const what = `The analysis worker stopped twice while reading ${pending.request.document.uri} (${reason})`;
        pending.reject(new EnvironmentFault(what, 'save your work and reload the window'));
      }
    }
  }

  private receive(message: unknown): void {
    const reply = message as AnalysisReply;
    switch (reply.kind) {
      case 'analysed': {
        // Also where nobody waits for it any more: the next answer may refer to it.
        const analysis = this.whole(reply.analysis);
        this.take(reply.id)?.resolve(analysis);
        return;
      }
      case 'failed':
        this.take(reply.id)?.reject(new Fault(reply.sentence, 'report this file as a defect of BoundLens'));
        return;
      case 'log':
        this.options.log(reply.text);
        return;
      default:
        this.options.log(`Unknown message of the analysis worker: ${JSON.stringify(message)}`);
    }
  }

  /** An answer with the definitions put in that are as they were in the answer before. */
  private whole(sent: SentAnalysis): Analysis {
    const before = this.answers.get(sent.uri)?.definitions ?? [];
    const definitions = sent.definitions.flatMap(each => (typeof each === 'number' ? before.slice(each, each + 1) : [each]));
    const analysis = { ...sent, definitions };
    this.answers.set(sent.uri, analysis);
    return analysis;
  }

  private take(id: number): PendingAnalysis | undefined {
    const pending = this.pending.get(id);
    this.drop(id);
    return pending;
  }

  /** Only a request under way keeps the process alive. */
  private drop(id: number): boolean {
    const wasPending = this.pending.delete(id);
    if (this.pending.size === 0) this.worker?.hold(false);
    return wasPending;
  }

  private takePending(): PendingAnalysis[] {
    const all = [...this.pending.values()];
    this.pending.clear();
    return all;
  }
}
