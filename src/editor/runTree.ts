import * as vscode from 'vscode';
import type { RunEntry } from '../reporting/runSummary';
import { t, translated } from '../common/translation';
import { passesFilter } from './runFilter';
import { byStudy, isActive, type StudyRuns } from './runIndex';
import { headCertificate, theoremSentence } from './lensText';
import type { RunService } from './runService';
import { runDescription, runLabel, studyDescription } from './runText';

/** A line of the Runs view: a study, or one of its runs. */
export type RunNode = { readonly kind: 'study'; readonly study: StudyRuns } | { readonly kind: 'run'; readonly entry: RunEntry };

const ICONS: Readonly<Record<RunEntry['record']['state'], vscode.ThemeIcon>> = {
  queued: new vscode.ThemeIcon('clock'),
  running: new vscode.ThemeIcon('sync~spin'),
  finished: new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed')),
  stopped: new vscode.ThemeIcon('circle-slash'),
  failed: new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed')),
  interrupted: new vscode.ThemeIcon('debug-disconnect'),
};

/** States from which a run can be taken up again. */
const RESUMABLE: ReadonlySet<RunEntry['record']['state']> = new Set(['stopped', 'interrupted', 'failed']);

/** The Runs view: runs grouped by study, with state, progress and time left; only those that pass its filter. */
export class RunTree implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<RunNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscriptions: readonly { dispose(): unknown }[];
  private wanted = '';

  constructor(private readonly runs: RunService) {
    this.subscriptions = [this.changed, runs.onDidChange(() => this.changed.fire(undefined))];
  }

  getChildren(node?: RunNode): RunNode[] {
    if (!node) return byStudy(this.shown()).map(study => ({ kind: 'study', study }));
    return node.kind === 'run' ? [] : node.study.entries.map(entry => ({ kind: 'run', entry }));
  }

  /** Words that a run must have to be shown. */
  get filter(): string {
    return this.wanted;
  }

  set filter(words: string) {
    this.wanted = words;
    this.changed.fire(undefined);
  }

  /** The runs that pass the filter. */
  shown(): readonly RunEntry[] {
    return this.runs.all().filter(entry => passesFilter(entry, this.wanted));
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    return node.kind === 'study' ? studyItem(node.study) : runItem(node.entry);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

function studyItem(study: StudyRuns): vscode.TreeItem {
  const active = study.entries.some(isActive);
  const item = new vscode.TreeItem(study.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = study.folder;
  item.description = studyDescription(study, new Date());
  item.iconPath = new vscode.ThemeIcon('beaker');
  item.contextValue = active ? 'study.active' : 'study.ended';
  return item;
}

function runItem(entry: RunEntry): vscode.TreeItem {
  const { record } = entry;
  const item = new vscode.TreeItem(runLabel(entry), vscode.TreeItemCollapsibleState.None);
  item.id = entry.folder;
  item.description = runDescription(entry, new Date());
  item.iconPath = ICONS[record.state];
  item.contextValue = isActive(entry) ? 'run.active' : RESUMABLE.has(record.state) ? 'run.resumable' : 'run.ended';
  item.command = { command: 'boundlens.openPanel', title: t('Open Panel'), arguments: [{ kind: 'run', entry } satisfies RunNode] };
  item.tooltip = tooltipOf(entry);
  item.accessibilityInformation = { label: `${runLabel(entry)}, ${translated(record.state)}, ${item.description}` };
  return item;
}

/** Why a run failed, what is odd about it, or what its certificate says. */
function tooltipOf({ record: { fault, results, state } }: RunEntry): string {
  const certificate = results && headCertificate(results);
  const sentences = [fault, results?.collapse, certificate && theoremSentence(certificate)].filter(sentence => sentence !== undefined);
  return sentences.length > 0 ? sentences.join('\n\n') : translated(state);
}
