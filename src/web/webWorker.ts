import { sentenceOf } from '../common/fault';
import type { AssetReply, AssetRequest } from '../definitions/analysisProtocol';
import type { Assets } from '../definitions/assets';
import type { StartWorker } from '../definitions/workerPort';

/** What is used of a browser's worker. */
interface BrowserWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onmessageerror: (() => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(message: unknown): void;
  terminate(): void;
}

declare const Worker: new (url: string) => BrowserWorker;

/**
 * A browser's worker that runs a bundle among the assets. It cannot reach the extension's files itself, wherever they lie: it asks for those that it
 * needs, and is handed their bytes.
 */
export function webWorker(script: string, assets: Assets): StartWorker {
  return ({ received, unreadable, stopped }) => {
    const starting = assets(script).then(source => {
      const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
      const worker = new Worker(address);
      worker.onmessage = ({ data }) => {
        if (isAssetRequest(data)) void handOver(data.name, assets).then(reply => worker.postMessage(reply));
        else received(data);
      };
      worker.onmessageerror = () => unreadable('it could not be copied');
      worker.onerror = ({ message }) => {
        worker.terminate();
        stopped(message ?? 'an error in its script');
      };
      return worker;
    });
    starting.catch((error: unknown) => stopped(sentenceOf(error)));
    return {
      post: message => void starting.then(worker => worker.postMessage(message)).catch(() => undefined),
      hold: () => undefined,
      end: () => starting.then(worker => worker.terminate()).catch(() => undefined),
    };
  };
}

async function handOver(name: string, assets: Assets): Promise<AssetReply> {
  try {
    return { kind: 'asset', name, bytes: await assets(name) };
  } catch (error) {
    return { kind: 'asset', name, fault: sentenceOf(error) };
  }
}

const isAssetRequest = (message: unknown): message is AssetRequest => (message as { kind?: unknown } | null)?.kind === 'asset';
