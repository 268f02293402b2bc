import * as vscode from 'vscode';
import type { DefinitionService } from '../definitionService';
import type { RunsView } from '../runService';
import { ANALYSE_DEFINITION, analyseDefinition } from './analyseDefinition';
import { COMPARE_RUNS, compareRuns } from './compareRuns';
import { READ_REPORT, readReport } from './readReport';

/** Offers what BoundLens knows to language models, where this VS Code has them. The tools only read; none starts or changes anything. */
export function registerTools(definitions: Pick<DefinitionService, 'whenAnalysed'>, runs: RunsView): vscode.Disposable {
  const models = vscode.lm as typeof vscode.lm | undefined;
  if (typeof models?.registerTool !== 'function') return new vscode.Disposable(() => undefined);
  const tools: Readonly<Record<string, readonly [message: string, invoke: (input: unknown) => string | Promise<string>]>> = {
    [ANALYSE_DEFINITION]: [vscode.l10n.t('Reading model definitions'), input => analyseDefinition(definitions, input)],
    [READ_REPORT]: [vscode.l10n.t('Reading the report'), input => readReport(runs, input)],
    [COMPARE_RUNS]: [vscode.l10n.t('Comparing runs'), input => compareRuns(runs, input)],
  };
  return vscode.Disposable.from(
    ...Object.entries(tools).map(([name, [invocationMessage, invoke]]) =>
      models.registerTool<object>(name, {
        prepareInvocation: () => ({ invocationMessage }),
        invoke: async ({ input }) => new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(await invoke(input))]),
      }),
    ),
  );
}
