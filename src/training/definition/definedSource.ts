import path from 'node:path';
import type { Program } from '../../architecture/computation';
import type { Obstacle } from '../../architecture/instantiation';
import { ValueFault } from '../../common/fault';
import { constructionCall } from '../../studies/constructionCall';
import { namedDefinition } from '../../studies/namedDefinition';
import type { Trial } from '../../studies/study';
import type { ImageLayout } from '../imageLayout';
import { checkpointValues } from './checkpointValues';
import { featureCount, inputShapesOf, type DefinedSource } from './definedEncoder';
import { maskingNote, notesOn, type DefinitionNotes } from './notes';
import { nearestProxy } from '../../architecture/nearestProxy';
import { obstaclesIn } from '../../architecture/obstacles';
import { readProgram, type DefinitionChoice, type ReadProgram } from './readProgram';
import { scaledArguments } from './scaledArguments';
import { tokenStage } from './tokenStage';

/** Obstacles that a sentence names. */
const NAMED = 6;

/**
 * Reads the definition that a trial's encoder is; undefined where the encoder is a built-in one.
 *
 * @param assets folder of the parsers' WebAssembly files
 * @throws ValueFault that names every part which cannot be computed, with its line, and the nearest built-in encoder
 */
export async function definedSource(
  { encoder, objective, study }: Pick<Trial, 'encoder' | 'objective' | 'study'>,
  layout: ImageLayout,
  assets: string | undefined,
): Promise<(DefinedSource & { readonly notes: DefinitionNotes }) | undefined> {
  if (encoder.kind !== 'definition') return undefined;
  if (assets === undefined) throw new Error('A definition is read without its parsers.');
  const { arguments: given, method, features: outlet, scale, checkpoint } = encoder;
  const named = namedDefinition(encoder.definition!, path.dirname(study.file))!;
  const choice: DefinitionChoice = {
    ...named,
    ...(given && { call: constructionCall(named.name, given) }),
    ...(method !== undefined && { method }),
    ...(outlet && { outlet }),
  };
  const read = (one: DefinitionChoice): Promise<ReadProgram> => readProgram(one, inputShapesOf(layout), assets);
  let found = await read(choice);
  if (scale) {
    const scaled = scaledArguments(found.architecture.arguments ?? [], scale, study.file);
    found = await read({ ...choice, call: constructionCall(named.name, { ...given, ...scaled }) });
  }
  const start = checkpoint === undefined ? undefined : await checkpointValues(checkpoint, found);
  requireComputable(named, found, new Set(start?.values.keys()));
  const isMasked = objective.kind === 'masked autoencoder';
  const stage = isMasked ? tokenStage(found.program) : undefined;
  const notes = { ...notesOn(found, start), ...(isMasked && { masking: maskingNote(stage) }) };
  return { program: found.program, notes, ...(start && { values: start.values }), ...(stage && { stage }) };
}

/** Tensors that would begin with what are no numbers: a part of what they are computed from is not followed. */
const endlessStarts = ({ state }: Program): readonly Obstacle[] =>
  state.flatMap(({ name, start, line }) =>
    start.kind === 'numbers' && !start.values.every(Number.isFinite)
      ? [{ name, line: line + 1, why: 'not all of the numbers that it starts from are followed' }]
      : [],
  );

/** @param started tensors that a checkpoint gives values to */
function requireComputable(
  { file, name }: { readonly file: string; readonly name: string },
  { program, architecture }: ReadProgram,
  started: ReadonlySet<string>,
): void {
  const obstacles = [...obstaclesIn(program), ...endlessStarts(program)].filter(obstacle => !started.has(obstacle.name));
  const tensors = new Set(program.state.map(({ name: tensor }) => tensor));
  const isStart = obstacles.every(obstacle => tensors.has(obstacle.name));
  const start = isStart ? 'begin with a checkpoint that holds them (`encoder.checkpoint`), ' : '';
  const mend = `${start}change these lines, or use the built-in encoder ${nearestProxy(architecture)}`;
  if (obstacles.length > 0) {
    const shown = obstacles.slice(0, NAMED).map(each => `line ${each.line}: ${each.name} (${each.why})`);
    const more = obstacles.length > NAMED ? [`${obstacles.length - NAMED} more`] : [];
    throw new ValueFault(file, name, `cannot be trained as it is: ${[...shown, ...more].join('; ')}`, mend);
  }
  const made = program.steps[program.output]!;
  if (!(featureCount(program) >= 1))
    throw new ValueFault(
      file,
      name,
      `makes a tensor of shape (${(made.shape ?? []).join(', ')}), which are no features of images`,
      'name the layer or method that makes the features in `encoder.features` or `encoder.method`',
    );
}
