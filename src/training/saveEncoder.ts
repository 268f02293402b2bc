import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileFault } from '../common/fault';
import type { Engine } from './engine/engine';
import type { Model } from './model';
import { safetensors } from './safetensors';
import { tensorflowJsWeights } from './tensorflowJsWeights';

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
 * `patches` or `images` to `features` with any batch size, on engines that can write it; where the objective's decoder is one linear
 * layer also `decoder.safetensors`; and of a model of TensorFlow.js `weights_manifest.json` with `weights.bin`.
 */
export async function saveEncoder(engine: Engine, model: Model, folder: string): Promise<void> {
  const { parameters, encoder, encoderNames, objective, objectiveNames } = model;
  const tensor = (name: string, declared = name) => ({ name, shape: parameters.shape(declared), values: parameters.values(declared) });
  const weightsOf = (names: readonly string[]): Uint8Array => safetensors(names.map(name => tensor(name)));
  const { saved = Object.fromEntries(encoderNames.map(name => [name, name])) } = encoder;
  const tensors = Object.entries(saved).map(([name, declared]) => tensor(name, declared));
  await writeBytes(path.join(folder, 'encoder.safetensors'), safetensors(tensors));
  if (encoder.weightsFor === 'tensorflow.js') {
    const { manifest, shard } = tensorflowJsWeights(tensors);
    await writeBytes(path.join(folder, 'weights.bin'), shard);
    await writeBytes(path.join(folder, 'weights_manifest.json'), new TextEncoder().encode(manifest));
  }
  if (objective?.decoderMatrix !== undefined) await writeBytes(path.join(folder, 'decoder.safetensors'), weightsOf(objectiveNames));
  if (engine.name === 'reference') return;
  const input = encoder.layout.tokens > 1 ? 'patches' : 'images';
  const onnx = engine.exportOnnx({
    inputs: batch => ({ [input]: { shape: encoder.layout.shape(batch) } }),
    parameters,
    outputs: inputs => ({ features: encoder.features(inputs[input]!) }),
  });
  await writeBytes(path.join(folder, 'encoder.onnx'), onnx);
}
