import type * as Node from 'onnxruntime-node';
import type { ExecutionProvider } from './engineChoice';

/** What onnxruntime-node and onnxruntime-web have in common and the engines use; only the former says what it was built with. */
export type OnnxRuntime = Pick<typeof Node, 'InferenceSession' | 'Tensor'> & Partial<Pick<typeof Node, 'listSupportedBackends'>>;
export type OnnxSession = Node.InferenceSession;
export type OnnxTensor = Node.Tensor;

/** How sessions of one engine are made and run. */
export interface SessionSettings {
  /** The only one that is asked for, so that the runtime says when it is not there; it computes on the processor what the provider cannot. */
  readonly provider: 'cpu' | 'wasm' | ExecutionProvider;
  readonly threads: number;
  /** Whether the runtime writes outputs into arrays that it is handed; onnxruntime-web takes them and leaves them as they are. */
  readonly writesInPlace: boolean;
  /** How freely the runtime may rewrite the graph: `disabled` keeps every rounding where the graph has it. `extended` by default. */
  readonly optimisation?: 'disabled' | 'extended';
}

/**
 * Makes a session of a compiled model: operators one after the other, waiting threads asleep. Weights are inputs here, so the optimisations
 * that lay out constant weights anew (`all`) would only move images about, and planning the memory of a step ahead only keeps more of it.
 */
export function createSession(runtime: OnnxRuntime, bytes: Uint8Array, settings: SessionSettings): Promise<OnnxSession> {
  return runtime.InferenceSession.create(bytes, {
    executionProviders: [settings.provider],
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: settings.optimisation ?? 'extended',
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}
