import * as path from 'node:path';
import * as vscode from 'vscode';
import { studyFolderName } from '../studies/studyFolderName';
import { ENGINES_VARIABLE } from '../training/engine/enginesFolder';
import { runsFolder, settings } from './settings';
import { glance } from './studyFiles';

const TYPE = 'boundlens';
const MOST_STUDIES = 200;

/** What tasks.json says of a task of ours. */
interface StudyTask extends vscode.TaskDefinition {
  /** The study file, relative to the workspace folder. */
  readonly study?: unknown;
}

/** Tasks that pre-train a study in a terminal, `boundlens: pre-train …`: one for each study of the workspace, and those that tasks.json names. */
export class StudyTasks implements vscode.TaskProvider {
  static readonly type = TYPE;

  constructor(
    private readonly program: string,
    private readonly engines: string,
  ) {}

  async provideTasks(): Promise<vscode.Task[]> {
    const files = await vscode.workspace.findFiles('**/*.study.json', '**/node_modules/**', MOST_STUDIES);
    const tasks = await Promise.all(files.map(file => this.taskOf(file, undefined)));
    return tasks.filter(task => task !== undefined);
  }

  async resolveTask(task: vscode.Task): Promise<vscode.Task | undefined> {
    const { study } = task.definition as StudyTask;
    const folder = typeof task.scope === 'object' ? task.scope : vscode.workspace.workspaceFolders?.[0];
    if (typeof study !== 'string' || !folder) return undefined;
    return this.taskOf(vscode.Uri.file(path.resolve(folder.uri.fsPath, study)), task.definition);
  }

  private async taskOf(file: vscode.Uri, definition: vscode.TaskDefinition | undefined): Promise<vscode.Task | undefined> {
    const folder = vscode.workspace.getWorkspaceFolder(file);
    if (!folder || file.scheme !== 'file') return undefined;
    const text = await vscode.workspace.fs.readFile(file).then(
      bytes => new TextDecoder().decode(bytes),
      () => '',
    );
    const { name } = glance(file.fsPath, text);
    const { engine, threads, jobs } = settings(folder.uri);
    const argv = [
      ...[this.program, 'run', file.fsPath, '--out', path.join(runsFolder(folder), studyFolderName(name))],
      ...(engine === 'auto' ? [] : ['--engine', engine]),
      ...['--threads', `${threads}`, ...(jobs > 0 ? ['--jobs', `${jobs}`] : [])],
    ];
    const env = { ELECTRON_RUN_AS_NODE: '1', [ENGINES_VARIABLE]: this.engines };
    const study = path.relative(folder.uri.fsPath, file.fsPath).split(path.sep).join('/');
    const task = new vscode.Task(
      definition ?? { type: TYPE, study },
      folder,
      `pre-train ${name}`,
      TYPE,
      new vscode.ProcessExecution(process.execPath, argv, { cwd: path.dirname(file.fsPath), env }),
      [],
    );
    task.detail = vscode.l10n.t('Runs {0} in a terminal; its runs appear in the BoundLens view.', study);
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated };
    return task;
  }
}
