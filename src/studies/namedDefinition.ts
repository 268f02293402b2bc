import path from 'node:path';

/** A model in a source file. */
export interface NamedDefinition {
  /** Absolute path. */
  readonly file: string;
  readonly name: string;
}

/** The definition that a study names, `models/mae.py#MaskedAutoencoder` relative to the study's folder; undefined where the text is of another form. */
export function namedDefinition(text: string, folder: string): NamedDefinition | undefined {
  const hash = text.lastIndexOf('#');
  if (hash < 1 || hash === text.length - 1) return undefined;
  return { file: path.resolve(folder, text.slice(0, hash)), name: text.slice(hash + 1) };
}
