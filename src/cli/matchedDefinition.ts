import path from 'node:path';
import type { Architecture } from '../architecture/architecture';
import { tensorKey } from '../architecture/composition';
import { allLayers } from '../architecture/counts';
import type { Checkpoint } from '../checkpoints/checkpoint';
import { matchWeights, type WeightMatching } from '../checkpoints/matchWeights';
import { FileFault, UsageFault } from '../common/fault';
import type { CommandContext } from './command';
import { readDefinitions } from './readDefinitions';

/** A definition with the tensors of a checkpoint that are its own. */
export interface MatchedDefinition {
  readonly file: string;
  readonly architecture: Architecture;
  readonly matching: WeightMatching;
}

/**
 * The definition that `FILE#Class` names, or the one of the file that most tensors fit. Throws a UsageFault where there is none, a FileFault where no tensor fits.
 */
export async function matchedDefinition(checkpoint: Checkpoint, definition: string, context: CommandContext): Promise<MatchedDefinition> {
  const [file = '', name] = definition.split('#');
  const [analysis] = await readDefinitions([file], () => ({ unlabelled: 1 }), context);
  const architectures = analysis!.definitions.map(({ architecture }) => architecture);
  const named = architectures.filter(architecture => name === undefined || architecture.name === name);
  if (named.length === 0)
    throw new UsageFault(
      name === undefined ? `${file} defines no model` : `${file} defines no model named ${name}`,
      architectures.length > 0
        ? `give one of ${architectures.map(one => `${path.basename(file)}#${one.name}`).join(', ')}`
        : 'give a file that defines one',
    );
  const matched = named.map(architecture => ({ architecture, matching: matchWeights(architecture.layers, checkpoint.tensors) }));
  const best = matched.reduce((found, one) => (fit(one) > fit(found) ? one : found));
  if (best.matching.matches.length === 0)
    throw new FileFault(
      checkpoint.file,
      `holds no tensor of ${best.architecture.name} in ${file}: ${best.matching.missing[0]?.why ?? 'it has no known parameter'}`,
      'give the definition that it was trained with',
    );
  return { file, ...best };
}

/** Share of a definition's tensors that were found, and then their number. */
function fit({ architecture, matching }: { readonly architecture: Architecture; readonly matching: WeightMatching }): number {
  const wanted = matching.matches.length + matching.missing.length;
  const isOpen = [...allLayers(architecture.layers)].some(layer => !layer.parameters.known);
  return wanted === 0 ? 0 : matching.matches.length / wanted + matching.matches.length * 1e-9 - (isOpen ? 0.5 : 0);
}

/** Which definition a checkpoint was matched with, and what of either found no counterpart. */
export interface MatchSummary {
  readonly file: string;
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly missing: readonly { readonly name: string; readonly why: string }[];
  readonly unused: readonly string[];
}

/** A match as documents tell it. */
export const matchSummary = ({ file, architecture, matching }: MatchedDefinition): MatchSummary => ({
  file,
  name: architecture.name,
  line: architecture.range.startLine + 1,
  missing: matching.missing.map(({ layer, parameter, why }) => ({ name: tensorKey(layer, parameter.name), why })),
  unused: matching.unused.map(({ name }) => name),
});
