/** The package that brings TensorFlow to Node, in the version that fits the tfjs-core that is bundled. */
export const TENSORFLOW_PACKAGE = '@tensorflow/tfjs-node';
export const TENSORFLOW_VERSION = '4.22.0';
