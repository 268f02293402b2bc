import assert from 'node:assert/strict';
import { fixture, jsonFixture, reference, withCheckpoint } from './fixtures';

/** Sum and Euclidean norm of a tensor. */
function summary(values: ArrayLike<number>): { readonly sum: number; readonly l2: number } {
  const numbers = Array.from(values);
  return { sum: numbers.reduce((a, b) => a + b, 0), l2: Math.sqrt(numbers.reduce((a, b) => a + b * b, 0)) };
}

const close = (actual: number, expected: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${what}: ${actual} instead of ${expected}`);

describe('every format of one network', () => {
  const files = [
    ['cnn/model.safetensors', 'safetensors', 1e-12],
    ['cnn/model_f16.safetensors', 'safetensors', 2e-3],
    ['cnn/model_bf16.safetensors', 'safetensors', 2e-2],
    ['cnn/model.npz', 'npz', 1e-12],
    ['cnn/model.pt', 'pytorch', 1e-12],
    ['cnn/model_wrapped.pth', 'pytorch', 1e-12],
    ['cnn/model_legacy.pt', 'pytorch-legacy', 1e-12],
  ] as const;
  for (const [file, format, tolerance] of files)
    it(`reads ${file} as ${format}`, () =>
      withCheckpoint(fixture(file), async checkpoint => {
        assert.equal(checkpoint.format, format);
        const { tensors } = reference('cnn_bn_6_12');
        assert.deepEqual(checkpoint.tensors.map(({ name }) => name).sort(), Object.keys(tensors).sort());
        for (const { name } of checkpoint.tensors) {
          const { sum, l2 } = summary(await checkpoint.read(name));
          close(l2, tensors[name]!.l2, tolerance, `${name} norm`);
          close(sum, tensors[name]!.sum, 10 * tolerance, `${name} sum`);
        }
      }));

  it('reads ONNX initialisers under their own names', () =>
    withCheckpoint(fixture('cnn/model.onnx'), async checkpoint => {
      const { tensors } = reference('cnn_bn_6_12');
      for (const name of ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'])
        close(summary(await checkpoint.read(name)).l2, tensors[name]!.l2, 1e-12, name);
    }));

  it('follows an ONNX model into its external file, packed floats and listed integers', () =>
    withCheckpoint(fixture('external.onnx'), async checkpoint => {
      assert.deepEqual(
        [...(await checkpoint.read('outside'))],
        Array.from({ length: 12 }, (_, index) => index),
      );
      assert.deepEqual([...(await checkpoint.read('packed'))], [1, 2, 3, 4]);
      assert.deepEqual([...(await checkpoint.read('listed'))], [1, 2, -3]);
      assert.deepEqual(
        checkpoint.tensors.map(({ outputAxis }) => outputAxis),
        ['last', undefined, undefined],
        'a MatMul takes its weights with the outputs last',
      );
    }));
});

describe('one network as Keras, TensorFlow.js and in shards', () => {
  const { tensors } = reference('mlp_64_128_64_10');
  const layers = ['net.0', 'net.2', 'net.4'];
  const files = [
    ['mlp/model.keras', ['layers/dense/vars/0', 'layers/dense_1/vars/0', 'layers/dense_2/vars/0']],
    ['mlp/weights_keras2_layout.h5', ['dense/kernel:0', 'dense_1/kernel:0', 'dense_2/kernel:0']],
    ['mlp/tfjs/model.json', ['dense/kernel', 'dense_1/kernel', 'dense_2/kernel']],
    ['mlp/sharded/model.safetensors.index.json', ['net.0.weight', 'net.2.weight', 'net.4.weight']],
  ] as const;
  for (const [file, kernels] of files)
    it(`reads ${file}`, () =>
      withCheckpoint(fixture(file), async checkpoint => {
        for (const [index, kernel] of kernels.entries()) {
          const { sum, l2 } = summary(await checkpoint.read(kernel));
          const expected = tensors[`${layers[index]!}.weight`]!;
          close(l2, expected.l2, 1e-12, kernel);
          close(sum, expected.sum, 1e-10, kernel);
        }
        assert.equal(checkpoint.tensors.length, 6);
      }));

  it('reads links and superblock of the newest HDF5 layout', () =>
    withCheckpoint(fixture('new_layout.h5'), async checkpoint => {
      assert.deepEqual([...(await checkpoint.read('dense/kernel:0'))], [0, 1, 2, 3, 4, 5]);
      assert.deepEqual([...(await checkpoint.read('dense/bias:0'))], [0, 1, 2]);
    }));
});

describe('tensors of PyTorch that are views', () => {
  const expected = jsonFixture('strided.json') as {
    readonly values: Readonly<Record<string, readonly number[]>>;
    readonly shapes: Readonly<Record<string, readonly number[]>>;
  };
  for (const file of ['strided.pt', 'strided_legacy.pt'])
    it(`reads strides, shared storages and every type of ${file} as PyTorch does`, () =>
      withCheckpoint(fixture(file), async checkpoint => {
        assert.deepEqual(Object.fromEntries(checkpoint.tensors.map(({ name, shape }) => [name, shape])), expected.shapes);
        for (const { name } of checkpoint.tensors) assert.deepEqual([...(await checkpoint.read(name))], expected.values[name], name);
      }));

  it('yields the same values in chunks', () =>
    withCheckpoint(fixture('strided.pt'), async checkpoint => {
      for (const name of ['base', 'transposed', 'window']) {
        const values: number[] = [];
        for await (const chunk of checkpoint.chunks(name)) values.push(...chunk);
        assert.deepEqual(values, expected.values[name]);
      }
    }));
});
