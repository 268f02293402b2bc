import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileFault } from '../common/fault';
import type { Engine } from './engine/engine';
import type { Model } from './model';
import { safetensors } from './safetensors';

/** Writes `bytes`; @throws FileFault naming the file when the disk refuses */
export async function writeBytes(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes);
  } catch (error) {
    throw fileFault(file, error);
  }
}

/**
 * Writes the encoder into `folder`: `encoder.safetensors` with the parameter names of docs/training.md, and `encoder.onnx`,
 * patches to features with any batch size, on engines that can write it.
 */
export async function saveEncoder(engine: Engine, { parameters, encoder, encoderNames }: Model, folder: string): Promise<void> {
  const tensors = encoderNames.map(name => ({ name, shape: parameters.shape(name), values: parameters.values(name) }));
  await writeBytes(path.join(folder, 'encoder.safetensors'), safetensors(tensors));
  if (engine.name === 'reference') return;
  const { tokens, patchSize } = encoder.settings;
  const onnx = engine.exportOnnx({
    inputs: batch => ({ patches: { shape: [batch * tokens, patchSize] } }),
    parameters,
    outputs: ({ patches }) => ({ features: encoder.features(patches!) }),
  });
  await writeBytes(path.join(folder, 'encoder.onnx'), onnx);
}
