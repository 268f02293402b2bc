import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { EnvironmentFault } from '../../src/common/fault';
import type { Analysis } from '../../src/definitions/analysisProtocol';
import { DefinitionService } from '../../src/editor/definitionService';
import { eventually, showUnsaved } from './support';

const silent = () => ({ dispose: () => undefined });
const studies = { of: () => ({}), trainedOf: () => ({}), onDidChange: silent, ready: Promise.resolve() };
const environments = { of: () => [], onDidChange: silent };
const log = { info: () => undefined, silentFailure: () => undefined };

describe('a definition that could not be read', () => {
  let service: DefinitionService;
  let readings: number;
  let document: vscode.TextDocument;

  /** A service whose worker fails so many times, and then reads nothing. */
  async function failing(times: number): Promise<void> {
    readings = 0;
    const analyse = ({ uri, version }: { readonly uri: string; readonly version: number }): Promise<Analysis> =>
      ++readings > times
        ? Promise.resolve({ uri, version, definitions: [] })
        : Promise.reject(new EnvironmentFault('The analysis worker stopped twice', 'reload the window'));
    service = new DefinitionService({ analyse, forget: () => undefined }, studies, environments, log);
    ({ document } = await showUnsaved('import torch\n'));
  }

  afterEach(() => {
    service.dispose();
    return vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('is read again after a while, without an edit', async () => {
    await failing(1);
    assert.equal(service.analysed(document), undefined);
    await eventually(
      () => service.analysed(document),
      analysed => analysed !== undefined,
      'the second reading',
    );
    assert.equal(readings, 2);
  });

  it('is read a few times and then when a command asks for it, which gets the answer', async () => {
    await failing(3);
    assert.equal(service.analysed(document), undefined);
    await eventually(
      () => readings,
      count => count === 3,
      'the third reading',
    );
    assert.deepEqual((await service.whenAnalysed(document))?.definitions, []);
    assert.equal(readings, 4);
  });
});
