import assert from 'node:assert/strict';
import { safetensors } from '../../../src/training/safetensors';

describe('safetensors', () => {
  const bytes = safetensors([
    { name: 'blocks.0.attn.qkv.weight', shape: [2, 3], values: Float32Array.of(1, -2, 3.5, 1e-30, Infinity, 0) },
    { name: 'norm.bias', shape: [1], values: Float32Array.of(7) },
  ]);
  const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as Record<string, unknown>;

  it('starts the values at a multiple of 8 bytes', () => assert.equal(headerLength % 8, 0));

  it('describes every tensor', () =>
    assert.deepEqual(header, {
      __metadata__: { format: 'pt' },
      'blocks.0.attn.qkv.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
      'norm.bias': { dtype: 'F32', shape: [1], data_offsets: [24, 28] },
    }));

  it('holds the values in order and nothing after them', () => {
    const values = new Float32Array(bytes.slice(8 + headerLength).buffer);
    assert.deepEqual([...values], [1, -2, 3.5, Math.fround(1e-30), Infinity, 0, 7]);
  });
});
