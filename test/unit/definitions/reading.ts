import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '../../../src/architecture/architecture';
import { allLayers, parameterPath } from '../../../src/architecture/counts';
import { Documents } from '../../../src/definitions/documents';

let loaded: Promise<Documents> | undefined;

/** Documents with the shipped parser, started once for all tests. */
export const documents = (): Promise<Documents> => (loaded ??= Documents.load(join(process.cwd(), 'dist')));

export const sourceText = (path: string): string => readFileSync(join(process.cwd(), path), 'utf8');

/** The definitions of a text, read as a document of its own. */
export async function read(text: string, uri = `test:${text.length}`): Promise<readonly Architecture[]> {
  const all = await documents();
  all.forget(uri);
  return all.read({ uri, text }).definitions.map(({ architecture }) => architecture);
}

/** Shapes of all known tensors of an architecture, by PyTorch's names. */
export function tensorsOf(architecture: Architecture): Record<string, readonly number[]> {
  const tensors: Record<string, readonly number[]> = {};
  for (const layer of allLayers(architecture.layers))
    for (const parameter of layer.parameters.known ? layer.parameters.value : [])
      tensors[parameterPath(layer, parameter)] = parameter.shape;
  return tensors;
}

/** A count, or the reason and the line (from 1) why there is none. */
export const summary = ({ parameterCount: count }: Architecture): number | string =>
  count.known ? count.value : `${count.why} (line ${count.line + 1})`;
