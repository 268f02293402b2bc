import * as path from 'node:path';
import * as vscode from 'vscode';
import { sentenceOf } from '../common/fault';
import type { Log } from './log';
import { environmentPrefix, sitePackages } from './sitePackages';

/** The part that is used of what the extension `ms-python.python` exports. */
export interface PythonExtension {
  readonly environments: {
    /** The environment that is selected for a resource; `path` is its folder or its interpreter. */
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly id: string; readonly path: string };
    readonly known: readonly { readonly id: string; readonly executable: { readonly sysPrefix?: string } }[];
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

const PYTHON = 'ms-python.python';

/**
 * The folders of packages of the Python environments that are selected in the extension for Python, where it is installed. They are listed and
 * read; no interpreter is started. Answers from memory, and tells when it knows more.
 */
export class PythonEnvironments implements vscode.Disposable {
  private readonly folders = new Map<string, readonly string[]>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: { dispose(): unknown }[];
  private connected: Promise<PythonExtension | undefined> | undefined;

  /** Fires when a document's folders are others than before. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly log: Log,
    private readonly connect: () => PromiseLike<PythonExtension | undefined> = pythonExtension,
  ) {
    this.subscriptions = [
      this.changed,
      vscode.extensions.onDidChange(() => {
        this.connected = undefined;
        this.refresh();
      }),
    ];
  }

  /** Where the packages lie of the environment that is selected for a document; empty until it is known. */
  of(document: vscode.Uri): readonly string[] {
    const scope = scopeOf(document);
    const found = this.folders.get(scope);
    if (found) return found;
    this.folders.set(scope, []);
    void this.find(scope);
    return [];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private refresh(): void {
    for (const scope of this.folders.keys()) void this.find(scope);
  }

  private async find(scope: string): Promise<void> {
    try {
      this.connected ??= Promise.resolve(this.connect()).then(python => this.followed(python));
      const python = await this.connected;
      const found = python ? await packagesOf(python, scope) : [];
      if (JSON.stringify(found) === JSON.stringify(this.folders.get(scope))) return;
      this.folders.set(scope, found);
      if (found.length > 0) this.log.info(`Imports are also looked up in ${found.join(', ')}.`);
      this.changed.fire();
    } catch (error) {
      this.log.info(`The selected Python environment is not known: ${sentenceOf(error)}`);
    }
  }

  private followed(python: PythonExtension | undefined): PythonExtension | undefined {
    if (python) this.subscriptions.push(python.environments.onDidChangeActiveEnvironmentPath(() => this.refresh()));
    return python;
  }
}

/** What is selected holds for a workspace folder. */
const scopeOf = (document: vscode.Uri): string => vscode.workspace.getWorkspaceFolder(document)?.uri.toString() ?? '';

async function packagesOf({ environments }: PythonExtension, scope: string): Promise<readonly string[]> {
  const active = environments.getActiveEnvironmentPath(scope === '' ? undefined : vscode.Uri.parse(scope));
  // Where nothing is selected the path is a bare command.
  if (!path.isAbsolute(active.path)) return [];
  const prefix = environments.known.find(({ id }) => id === active.id)?.executable.sysPrefix;
  return sitePackages(prefix === undefined || prefix === '' ? await environmentPrefix(active.path) : prefix);
}

async function pythonExtension(): Promise<PythonExtension | undefined> {
  const found = vscode.extensions.getExtension<Partial<PythonExtension> | undefined>(PYTHON);
  const python = found && (found.isActive ? found.exports : await found.activate());
  return python?.environments ? { environments: python.environments } : undefined;
}
