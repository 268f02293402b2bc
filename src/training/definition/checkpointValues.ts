import { known } from '../../architecture/architecture';
import { matchWeights } from '../../checkpoints/matchWeights';
import { tensorKey } from '../../architecture/composition';
import { openCheckpoint } from '../../checkpoints/openCheckpoint';
import { FileFault } from '../../common/fault';
import type { StartValues } from './definedEncoder';
import type { ReadProgram } from './readProgram';

/** What of a definition began with a checkpoint's values, and what did not. */
export interface CheckpointStart {
  readonly values: StartValues;
  /** Names of tensors that the checkpoint has no values for, each with the reason as one clause. */
  readonly missing: readonly { readonly name: string; readonly why: string }[];
  /** Tensors of the checkpoint that the definition did not ask for. */
  readonly unused: readonly string[];
}

/**
 * Reads the values that a checkpoint has for a definition, by name and shape.
 * @throws FileFault when it has none, or cannot be read
 */
export async function checkpointValues(file: string, { architecture, program }: ReadProgram): Promise<CheckpointStart> {
  const checkpoint = await openCheckpoint(file);
  try {
    const byLayer = matchWeights(architecture.layers, checkpoint.tensors);
    const whole = { path: '', parameters: known(program.state.filter(({ isTransient }) => !isTransient)), children: [] };
    const byName = matchWeights([whole], checkpoint.tensors);
    const { matches, missing, unused } = byName.matches.length > byLayer.matches.length ? byName : byLayer;
    if (matches.length === 0)
      throw new FileFault(
        file,
        `has no tensor of ${architecture.name}: ${missing[0]?.why ?? 'the definition has none'}`,
        'name a checkpoint of this definition',
      );
    const names = new Map(program.state.flatMap(({ name, key }) => (key === undefined ? [] : [[key, name] as const])));
    const nameOf = (layer: string, parameter: string): string => {
      const key = tensorKey(layer, parameter);
      return names.get(key) ?? key;
    };
    const values = new Map<string, Float32Array>();
    for (const { layer, parameter, tensor } of matches)
      values.set(nameOf(layer, parameter.name), Float32Array.from(await checkpoint.read(tensor.name), Number));
    return {
      values,
      missing: missing.map(({ layer, parameter, why }) => ({ name: nameOf(layer, parameter.name), why })),
      unused: unused.map(({ name }) => name),
    };
  } finally {
    await checkpoint.close();
  }
}
