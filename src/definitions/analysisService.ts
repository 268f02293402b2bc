import { sentenceOf } from '../common/fault';
import type { Analysis, AnalysisReply, AnalysisSettings, SourceDocument } from './analysisProtocol';
import { boundOf } from './architectureBounds';
import type { Documents } from './documents';

/** The worker's side of the protocol, without the worker: answers one message at a time. */
export class AnalysisService {
  constructor(
    private readonly documents: Promise<Documents>,
    private readonly reply: (reply: AnalysisReply) => void,
  ) {
    // A parser that cannot be loaded fails every request, not the worker.
    documents.catch(() => undefined);
  }

  /** Answers one message; a failure becomes a reply, and a message of an unknown kind a line in the log. */
  async receive(message: unknown): Promise<void> {
    const request = message as { kind?: unknown; id?: unknown } | null;
    if (isAnalyse(request)) {
      try {
        const documents = await this.documents;
        await documents.prepare(request.document.uri);
        const analysis = analyse(documents, request.document, request.settings);
        this.reply({ kind: 'analysed', id: request.id, analysis });
      } catch (error) {
        this.reply({ kind: 'failed', id: request.id, sentence: `${request.document.uri} could not be analysed (${sentenceOf(error)})` });
      }
    } else if (request?.kind === 'forget') (await this.documents).forget(String((request as { uri?: unknown }).uri));
    else this.reply({ kind: 'log', text: `The analysis worker does not know the message ${JSON.stringify(message)}` });
  }
}

interface Analyse {
  readonly kind: 'analyse';
  readonly id: number;
  readonly document: SourceDocument;
  readonly settings: AnalysisSettings;
}

function isAnalyse(request: { kind?: unknown; id?: unknown } | null): request is Analyse {
  const { kind, id, document, settings } = (request ?? {}) as Partial<Analyse>;
  return kind === 'analyse' && typeof id === 'number' && typeof document?.text === 'string' && typeof settings?.unlabelled === 'number';
}

/** Reads a document's definitions and adds what theory says about each before any run. */
export function analyse(documents: Documents, document: SourceDocument, settings: AnalysisSettings): Analysis {
  const { definitions, skipped } = documents.read(document, settings);
  return {
    uri: document.uri,
    version: document.version,
    definitions: definitions.map(({ architecture, stale }) => ({ architecture, stale, ...boundOf(architecture, settings.unlabelled) })),
    ...(skipped === undefined ? {} : { skipped }),
  };
}
