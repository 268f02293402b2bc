import { Worker } from 'node:worker_threads';
import type { StartWorker } from './workerPort';

/** A thread of Node that runs a bundle. */
export function workerThread(script: string, workerData: unknown): StartWorker {
  return ({ received, unreadable, stopped }) => {
    const worker = new Worker(script, { workerData });
    let reason: string | undefined;
    worker.on('message', received);
    worker.on('messageerror', error => unreadable(error.message));
    worker.on('error', error => (reason = error instanceof Error ? error.message : String(error)));
    worker.on('exit', code => stopped(reason ?? `exit code ${code}`));
    return {
      post: message => worker.postMessage(message),
      hold: isBusy => (isBusy ? worker.ref() : worker.unref()),
      end: () => worker.terminate(),
    };
  };
}
