import * as vscode from 'vscode';
import { FileFault, UsageFault } from '../../common/fault';
import type { DefinitionService } from '../definitionService';
import { publicDefinition } from '../publicModel';
import { settings } from '../settings';
import { ToolInput } from './toolInput';

export const ANALYSE_DEFINITION = 'boundlens_analyse_definition';

/** Layers that are told of one definition at most: the largest. */
const MOST_LAYERS = 60;

/**
 * The tool that reads the model definitions of a file of the workspace: sizes, what is not known and why, and the bound before any run, as JSON. Nothing of the
 * file is run. Throws a UsageFault or FileFault with what to do.
 */
export async function analyseDefinition(definitions: Pick<DefinitionService, 'whenAnalysed'>, given: unknown): Promise<string> {
  const input = new ToolInput(ANALYSE_DEFINITION, given, ['file', 'name']);
  const [file, name] = [input.text('file'), input.optionalText('name')];
  const uri = await fileInWorkspace(file);
  if (!settings(uri).enabled) throw new UsageFault(`BoundLens is switched off for ${file}`, 'ask the user to set boundlens.enabled');
  const analysed = await definitions.whenAnalysed(await vscode.workspace.openTextDocument(uri));
  const all = (analysed?.definitions ?? []).map(publicDefinition);
  const found = name === undefined ? all : all.filter(definition => definition.name === name);
  if (found.length === 0 && name !== undefined && all.length > 0)
    throw new UsageFault(`${file} defines no model "${name}"`, `ask for one of ${all.map(each => each.name).join(', ')}`);
  const told = found.map(definition => {
    const layers = [...definition.layers].sort((a, b) => (b.parameters ?? Infinity) - (a.parameters ?? Infinity));
    return { ...definition, layers: layers.slice(0, MOST_LAYERS), layersLeftOut: Math.max(0, layers.length - MOST_LAYERS) };
  });
  return JSON.stringify({
    file: vscode.workspace.asRelativePath(uri),
    unlabelledImagesAssumed: settings(uri).unlabelledImages,
    definitions: told,
  });
}

/** A file of the workspace by its path, relative to a folder of it or absolute. Throws a FileFault for any other. */
async function fileInWorkspace(file: string): Promise<vscode.Uri> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const isAbsolute = /^([/\\]|[a-z]:[/\\])/i.test(file);
  const candidates = isAbsolute
    ? folders.map(({ uri }) => uri.with({ path: vscode.Uri.file(file).path }))
    : folders.map(({ uri }) => vscode.Uri.joinPath(uri, file));
  for (const uri of candidates) {
    if (!vscode.workspace.getWorkspaceFolder(uri)) continue;
    const found = await vscode.workspace.fs.stat(uri).then(
      ({ type }) => (type & vscode.FileType.File) !== 0,
      () => false,
    );
    if (found) return uri;
  }
  throw new FileFault(file, 'is no file of this workspace', 'give the path of a source file relative to the workspace folder');
}
