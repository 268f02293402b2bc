import assert from 'node:assert/strict';
import path from 'node:path';
import { encode } from 'jpeg-js';
import { openDataSource } from '../../../src/datasets/openDataSource';
import { onThisThread, type PictureDecoder } from '../../../src/datasets/pictureDecoder';
import { ThreadedDecoder } from '../../../src/datasets/threadedDecoder';
import { plainPng } from '../support/pngBytes';
import { sourceFolder } from './sourceFolder';

const script = path.join(process.cwd(), 'dist/pictures.js');

/** A JPEG of noise, which takes long to decode for its size. */
function noisyJpeg(side: number, seed: number): Buffer {
  const data = Buffer.from(Uint8Array.from({ length: 4 * side * side }, (_, i) => (i * (i + seed) * 2654435761) >>> 24));
  return encode({ data, width: side, height: side }, 90).data;
}

describe('pictures decoded on a thread of their own', () => {
  const { folder, put } = sourceFolder();

  async function values(decoder: PictureDecoder): Promise<Float32Array> {
    const choice = { format: 'image folder', path: folder.file('f') } as const;
    const source = await openDataSource(choice, 'unlabelled', { resize: [6, 5], channels: 'rgb' }, decoder);
    const read = await source.read([2, 0, 1, 11, 0, 5, 3]);
    await source.close();
    return read;
  }

  it('are bit for bit those of the calling thread', async () => {
    for (let i = 0; i < 10; i++) put(`f/${i}.jpg`, noisyJpeg(9 + i, i));
    for (let i = 0; i < 2; i++)
      put(
        `f/z${i}.png`,
        plainPng(4 + i, 7, 3, at => (at * 37) % 256),
      );
    const decoder = new ThreadedDecoder(script);
    const [made, expected] = [await values(decoder), await values(onThisThread)];
    await decoder.close();
    assert.deepEqual(made, expected);
    assert.ok(new Set(expected).size > 100, 'the pictures differ');
  });

  it('leave the calling thread free meanwhile', async () => {
    const file = put('f/large.jpg', noisyJpeg(700, 1));
    /** Turns of this thread's loop while a picture is decoded. */
    const turns = async (decoder: PictureDecoder): Promise<number> => {
      await decoder.decode(file, {});
      let [count, isDone] = [0, false];
      const decoding = decoder.decode(file, {}).then(() => (isDone = true));
      for (; !isDone; count++) await new Promise(resolve => setImmediate(resolve));
      await decoding;
      return count;
    };
    const decoder = new ThreadedDecoder(script);
    const [aside, here] = [await turns(decoder), await turns(onThisThread)];
    await decoder.close();
    assert.ok(aside > 4 * here, `${aside} turns beside the thread, ${here} on it`);
  });

  it('are refused with the sentence of the calling thread, and the next one is decoded', async () => {
    const [broken, whole] = [put('f/broken.jpg', noisyJpeg(20, 1).subarray(0, 300)), put('f/whole.jpg', noisyJpeg(20, 2))];
    const decoder = new ThreadedDecoder(script);
    const sentence = async (by: PictureDecoder): Promise<readonly string[]> => {
      try {
        await by.decode(broken, {});
        return ['decoded'];
      } catch (error) {
        return [(error as Error).name, (error as Error).message];
      }
    };
    assert.match(String(await sentence(decoder)), /FileFault,.*broken\.jpg ends before its image does: copy or download it again\./);
    assert.deepEqual(await sentence(decoder), await sentence(onThisThread));
    assert.equal((await decoder.decode(whole, {})).height, 20);
    await decoder.close();
  });
});
