import { basename, extname } from 'node:path';
import { UsageFault } from '../common/fault';
import { brokenFile, openSource } from './byteSource';
import type { Checkpoint } from './checkpoint';
import { CHECKPOINT_ENDINGS } from './endings';
import { openKeras, openKerasH5 } from './keras/keras';
import { openNpy, openNpz } from './npy';
import { openOnnx } from './onnx/onnx';
import { openPytorch } from './pytorch/pytorch';
import { openSafetensors, openShardedSafetensors } from './safetensors';
import { openTensorflowJs } from './tensorflowJs';

type Open = (file: string) => Promise<Checkpoint>;

const BY_ENDING: Readonly<Record<string, Open>> & Readonly<Record<Exclude<(typeof CHECKPOINT_ENDINGS)[number], '.json'>, Open>> = {
  '.safetensors': openSafetensors,
  '.npy': openNpy,
  '.npz': openNpz,
  '.onnx': openOnnx,
  '.keras': openKeras,
  '.h5': openKerasH5,
  '.hdf5': openKerasH5,
  '.pt': openPytorch,
  '.pth': openPytorch,
  '.bin': openPytorch,
  '.ckpt': openPytorch,
  '.tar': openPytorch,
};

const jsonReader: Open = file =>
  basename(file).endsWith('.safetensors.index.json') ? openShardedSafetensors(file) : openTensorflowJs(file);

/** Whether a file's first bytes are those of a Keras HDF5 file that is named like a PyTorch one, or the other way round. */
async function byContent(file: string): Promise<Open | undefined> {
  const source = await openSource(file);
  try {
    const start = await source.read(0, Math.min(8, source.size));
    const text = String.fromCharCode(...start);
    if (text.startsWith('\x89HDF')) return openKerasH5;
    return text.startsWith('\x93NUMPY') ? openNpy : undefined;
  } finally {
    await source.close();
  }
}

/**
 * Opens a weight file by its ending: safetensors (one file or the index of several), PyTorch (zip or legacy), npz, npy, ONNX, Keras and
 * TensorFlow.js. Only descriptions are read here; the caller reads tensors one by one and closes the checkpoint.
 * Throws a UsageFault for another ending and a FileFault for a file that is broken or asks for more than tensors and containers.
 */
export async function openCheckpoint(file: string): Promise<Checkpoint> {
  const ending = extname(file).toLowerCase();
  const open = ending === '.json' ? jsonReader : Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending]! : undefined;
  if (!open) throw new UsageFault(`${file} is no weight file that BoundLens knows`, `give one of ${CHECKPOINT_ENDINGS.join(', ')}`);
  const chosen = (await byContent(file)) ?? open;
  try {
    return await chosen(file);
  } catch (error) {
    throw error instanceof RangeError ? brokenFile(file, 'has a broken structure') : error;
  }
}
