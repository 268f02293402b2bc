import path from 'node:path';
import { applyArm } from './arms';
import { armsOf } from './grid';
import { namedDefinition } from './namedDefinition';
import { studySchema } from './schema/study';
import type { Study, Trial } from './study';

/**
 * The trials of a study's sweep, every arm with the first seed, then every arm with the second …, so that arms can be compared early.
 *
 * @param file the study file: paths in the study are relative to it
 * @param hash SHA-256 of the file, where its trials shall remember it
 */
export function expandTrials(study: Study, file: string, hash?: string): Trial[] {
  const folder = path.dirname(path.resolve(file));
  const swept = armsOf(study.sweep);
  const { seeds, earlyStop } = study.sweep;
  const ids = armIds(swept.map(arm => arm.name));
  const arms = swept.map((arm, index) => {
    const { data, encoder, objective, regulariser, fineTuning, bound } = studySchema.parse(
      applyArm({ ...study, sweep: { arms: [{ name: arm.name }], seeds } }, arm),
    );
    return {
      id: ids[index]!,
      arm: arm.name,
      data: absolute(data, folder),
      encoder: located(encoder, study, folder),
      objective,
      regulariser,
      fineTuning,
      bound,
    };
  });
  const definition = study.definition === undefined ? undefined : namedDefinition(study.definition, folder);
  return seeds.flatMap(seed =>
    arms.map(({ id, arm, ...parts }) => ({
      id: `${id}-seed-${seed}`,
      study: { name: study.name, file: path.resolve(file), ...(hash !== undefined && { hash }) },
      arm,
      seed,
      ...parts,
      ...(definition && { definition }),
      ...(earlyStop && { earlyStop }),
    })),
  );
}

/** Folder names for arms: lower-case letters, digits, dots and hyphens; unique. "RadReg λ=0.01" → `radreg-0.01`. */
export function armIds(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, index) => {
    const slug = name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '');
    const base = slug || `arm-${index + 1}`;
    let id = base;
    for (let suffix = 2; taken.has(id); suffix++) id = `${base}-${suffix}`;
    taken.add(id);
    return id;
  });
}

/** An encoder with absolute paths; a definition of the study's own takes the study's arguments. */
function located(encoder: Study['encoder'], study: Study, folder: string): Study['encoder'] {
  if (encoder.kind !== 'definition') return encoder;
  const { checkpoint } = encoder;
  const named = namedDefinition(encoder.definition ?? study.definition!, folder);
  const given = encoder.arguments ?? (encoder.definition === undefined ? study.arguments : undefined);
  return {
    ...encoder,
    ...(named && { definition: `${named.file}#${named.name}` }),
    ...(given && { arguments: given }),
    ...(checkpoint !== undefined && { checkpoint: path.resolve(folder, checkpoint) }),
  };
}

function absolute(data: Study['data'], folder: string): Study['data'] {
  const located = <Source extends object>(source: Source): Source => {
    const keys = 'path' in source ? ['path'] : ['images', 'labels'];
    const resolved = Object.entries(source).map(([key, value]: [string, unknown]) => [
      key,
      keys.includes(key) && typeof value === 'string' ? path.resolve(folder, value) : value,
    ]);
    return Object.fromEntries(resolved) as Source;
  };
  return {
    ...data,
    train: located(data.train),
    test: located(data.test),
    ...(data.unlabelledPool && { unlabelledPool: located(data.unlabelledPool) }),
  };
}
