import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ReadRun, RunEntry } from '../reporting/runSummary';
import { t, translated } from '../common/translation';
import { passesFilter } from './runFilter';
import { byStudy, isActive, type StudyRuns } from './runIndex';
import { headCertificate, theoremSentence } from './lensText';
import type { RunService } from './runService';
import { runDescription, runLabel, studyDescription } from './runText';
import type { DamagedRun } from './runWatcher';

/** What commands are asked about: a study, or one of its runs. */
export type RunNode = { readonly kind: 'study'; readonly study: StudyRuns } | { readonly kind: 'run'; readonly entry: RunEntry };

/** A line of the Runs view: that, or a folder whose record is damaged. */
export type RunLine = RunNode | { readonly kind: 'damaged'; readonly run: DamagedRun };

/** A study of more runs than this is opened by hand: VS Code asks for every line of what is open. */
const MANY = 200;

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
export class RunTree implements vscode.TreeDataProvider<RunLine>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<RunLine | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscriptions: readonly { dispose(): unknown }[];
  private wanted = '';

  constructor(private readonly runs: RunService) {
    this.subscriptions = [this.changed, runs.onDidChange(() => this.changed.fire(undefined))];
  }

  getChildren(node?: RunLine): RunLine[] {
    const damaged = this.wanted.trim() === '' ? this.runs.damaged() : [];
    const asNodes = (runs: readonly DamagedRun[]): RunLine[] => runs.map(run => ({ kind: 'damaged', run }));
    if (!node) {
      const studies = byStudy(this.shown());
      const alone = damaged.filter(({ studyFolder }) => studies.every(({ folder }) => folder !== studyFolder));
      return [...studies.map(study => ({ kind: 'study' as const, study })), ...asNodes(alone)];
    }
    if (node.kind !== 'study') return [];
    const { entries, folder } = node.study;
    return [...entries.map(entry => ({ kind: 'run' as const, entry })), ...asNodes(damaged.filter(run => run.studyFolder === folder))];
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

  getTreeItem(node: RunLine): vscode.TreeItem {
    switch (node.kind) {
      case 'study':
        return studyItem(node.study);
      case 'run':
        return runItem(node.entry);
      case 'damaged':
        return damagedItem(node.run);
    }
  }

  /** What stands beside a run that the mouse is over: only then its whole record is needed. */
  async resolveTreeItem(item: vscode.TreeItem, node: RunLine): Promise<vscode.TreeItem> {
    if (node.kind !== 'run') return item;
    const [read] = await this.runs.read([node.entry]);
    item.tooltip = read ? tooltipOf(read) : translated(node.entry.record.state);
    return item;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

function studyItem(study: StudyRuns): vscode.TreeItem {
  const active = study.entries.some(isActive);
  const item = new vscode.TreeItem(
    study.name,
    study.entries.length > MANY ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded,
  );
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
  item.accessibilityInformation = { label: `${runLabel(entry)}, ${translated(record.state)}, ${item.description}` };
  return item;
}

function damagedItem({ folder, sentence }: DamagedRun): vscode.TreeItem {
  const item = new vscode.TreeItem(path.basename(folder), vscode.TreeItemCollapsibleState.None);
  item.id = folder;
  item.description = t('damaged');
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.contextValue = 'run.damaged';
  item.tooltip = sentence;
  item.accessibilityInformation = { label: sentence };
  return item;
}

/** Why a run failed, what is odd about it, or what its certificate says. */
function tooltipOf({ record: { fault, results, state } }: ReadRun): string {
  const certificate = results && headCertificate(results);
  const sentences = [fault, results?.collapse, certificate && theoremSentence(certificate)].filter(sentence => sentence !== undefined);
  return sentences.length > 0 ? sentences.join('\n\n') : translated(state);
}
