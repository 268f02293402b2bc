import type { StudyAnswer, StudyQuestion } from './studyChecks';
import { parseStudy } from './studies/parseStudy';

/** The worker that checks studies in a browser: as `studyChecks.ts`, but of their form alone, for no file that they name can be read there. */
declare const self: { onmessage: ((event: { readonly data: StudyQuestion }) => void) | null; postMessage(message: StudyAnswer): void };

self.onmessage = ({ data: { id, text } }) =>
  self.postMessage({ id, problems: parseStudy(text).problems.map(problem => ({ ...problem, severity: 'error', code: 'study' })) });
