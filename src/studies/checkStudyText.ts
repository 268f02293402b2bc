import { existsSync } from 'node:fs';
import path from 'node:path';
import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser/lib/esm/main.js';
import { Fault, FileFault, ValueFault } from '../common/fault';
import { checkTrialData } from './checkData';
import { namedDefinition } from './namedDefinition';
import { parseStudy, type StudyProblem } from './parseStudy';
import type { Study } from './study';
import { expandTrials } from './trials';

/** A problem of a study, and how much it matters: an `error` keeps it from running, an `information` makes its bound say less. */
export interface CheckedStudyProblem extends StudyProblem {
  readonly severity: 'error' | 'information';
  /** Names the kind of problem; docs/editor.md has a section for each. */
  readonly code: 'study' | 'study-data' | 'masked-domain';
}

/**
 * Everything that can be said of a study's text before it runs: its form, whether the files that it names are there and belong together, and whether what it
 * declares fits what it does. Reads labels and headers of its data; one arm's mistake is told at a time. Never throws for what the text says.
 * @param file absolute path of the study: paths in it are relative to its folder
 */
export async function checkStudyText(text: string, file: string): Promise<readonly CheckedStudyProblem[]> {
  const { study, problems } = parseStudy(text);
  if (!study) return problems.map(problem => ({ ...problem, severity: 'error', code: 'study' }));
  const root = parseTree(text, [], { allowTrailingComma: true })!;
  const at = (node: Node, place: string, problem: string, mend: string): StudyProblem => ({
    offset: node.offset,
    length: node.length,
    line: text.slice(0, node.offset).split('\n').length - 1,
    place,
    problem,
    mend,
  });
  return [...definitionProblems(study, root, file, at), ...(await dataProblems(study, root, file, at)), ...domainProblems(study, root, at)];
}

type At = (node: Node, place: string, problem: string, mend: string) => StudyProblem;

function definitionProblems({ definition }: Study, root: Node, file: string, at: At): readonly CheckedStudyProblem[] {
  const named = definition === undefined ? undefined : namedDefinition(definition, path.dirname(file));
  const node = findNodeAtLocation(root, ['definition']);
  if (!named || !node || existsSync(named.file)) return [];
  const problem = at(node, 'definition', `names ${named.file}, which does not exist`, 'check the path, which is relative to the study');
  return [{ ...problem, severity: 'error', code: 'study-data' }];
}

async function dataProblems(study: Study, root: Node, file: string, at: At): Promise<readonly CheckedStudyProblem[]> {
  const [seed = 0] = study.sweep.seeds;
  try {
    await checkTrialData(expandTrials({ ...study, sweep: { ...study.sweep, seeds: [seed] } }, file));
    return [];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { node, place } = placeOf(error, root, file);
    const what = error.what.replace(`${file}: ${place} `, '').replace(`${file}: `, '');
    return [{ ...at(node, place, what, error.mend), severity: 'error', code: 'study-data' }];
  }
}

/** Where in the text a fault about the data comes from: the value that it names, the path of the file, else `data`. */
function placeOf(fault: Fault, root: Node, file: string): { readonly node: Node; readonly place: string } {
  const names = fault instanceof ValueFault ? fault.place.split(/[.[\]]+/).filter(part => part !== '') : [];
  for (let length = names.length; length > 0; length--) {
    const node = findNodeAtLocation(
      root,
      names.slice(0, length).map(name => (/^\d+$/.test(name) ? Number(name) : name)),
    );
    if (node) return { node, place: names.slice(0, length).join('.') };
  }
  const named =
    fault instanceof FileFault
      ? stringsOf(root).find(({ value }) => path.resolve(path.dirname(file), String(value)) === fault.file)
      : undefined;
  return { node: named ?? findNodeAtLocation(root, ['data']) ?? root, place: named ? String(named.value) : 'data' };
}

const stringsOf = (node: Node): readonly Node[] => (node.type === 'string' ? [node] : (node.children ?? []).flatMap(stringsOf));

/** Objectives that hide part of what the encoder is given, in place: downstream it sees whole images, which are of another law. */
const MASKING: readonly string[] = ['context encoder', 'mask reconstruction', 'denoising'];

function domainProblems({ data, objective }: Study, root: Node, at: At): readonly CheckedStudyProblem[] {
  const node = findNodeAtLocation(root, ['data', 'domain']);
  if (data.domain !== 'same' || !MASKING.includes(objective.kind) || !node) return [];
  const problem = at(
    node,
    'data.domain',
    `declares one law for pre-training and downstream inputs, but "${objective.kind}" pre-trains on altered images and the encoder is used on whole ones: a domain term of 0 is only assumed`,
    'say "measured"',
  );
  return [{ ...problem, severity: 'information', code: 'masked-domain' }];
}
