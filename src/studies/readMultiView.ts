import { FileFault } from '../common/fault';
import { readText } from '../common/readText';
import { findings } from './issues';
import { multiViewJsonSchema } from './jsonSchema';
import { checkedText } from './parseStudy';
import { StudyFault } from './readStudy';
import { multiViewSchema, type MultiViewSpec } from './schema/multiView';

/** Reads and checks a specification of the multi-view laboratory. Throws a `FileFault` or, with the line of the first thing that is wrong, a `StudyFault`. */
export async function readMultiView(file: string): Promise<MultiViewSpec> {
  const text = await readText(file);
  if (text.trim() === '') throw new FileFault(file, 'is empty', 'copy the sample features.multiview.json into it');
  const json = multiViewJsonSchema();
  const { value, problems } = checkedText(text, found => {
    const result = multiViewSchema.safeParse(found);
    return result.success ? [] : findings(result.error.issues, found, json);
  });
  const [first] = problems;
  if (first) throw new StudyFault(file, first);
  return multiViewSchema.parse(value);
}
