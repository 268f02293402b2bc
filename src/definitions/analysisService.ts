import { sentenceOf } from '../common/fault';
import type { Architecture } from '../architecture/architecture';
import type { AnalysedDefinition, AnalysisReply, AnalysisSettings, SentAnalysis, SourceDocument } from './analysisProtocol';
import { boundOf } from './architectureBounds';
import type { Documents } from './documents';

/** The worker's side of the protocol, without the worker: answers one message at a time. */
export class AnalysisService {
  /** What each document was answered last: a text that stands for the definition, and the definition. */
  private readonly answered = new Map<string, readonly Answered[]>();

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
        const analysis = this.analyse(documents, request.document, request.settings);
        this.reply({ kind: 'analysed', id: request.id, analysis });
      } catch (error) {
        this.reply({ kind: 'failed', id: request.id, sentence: `${request.document.uri} could not be analysed (${sentenceOf(error)})` });
      }
    } else if (request?.kind === 'forget') {
      const uri = String((request as { uri?: unknown }).uri);
      this.answered.delete(uri);
      (await this.documents).forget(uri);
    } else this.reply({ kind: 'log', text: `The analysis worker does not know the message ${JSON.stringify(message)}` });
  }

  /** Reads a document's definitions and adds what theory says about each before any run; what has not changed since the last answer is neither computed nor sent again. */
  private analyse(documents: Documents, document: SourceDocument, settings: AnalysisSettings): SentAnalysis {
    const { uri, version } = document;
    const { definitions, skipped } = documents.read(document, settings);
    const before = this.answered.get(uri) ?? [];
    const answered = definitions.map(({ architecture, stale }) => {
      const key = JSON.stringify([architecture, stale, settings.unlabelled, settings.isBrief]);
      return before.find(other => other.key === key) ?? { key, definition: this.analysed(architecture, stale, settings) };
    });
    this.answered.set(uri, answered);
    const sent = answered.map(each => (before.includes(each) ? before.indexOf(each) : each.definition));
    return { uri, version, definitions: sent, ...(skipped === undefined ? {} : { skipped }) };
  }

  private analysed(architecture: Architecture, stale: boolean, { unlabelled, isBrief }: AnalysisSettings): AnalysedDefinition {
    const { composition, ...rest } = architecture;
    const told = isBrief === true || composition === undefined ? rest : architecture;
    return { architecture: told, stale, ...boundOf(architecture, unlabelled) };
  }
}

interface Answered {
  readonly key: string;
  readonly definition: AnalysedDefinition;
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
