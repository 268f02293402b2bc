import { parentPort } from 'node:worker_threads';
import { FileFault, sentenceOf } from './common/fault';
import { onThisThread } from './datasets/pictureDecoder';
import type { PictureAnswer, PictureQuestion } from './datasets/threadedDecoder';

/** The thread of a trainer that reads and decodes pictures: files in, values out, which move to the trainer without a copy. */
parentPort?.on('message', ({ id, file, geometry }: PictureQuestion) => {
  const answer = (said: PictureAnswer, moved: ArrayBuffer[] = []) => parentPort?.postMessage(said, moved);
  onThisThread.decode(file, geometry).then(
    picture => answer({ id, picture }, [picture.values.buffer as ArrayBuffer]),
    (error: unknown) =>
      answer(error instanceof FileFault ? { id, fault: { what: error.what, mend: error.mend } } : { id, failure: sentenceOf(error) }),
  );
});
