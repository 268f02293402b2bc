import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ValueFault } from '../../common/fault';
import { readText } from '../../common/readText';
import type { Architecture } from '../../architecture/architecture';
import type { Program } from '../../architecture/computation';
import type { ProgramRequest } from '../../definitions/definitionReader';
import { Documents } from '../../definitions/documents';

/** A definition and how it shall be constructed and computed. */
export interface DefinitionChoice extends Omit<ProgramRequest, 'inputs'> {
  /** Absolute path of the source. */
  readonly file: string;
  /** The call that constructs it, `Net(width=64)`; what the source itself says when absent. */
  readonly call?: string | undefined;
  /** Folders in which absolute imports are looked for after the source's own. */
  readonly folders?: readonly string[];
}

/** A definition that was read, with its program. */
export interface ReadProgram {
  readonly architecture: Architecture;
  readonly program: Program;
}

/**
 * Reads one definition from its source text and what it computes of images; runs nothing of it.
 *
 * @param inputs shapes that one image may be given in, likeliest first
 * @param assets folder of the parsers' WebAssembly files
 * @throws FileFault when the source cannot be read, ValueFault when it has no such definition or says nothing that can be computed
 */
export async function readProgram(choice: DefinitionChoice, inputs: ProgramRequest['inputs'], assets: string): Promise<ReadProgram> {
  const { file, call, name, method, outlet, folders = [path.dirname(file)] } = choice;
  const text = await readText(file);
  const documents = await Documents.load(assets);
  const uri = pathToFileURL(file).href;
  await documents.prepare(uri);
  const request: ProgramRequest = { name, inputs, ...(method !== undefined && { method }), ...(outlet && { outlet }) };
  const { definitions } = documents.read({ uri, text }, { folders, program: request, ...(call !== undefined && { call }) });
  const architecture = definitions.map(each => each.architecture).find(each => each.name === name);
  if (!architecture) {
    const names = definitions.map(each => each.architecture.name);
    throw new ValueFault(file, name, 'is not defined there', names.length > 0 ? `name one of ${names.join(', ')}` : 'name another file');
  }
  const { program, framework, parameterCount } = architecture;
  if (program?.known) return { architecture, program: program.value };
  const reason = program ?? (parameterCount.known ? undefined : parameterCount);
  throw new ValueFault(
    file,
    name,
    reason ? `cannot be computed: ${reason.why} (line ${reason.line + 1})` : `is a ${framework} model, which is not computed`,
    'choose another definition, or a built-in encoder',
  );
}
