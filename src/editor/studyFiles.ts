import * as path from 'node:path';
import { parse } from 'jsonc-parser/lib/esm/main.js';
import { DEEPEST_JSON, jsonDepth } from '../common/jsonDepth';
import type { TrainedPart } from '../definitions/definitionReader';
import { ARGUMENT_NAME, constructionCall } from '../studies/constructionCall';
import { namedDefinition } from '../studies/namedDefinition';
import type { DefinitionPlace } from './runIndex';

/** What the list of studies shows of a study file. The trainer checks the file whole; this only looks at it. */
export interface StudyGlance {
  /** Absolute path. */
  readonly file: string;
  readonly name: string;
  /** The definition that the study stands for. */
  readonly definition?: DefinitionPlace;
  /** How the study constructs it, `Net(width=64)`, when it says so. */
  readonly call?: string;
  /** What it trains of the definition, when it trains that. */
  readonly trained?: TrainedPart;
  /** Number of runs that its sweep asks for, when it says so. */
  readonly trials?: number;
  /** Whether RadReg regularises one of its arms. */
  readonly usesRadReg: boolean;
}

/** Looks at the text of a study file. Never throws: what is not there or of another kind is left out, and the file's name stands in for the study's. */
export function glance(file: string, text: string): StudyGlance {
  const study = object(jsonDepth(text) > DEEPEST_JSON ? undefined : parse(text, [], { allowTrailingComma: true }));
  const sweep = object(study.sweep);
  const values = Object.values(object(sweep.grid)).map(list => (Array.isArray(list) ? list.length : 0));
  const points = values.length > 0 ? values.reduce((product, count) => product * count, 1) : 0;
  const arms = (Array.isArray(sweep.arms) ? sweep.arms.length : 0) + points;
  const seeds = Array.isArray(sweep.seeds) ? sweep.seeds.length : 0;
  const definition = typeof study.definition === 'string' ? namedDefinition(study.definition, path.dirname(file)) : undefined;
  const given = Object.entries(object(study.arguments)).filter(([name]) => ARGUMENT_NAME.test(name));
  return {
    file,
    name: typeof study.name === 'string' && study.name !== '' ? study.name : path.basename(file).replace(/\.study\.json$/, ''),
    definition,
    call: definition && given.length > 0 ? constructionCall(definition.name, Object.fromEntries(given)) : undefined,
    trained: definition && trainedIn(object(study.encoder)),
    trials: arms * seeds > 0 ? arms * seeds : undefined,
    usesRadReg: /"kind"\s*:\s*"radreg"/.test(text),
  };
}

/** What the encoder of a study trains of the study's definition. */
function trainedIn(encoder: Readonly<Record<string, unknown>>): TrainedPart | undefined {
  if (encoder.kind !== 'definition' || encoder.definition !== undefined) return undefined;
  const { layer, side } = object(encoder.features);
  const outlet = typeof layer === 'string' && (side === 'input' || side === 'output') ? { layer, side } : undefined;
  return {
    ...(typeof encoder.method === 'string' && { method: encoder.method }),
    ...(outlet && { outlet: outlet as TrainedPart['outlet'] }),
  };
}

/** A definition, or whatever a file defines. */
export type Place = Pick<DefinitionPlace, 'file'> & Partial<DefinitionPlace>;

/** Studies of one definition or file first, then the one used last, then by name. */
export function inOrder(studies: readonly StudyGlance[], place: Place | undefined, lastUsed: string | undefined): readonly StudyGlance[] {
  const rank = (study: StudyGlance) => (place && names(study, place) ? 0 : 2) + (study.file === lastUsed ? 0 : 1);
  return [...studies].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name) || a.file.localeCompare(b.file));
}

/** Whether a study stands for a definition, or for one of a file. */
export const names = ({ definition }: StudyGlance, place: Place): boolean =>
  definition !== undefined && (place.name ?? definition.name) === definition.name && path.relative(definition.file, place.file) === '';

const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
