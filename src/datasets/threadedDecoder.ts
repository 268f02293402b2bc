import { Worker } from 'node:worker_threads';
import { FileFault } from '../common/fault';
import type { Geometry } from './geometry';
import type { Picture } from './picture';
import type { PictureDecoder } from './pictureDecoder';

/** What the thread is asked for: one file, brought to a geometry. */
export interface PictureQuestion {
  readonly id: number;
  readonly file: string;
  readonly geometry: Geometry;
}

/** What it answers: the picture, or why there is none. `fault` says that the file is to blame. */
export type PictureAnswer =
  | { readonly id: number; readonly picture: Picture }
  | { readonly id: number; readonly fault: { readonly what: string; readonly mend: string } }
  | { readonly id: number; readonly failure: string };

interface Waiting {
  readonly file: string;
  readonly resolve: (picture: Picture) => void;
  readonly reject: (error: unknown) => void;
}

/** Decodes on a thread of its own, which starts with the first picture, so that training steps and decoding go on side by side. */
export class ThreadedDecoder implements PictureDecoder {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  /** @param script path of `dist/pictures.js` */
  constructor(private readonly script: string) {}

  decode(file: string, geometry: Geometry): Promise<Picture> {
    this.worker ??= this.start();
    const id = this.asked++;
    const answer = new Promise<Picture>((resolve, reject) => this.waiting.set(id, { file, resolve, reject }));
    // While somebody waits the thread keeps the process alive, otherwise it does not.
    this.worker.ref();
    this.worker.postMessage({ id, file, geometry } satisfies PictureQuestion);
    return answer;
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(this.script);
    let reason: unknown;
    worker.on('message', (answer: PictureAnswer) => this.take(answer));
    worker.on('error', error => (reason = error));
    worker.on('exit', code => {
      this.worker = undefined;
      for (const { reject } of this.waiting.values())
        reject(reason ?? new Error(`The thread that decodes pictures ended with code ${code}.`));
      this.waiting.clear();
    });
    return worker;
  }

  private take(answer: PictureAnswer): void {
    const { file, resolve, reject } = this.waiting.get(answer.id)!;
    this.waiting.delete(answer.id);
    if (this.waiting.size === 0) this.worker?.unref();
    if ('picture' in answer) resolve(answer.picture);
    else if ('fault' in answer) reject(new FileFault(file, answer.fault.what.slice(file.length + 1), answer.fault.mend));
    else reject(new Error(answer.failure));
  }
}
