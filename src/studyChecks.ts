import { parentPort } from 'node:worker_threads';
import { sentenceOf } from './common/fault';
import { checkStudyText } from './studies/checkStudyText';

/** The worker that checks studies while they are written: texts in, problems out, one answer a question, in order. */
export interface StudyQuestion {
  readonly id: number;
  readonly file: string;
  readonly text: string;
}

/** What it answers: the problems, or why it could not look for them. */
export type StudyAnswer =
  | { readonly id: number; readonly problems: Awaited<ReturnType<typeof checkStudyText>> }
  | { readonly id: number; readonly failure: string };

parentPort?.on('message', ({ id, file, text }: StudyQuestion) => {
  checkStudyText(text, file).then(
    problems => parentPort?.postMessage({ id, problems } satisfies StudyAnswer),
    (error: unknown) => parentPort?.postMessage({ id, failure: sentenceOf(error) } satisfies StudyAnswer),
  );
});
