import '@tensorflow/tfjs-backend-cpu';

/** Stands in for TensorFlow's library: tfjs' own CPU backend, whose kernels are independent of tracing and compiling too. */
export const standInForTensorFlow = (): string => 'cpu';
