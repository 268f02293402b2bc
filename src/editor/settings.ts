import * as path from 'node:path';
import * as vscode from 'vscode';
import { engineChoice, type EngineChoice } from '../training/engine/engineChoice';
import type { RunsRoot } from './runWatcher';

export const SECTION = 'boundlens';

/** Every setting of BoundLens as it holds for one place, checked: a value of the wrong kind counts as not set. */
export interface Settings {
  /** The master switch. */
  readonly enabled: boolean;
  readonly codeLens: boolean;
  readonly inlayHints: boolean;
  readonly hovers: boolean;
  readonly diagnostics: boolean;
  /** Milliseconds from a keystroke to the next reading. */
  readonly delay: number;
  /** What the change of a bound is measured against where nothing is pinned. */
  readonly baseline: 'head' | 'saved' | 'none';
  /** Number N of unlabelled images that estimates before a run take for granted. */
  readonly unlabelledImages: number;
  /** As written: folders in which imports are looked for beside the workspace's own. */
  readonly importFolders: readonly string[];
  /** As written: relative to the workspace folder, or absolute. */
  readonly runsFolder: string;
  readonly engine: EngineChoice;
  readonly threads: number;
  /** Trials of a study that run at the same time; 0 for as many as the processors allow. */
  readonly jobs: number;
  /** Options of sbatch for trials that run on Slurm, as `--partition=gpu`. */
  readonly slurmOptions: readonly string[];
}

/** The settings for a document, a folder, or (without a scope) the window. */
export function settings(scope?: vscode.ConfigurationScope): Settings {
  const section = vscode.workspace.getConfiguration(SECTION, scope);
  const flag = (name: string) => section.get<unknown>(name) !== false;
  const count = (name: string, otherwise: number) => {
    const value = section.get<unknown>(name);
    return typeof value === 'number' && Number.isFinite(value) && value >= 1 ? Math.floor(value) : otherwise;
  };
  const runsFolder = section.get<unknown>('runsFolder');
  const texts = (name: string) => {
    const values = section.get<unknown>(name);
    return Array.isArray(values) ? values.filter((value): value is string => typeof value === 'string' && value.trim() !== '') : [];
  };
  const baseline = section.get<unknown>('baseline');
  return {
    enabled: flag('enabled'),
    codeLens: flag('codeLens'),
    inlayHints: flag('inlayHints'),
    hovers: flag('hovers'),
    diagnostics: flag('diagnostics'),
    delay: Math.min(Math.max(count('delay', 150), 50), 10_000),
    baseline: baseline === 'saved' || baseline === 'none' ? baseline : 'head',
    unlabelledImages: count('unlabelledImages', 10_000),
    importFolders: texts('importFolders'),
    runsFolder: typeof runsFolder === 'string' && runsFolder.trim() !== '' ? runsFolder : '.boundlens/runs',
    engine: engineChoice(String(section.get<unknown>('engine'))) ?? 'auto',
    threads: count('threads', 1),
    jobs: count('jobs', 0),
    slurmOptions: texts('slurmOptions'),
  };
}

/** The folder that keeps the runs of a workspace folder. */
export function runsFolder(folder: vscode.WorkspaceFolder): string {
  return path.resolve(folder.uri.fsPath, settings(folder.uri).runsFolder);
}

/**
 * Where imports of a document are looked for after its own package: its workspace folder first, then the folders that the settings name, then the
 * packages of an environment.
 */
export function importFolders(document: vscode.Uri, packages: readonly string[]): readonly string[] {
  const own = vscode.workspace.getWorkspaceFolder(document)?.uri.fsPath;
  const others = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath).filter(folder => folder !== own);
  const named = settings(document).importFolders.map(folder => path.resolve(own ?? '', folder));
  return [...(own === undefined ? [] : [own]), ...others, ...named, ...packages];
}

/** The runs folders of all workspace folders that lie on a disk. */
export function runsRoots(): readonly RunsRoot[] {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  return folders.map(folder => ({ folder: runsFolder(folder), name: folders.length > 1 ? folder.name : '' }));
}

/** Whether the settings leave a document out: BoundLens reads and shows nothing there. */
export function isExcluded(document: vscode.TextDocument): boolean {
  const globs = vscode.workspace.getConfiguration(SECTION, document.uri).get<unknown>('exclude');
  const selector = (Array.isArray(globs) ? globs : []).filter(glob => typeof glob === 'string').map(pattern => ({ pattern }));
  return selector.length > 0 && vscode.languages.match(selector, document) > 0;
}

/** The settings that a command switches. */
export const SWITCHES = ['enabled', 'codeLens', 'inlayHints', 'hovers', 'diagnostics'] as const;

/** Switches a setting on or off, where it is already decided: the workspace if it says so, else for the user. */
export async function toggleSetting(name: (typeof SWITCHES)[number]): Promise<void> {
  const section = vscode.workspace.getConfiguration(SECTION);
  const decidedInWorkspace = section.inspect<boolean>(name)?.workspaceValue !== undefined;
  const target = decidedInWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await section.update(name, !settings()[name], target);
}
