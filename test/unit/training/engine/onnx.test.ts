import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { strict as assert } from 'node:assert';
import { Emitter } from '../../../../src/training/engine/emitter';
import { encodeModel } from '../../../../src/training/engine/onnx';
import { ProtobufWriter } from '../../../../src/training/engine/protobuf';
import { compile } from '../../../../src/training/engine/compile';
import { trace } from '../../../../src/training/engine/recorder';
import { runBytes } from './sessions';

describe('protobuf', () => {
  const table: readonly [why: string, message: ProtobufWriter, bytes: number[]][] = [
    ['a small integer', new ProtobufWriter().integer(1, 5), [0x08, 5]],
    ['an integer of two bytes (protobuf.dev, "Encoding")', new ProtobufWriter().integer(1, 150), [0x08, 0x96, 0x01]],
    ['a negative integer takes ten bytes', new ProtobufWriter().integer(1, -1), [0x08, ...Array<number>(9).fill(0xff), 0x01]],
    ['a field number of two bytes', new ProtobufWriter().integer(20, 7), [0xa0, 0x01, 7]],
    ['a string (protobuf.dev)', new ProtobufWriter().string(2, 'testing'), [0x12, 7, ...Buffer.from('testing')]],
    ['a nested message (protobuf.dev)', new ProtobufWriter().message(3, new ProtobufWriter().integer(1, 150)), [0x1a, 3, 0x08, 0x96, 0x01]],
    ['a float', new ProtobufWriter().float(2, 1), [0x15, 0, 0, 0x80, 0x3f]],
    ['nothing', new ProtobufWriter(), []],
  ];
  for (const [why, message, bytes] of table) it(why, () => assert.deepEqual([...message.finish()], bytes));
});

const emitter = (): Emitter => new Emitter({ portable: false, kernels: new Set() });

describe('emitter', () => {
  it('writes equal operators and constants once', () => {
    const e = emitter();
    const [first, second] = [e.one('Add', ['x', e.scalar(2)]), e.one('Add', ['x', e.scalar(2)])];
    assert.equal(first, second);
    assert.deepEqual([e.nodes.length, e.initialisers.length], [1, 1]);
  });

  it('keeps operators apart that differ in attributes', () => {
    const e = emitter();
    assert.notEqual(e.one('Softmax', ['x'], { axis: 0 }), e.one('Softmax', ['x'], { axis: 1 }));
  });

  it('never writes transpositions that cancel', () => {
    const e = emitter();
    assert.equal(e.transpose(e.transpose('x', [0, 3, 1, 2]), [0, 2, 3, 1]), 'x');
    assert.deepEqual(e.nodes, []);
  });

  it('lets a transposition pass a pointwise operator', () => {
    const e = emitter();
    const transposed = e.one('Relu', [e.transpose('x', [0, 2, 3, 1])]);
    assert.deepEqual(
      e.nodes.map(({ operator, inputs }) => [operator, ...inputs]),
      [['Relu', 'x']],
    );
    e.real(transposed);
    assert.deepEqual(
      e.nodes.map(({ operator }) => operator),
      ['Relu', 'Transpose'],
    );
  });

  it('has ONNX Runtime run what it wrote', async () => {
    const e = emitter();
    const output = e.one('Mul', ['x', e.floats([1, 2, 3], [3])]);
    const value = (name: string) => ({ name, type: 'float32', shape: ['N', 3] }) as const;
    const bytes = encodeModel({ nodes: e.nodes, initialisers: e.initialisers, inputs: [value('x')], outputs: [value(output)] });
    const results = await runBytes('native', bytes, { x: { values: Float32Array.of(1, 1, 1, 2, 2, 2), shape: [2, 3] } });
    assert.deepEqual([...results[output]!.values], [1, 2, 3, 2, 4, 6]);
  });
});

describe('compile', () => {
  it('keeps a stack of convolutions in the layout of ONNX', () => {
    const traced = trace(
      { x: { shape: [2, 8, 8, 1] }, v: { shape: [3, 3, 1, 4] }, w: { shape: [3, 3, 4, 4] }, b: { shape: [4] } },
      [],
      inputs => {
        const { x, v, w, b } = inputs as Record<string, Tensor4D>;
        const first = tf.maxPool(tf.relu(tf.add<Tensor4D>(tf.conv2d(x!, v!, 1, 'same'), b!)), 2, 2, 'valid');
        return { y: tf.mean(tf.relu(tf.conv2d(first, w!, 1, 'same')), [1, 2, 3]) };
      },
    );
    const text = Buffer.from(compile(traced).bytes).toString('latin1');
    assert.equal(text.match(/Transpose/g)?.length, 3, 'one for the image, one for each filter, none between');
  });

  it('leaves out inputs that nothing depends on', () => {
    const traced = trace({ x: { shape: [2] }, unused: { shape: [2] } }, [], ({ x }) => ({ y: tf.neg(x!) }));
    assert.deepEqual(compile(traced).inputs, [{ name: 'x', dtype: 'float32', shape: [2] }]);
  });
});
