import { FileFault, ValueFault } from '../common/fault';
import { readText } from '../common/readText';
import type { Study } from './study';
import { parseStudy, type StudyProblem } from './parseStudy';

/** A study file that says something that cannot be; the sentence names file and line. */
export class StudyFault extends ValueFault {
  constructor(
    readonly studyFile: string,
    readonly source: StudyProblem,
  ) {
    super(`${studyFile}:${source.line + 1}`, source.place, source.problem, source.mend);
  }
}

/** Reads and checks a study. Throws a `FileFault` or, for the first thing that is wrong in it, a `StudyFault`. */
export async function readStudy(file: string): Promise<Study> {
  const text = await readText(file);
  if (text.trim() === '') throw new FileFault(file, 'is empty', 'write a study into it, for example a copy of the sample study');
  const { study, problems } = parseStudy(text);
  if (!study) throw new StudyFault(file, problems[0]!);
  return study;
}
