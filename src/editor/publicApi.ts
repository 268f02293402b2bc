import * as vscode from 'vscode';
import type { BoundLensApi, BoundLensExports } from '../api';
import { UsageFault } from '../common/fault';
import type { DefinitionService } from './definitionService';
import { publicDefinition, publicRun } from './publicModel';
import type { RunsView } from './runService';

/** What other extensions are given by `activate`. */
export function publicApi(definitions: Pick<DefinitionService, 'whenAnalysed'>, runs: RunsView): BoundLensExports {
  const api: BoundLensApi = {
    version: 1,
    async analyse(uri) {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri.toString(), true));
      const analysed = await definitions.whenAnalysed(document);
      return (analysed?.definitions ?? []).map(publicDefinition);
    },
    runs: () => runs.all().map(entry => publicRun(entry, one => runs.readNow(one))),
    onDidChangeRuns: listener => runs.onDidChange(() => listener()),
  };
  return {
    getApi(version: number) {
      if (version !== 1) throw new UsageFault(`BoundLens has no API of version ${version}`, 'ask for version 1, or update the extension');
      return Object.freeze(api);
    },
  };
}
