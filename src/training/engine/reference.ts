import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { EagerEngine } from './eagerEngine';

const BACKEND = 'cpu';

/** tfjs greets Node with a banner at the first use of this backend; it has no place in a log. */
function silenceGreeting(backend: unknown): void {
  (backend as { firstUse: boolean }).firstUse = false;
}
if (!tf.engine().backendName) void tf.setBackend(BACKEND);
silenceGreeting(tf.findBackend(BACKEND));

/** The oracle: tfjs' own CPU backend in plain JavaScript, slow. */
export class ReferenceEngine extends EagerEngine {
  constructor() {
    super('reference', 1, BACKEND);
  }
}
