import type { AssetReply, AssetRequest } from './definitions/analysisProtocol';
import { AnalysisService } from './definitions/analysisService';
import type { Assets } from './definitions/assets';
import { Documents } from './definitions/documents';
import { NO_FILES } from './definitions/python/sourceFiles';

/** The analysis worker in a browser: as `analysis.ts`, but it reads no file; the parsers come from the extension, which is asked for them. */
declare const self: { onmessage: ((event: { readonly data: unknown }) => void) | null; postMessage(message: unknown): void };

const waiting = new Map<string, (reply: AssetReply) => void>();

const assets: Assets = name =>
  new Promise((resolve, reject) => {
    waiting.set(name, ({ bytes, fault }) => (bytes ? resolve(bytes) : reject(new Error(fault ?? `${name} is not there`))));
    self.postMessage({ kind: 'asset', name } satisfies AssetRequest);
  });

const service = new AnalysisService(Documents.load(assets, NO_FILES), reply => self.postMessage(reply));

self.onmessage = ({ data }) => {
  if (!isAssetReply(data)) {
    void service.receive(data);
    return;
  }
  waiting.get(data.name)?.(data);
  waiting.delete(data.name);
};

const isAssetReply = (message: unknown): message is AssetReply => (message as { kind?: unknown } | null)?.kind === 'asset';
