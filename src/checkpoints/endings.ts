/** Endings of weight files, as `openCheckpoint` reads them; what a `.json` is its name or content says. */
export const CHECKPOINT_ENDINGS = [
  '.safetensors',
  '.npy',
  '.npz',
  '.onnx',
  '.keras',
  '.h5',
  '.hdf5',
  '.pt',
  '.pth',
  '.bin',
  '.ckpt',
  '.tar',
  '.json',
] as const;
