import * as path from 'node:path';
import * as vscode from 'vscode';
import type { StudyGlance } from '../studyFiles';
import { readGlance } from './preTrain';

/** Writes a study that was made of another one beside it, as `NAME-suffix.study.json`, and returns it; an earlier one of that name is replaced. */
export async function writeStudy(template: StudyGlance, suffix: string, draft: (text: string) => string): Promise<StudyGlance> {
  const text = draft(new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.file(template.file))));
  const base = path.basename(template.file).replace(/(-(sweep|fine-tune))?\.study\.json$/, '');
  const uri = vscode.Uri.file(path.join(path.dirname(template.file), `${base}-${suffix}.study.json`));
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return readGlance(uri);
}
