import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '../../../src/common/fault';
import { Random } from '../../../src/common/random';
import { openCheckpoint } from '../../../src/checkpoints/openCheckpoint';
import { mutated } from '../support/mutated';
import { temporaryFolder } from '../support/temporaryFolder';
import { fixture } from './fixtures';

const MUTATIONS = 10_000;
const FILES = [
  'cnn/model_f16.safetensors',
  'mlp/sharded/model.safetensors.index.json',
  'strided.pt',
  'strided_legacy.pt',
  'cnn/model_wrapped.pth',
  'arrays.npz',
  'objects.npy',
  'external.onnx',
  'cnn/model.onnx',
  'new_layout.h5',
  'mlp/weights_keras2_layout.h5',
  'mlp/model.keras',
  'mlp/tfjs/model.json',
] as const;

/** Opens a file and reads all of it; whether it was read, or refused by a Fault. Anything else is rethrown. */
async function outcome(file: string): Promise<'read' | 'refused'> {
  try {
    const checkpoint = await openCheckpoint(file);
    try {
      for (const { name, shape } of checkpoint.tensors) {
        let count = 0;
        for await (const values of checkpoint.chunks(name)) count += values.length;
        assert.equal(
          count,
          shape.reduce((product, size) => product * size, 1),
          name,
        );
      }
    } finally {
      await checkpoint.close();
    }
    return 'read';
  } catch (error) {
    if (error instanceof Fault) return 'refused';
    throw error;
  }
}

describe('mutated checkpoints', () => {
  const folder = temporaryFolder();

  it(`are read or refused with a sentence, all ${MUTATIONS} of them, by every format`, async () => {
    const random = new Random('checkpoints');
    const outcomes = { read: 0, refused: 0 };
    cpSync(fixture(''), folder.path, { recursive: true });
    for (const [index, file] of FILES.entries()) {
      const original = readFileSync(fixture(file));
      const target = folder.file(file);
      const rounds = Math.ceil((MUTATIONS - index) / FILES.length);
      for (let round = 0; round < rounds; round++) {
        const bytes = mutated(original, random);
        writeFileSync(target, bytes);
        try {
          outcomes[await outcome(target)]++;
        } catch (error) {
          assert.fail(`${path.basename(file)}, mutation ${round}: ${error instanceof Error ? error.stack : String(error)}`);
        }
      }
      writeFileSync(target, original);
    }
    assert.equal(outcomes.read + outcomes.refused, MUTATIONS);
    assert.ok(
      outcomes.read > 500 && outcomes.refused > 2000,
      `the mutations are neither all harmless nor all fatal: ${JSON.stringify(outcomes)}`,
    );
  });
});
