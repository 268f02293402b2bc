// The path names the ES module: the package's main file is an UMD wrapper that bundlers cannot follow.
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser/lib/esm/main.js';
import type { Node, ParseError } from 'jsonc-parser/lib/esm/main.js';
import { DEEPEST_JSON, jsonDepth } from '../common/jsonDepth';
import { applyArm } from './arms';
import { earlyStopContradictions } from './earlyStopContradictions';
import { armsOf, gridPoints, type Grid } from './grid';
import { findings, type Finding } from './issues';
import { child, studyJsonSchema, type JsonSchema } from './jsonSchema';
import { studySchema } from './schema/study';
import type { Study } from './study';

/** One thing that is wrong in a study's text, where an editor can underline it. */
export interface StudyProblem {
  /** Characters from the start of the text. */
  readonly offset: number;
  readonly length: number;
  /** Zero-based. */
  readonly line: number;
  /** Path of the value, `sweep.arms[1].regulariser.lambda`; "the text" where it is no JSON. */
  readonly place: string;
  readonly problem: string;
  readonly mend: string;
  /** Whether the text is no JSON there, or repeats a key, which editors say of any JSON. */
  readonly isSyntax?: true;
}

export type ParsedStudy =
  { readonly study: Study; readonly problems: readonly [] } | { readonly study?: undefined; readonly problems: readonly StudyProblem[] };

let cachedSchema: JsonSchema | undefined;

/** Checks the text of a study: JSON with comments and trailing commas. Never throws; problems come in the order of importance. */
export function parseStudy(text: string): ParsedStudy {
  let study: Study | undefined;
  const { problems } = checkedText(text, value => {
    const checked = check(value);
    study = checked.study;
    if (!study) return checked.findings;
    const inArms = armFindings(value);
    return inArms.length === 0 ? earlyStopFindings(study) : inArms;
  });
  return study && problems.length === 0 ? { study, problems: [] } : { problems };
}

/** The value of a JSON text with comments, and where in the text what `check` finds wrong stands. Never throws. */
export function checkedText(
  text: string,
  check: (value: unknown) => readonly Finding[],
): { readonly value?: unknown; readonly problems: readonly StudyProblem[] } {
  if (jsonDepth(text) > DEEPEST_JSON)
    return {
      problems: [
        {
          offset: 0,
          length: 1,
          line: 0,
          place: 'the text',
          problem: 'nests brackets too deep',
          mend: 'take out the brackets that no key asks for',
        },
      ],
    };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const at = (offset: number, length: number, place: string, problem: string, mend: string): StudyProblem => ({
    offset,
    length,
    line: text.slice(0, offset).split('\n').length - 1,
    place,
    problem,
    mend,
  });
  const first = errors[0];
  if (!root || first) {
    const expected = first ? ` (${words(printParseErrorCode(first.error))})` : '';
    const problem = `is not JSON from here on${expected}`;
    const found = at(first?.offset ?? 0, first?.length ?? 0, 'the text', problem, 'correct it; comments and trailing commas are allowed');
    return { problems: [{ ...found, isSyntax: true }] };
  }
  const twice = repeatedKey(root);
  if (twice) {
    const found = at(twice.offset, twice.length, String(twice.value), 'stands twice in one object', 'keep one of the two');
    return { problems: [{ ...found, isSyntax: true }] };
  }

  const value: unknown = getNodeValue(root);
  const problems = check(value)
    .map(finding => locate(root, finding))
    .map(({ node, finding }) => at(node.offset, node.length, placeOf(finding.path), finding.problem, finding.mend));
  return { value, problems };
}

function schemaOnce(): JsonSchema {
  return (cachedSchema ??= studyJsonSchema());
}

function check(value: unknown): { study?: Study; findings: Finding[] } {
  const result = studySchema.safeParse(value);
  return result.success ? { study: result.data, findings: [] } : { findings: findings(result.error.issues, value, schemaOnce()) };
}

/** What is wrong in the studies as the arms see them, with paths that lead into the arm that caused it. */
function armFindings(value: unknown): Finding[] {
  const study = value as Readonly<Record<string, unknown>>;
  const arms = (child(child(value, 'sweep'), 'arms') ?? []) as readonly Readonly<Record<string, unknown>>[];
  const inArms = arms.flatMap((arm, index) =>
    check(applyArm(study, arm)).findings.map(finding => ({ ...finding, path: ['sweep', 'arms', index, ...finding.path] })),
  );
  return [...inArms, ...gridFindings(study)];
}

/** The same for the points of the grid: each finding once, at the value that it is about or else at the last value of the combination. */
function gridFindings(study: Readonly<Record<string, unknown>>): Finding[] {
  const found = new Map<string, Finding>();
  const alone = { ...study, sweep: { arms: [{ name: 'a point' }], seeds: [0] } };
  for (const { arm, choice } of gridPoints(child(child(study, 'sweep'), 'grid') as Grid | undefined))
    for (const finding of check(applyArm(alone, arm)).findings) {
      const place = finding.path.map(String).join('.');
      const { place: key, index } = choice.find(one => place === one.place || place.startsWith(`${one.place}.`)) ?? choice.at(-1)!;
      const path = ['sweep', 'grid', key, index];
      found.set(JSON.stringify([path, finding.problem]), { ...finding, key: false, path });
    }
  return [...found.values()];
}

/** Why the arms cannot be compared early, where the study asks for that. The study and all its arms make sense by themselves. */
function earlyStopFindings(study: Study): Finding[] {
  if (!study.sweep.earlyStop) return [];
  const arms = armsOf(study.sweep).map(arm => ({
    ...studySchema.parse(applyArm({ ...study, sweep: { arms: [{ name: arm.name }], seeds: [0] } }, arm)),
    name: arm.name,
  }));
  return [...earlyStopContradictions(arms)].map(found => ({ ...found, key: false }));
}

/** The node that a finding is about: the value itself, its key, or the nearest thing around it that is written down. */
function locate(root: Node, finding: Finding): { node: Node; finding: Finding } {
  const path = finding.path.map(step => (typeof step === 'number' ? step : String(step)));
  for (let length = path.length; length >= 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (!node) continue;
    const keyNode = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
    const wholeValue = length === path.length && !finding.key;
    return { node: wholeValue ? node : (keyNode ?? node), finding };
  }
  return { node: root, finding };
}

function repeatedKey(node: Node): Node | undefined {
  const seen = new Set<unknown>();
  for (const one of node.children ?? []) {
    const key = one.type === 'property' ? one.children![0]! : undefined;
    if (key && seen.has(key.value)) return key;
    if (key) seen.add(key.value);
    const below = repeatedKey(key ? (one.children![1] ?? one) : one);
    if (below) return below;
  }
  return undefined;
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map(step => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return place.replace(/^\./, '') || 'the text';
}

/** `CommaExpected` → "comma expected". */
const words = (code: string) => code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
