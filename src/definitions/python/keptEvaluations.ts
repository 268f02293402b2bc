import type { ReadContext } from '../definitionReader';
import type { Node } from '../syntaxNode';

/** What evaluates one source, one version after the other. */
export interface Evaluation {
  /** Runs the next version of the source from the start. */
  restart(root: Node, context: ReadContext): void;
}

/** Files whose evaluations are kept. */
const KEPT = 4;

/** The evaluations of the files that were read last, so that what they import stays evaluated. */
export class KeptEvaluations<E extends Evaluation> {
  /** Least recently read first. */
  private readonly kept = new Map<string, E>();

  constructor(private readonly start: (root: Node, context: ReadContext) => E) {}

  /** What has evaluated a source. A text that is in no file, and one that an expression is asked of, is evaluated for itself. */
  of(root: Node, context: ReadContext): E {
    if (context.path === undefined || context.call !== undefined) return this.start(root, context);
    const key = JSON.stringify([context.path, context.folders]);
    const before = this.kept.get(key);
    this.kept.delete(key);
    before?.restart(root, context);
    const evaluation = before ?? this.start(root, context);
    this.kept.set(key, evaluation);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!);
    return evaluation;
  }
}
