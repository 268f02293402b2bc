import * as vscode from 'vscode';
import type { AttachedCheckpoints } from './attachedCheckpoints';
import type { Baselines } from './baselines';
import { type DefinitionService, SOURCES } from './definitionService';
import type { FormulaDrawings } from './formulas/drawnFormulas';
import { HintProvider } from './hintProvider';
import { HoverProvider } from './hoverProvider';
import { LensProvider } from './lensProvider';
import type { Problems } from './problems/problems';
import { QuickFixes } from './quickFixes';
import type { RunsView } from './runService';

/** What is known of definitions, and where it comes from. */
export interface DefinitionParts {
  readonly definitions: DefinitionService;
  readonly runs: RunsView;
  readonly baselines: Baselines;
  readonly checkpoints: AttachedCheckpoints;
  readonly formulas: FormulaDrawings;
  readonly problems: Problems;
}

/** Shows what is known of definitions where they are written: lenses, hints, hovers, quick fixes; the same on a desktop and in a browser. */
export function registerDefinitionFeatures({
  definitions,
  runs,
  baselines,
  checkpoints,
  formulas,
  problems,
}: DefinitionParts): vscode.Disposable {
  const lenses = new LensProvider(definitions, runs, baselines, checkpoints);
  const hints = new HintProvider(definitions, checkpoints);
  return vscode.Disposable.from(
    lenses,
    hints,
    vscode.languages.registerCodeLensProvider(SOURCES, lenses),
    vscode.languages.registerInlayHintsProvider(SOURCES, hints),
    vscode.languages.registerHoverProvider(SOURCES, new HoverProvider(definitions, runs, checkpoints, formulas)),
    vscode.languages.registerCodeActionsProvider(SOURCES, new QuickFixes(definitions, problems), QuickFixes.metadata),
  );
}
