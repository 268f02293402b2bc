import * as vscode from 'vscode';

/** What BoundLens uses of a repository of the built-in Git extension (its API, version 1). */
interface Repository {
  readonly state: { readonly HEAD?: { readonly commit?: string }; readonly onDidChange: vscode.Event<void> };
  show(ref: string, path: string): Promise<string>;
}

interface GitApi {
  readonly onDidOpenRepository: vscode.Event<Repository>;
  readonly repositories: readonly Repository[];
  getRepository(uri: vscode.Uri): Repository | null;
}

interface GitExtension {
  readonly enabled: boolean;
  readonly onDidChangeEnablement: vscode.Event<boolean>;
  /** Throws while Git is switched off. */
  getAPI(version: 1): GitApi;
}

/** Files as the last commit has them, through the built-in Git extension; nothing where that is off, or a file is in no repository. */
export class GitHead implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly commits = new WeakMap<Repository, string | undefined>();
  private readonly subscriptions: { dispose(): unknown }[] = [this.changed];
  private readonly extension: Promise<GitExtension | undefined>;
  private api: GitApi | undefined;

  /** Fires when a repository comes or its HEAD is another commit. */
  readonly onDidChange = this.changed.event;

  constructor() {
    this.extension = this.open();
  }

  /** The text of a file in the last commit; undefined where there is none. */
  async text(file: vscode.Uri): Promise<string | undefined> {
    await this.extension;
    const repository = this.api?.getRepository(file);
    if (!repository?.state.HEAD?.commit) return undefined;
    // Git fails for a file that it does not know.
    return repository.show('HEAD', file.fsPath).catch(() => undefined);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async open(): Promise<GitExtension | undefined> {
    try {
      const git = await vscode.extensions.getExtension<GitExtension>('vscode.git')?.activate();
      if (!git) return undefined;
      // The extension says that it is enabled a moment before its API can be had.
      this.subscriptions.push(git.onDidChangeEnablement(() => setTimeout(() => this.take(git))));
      this.take(git);
      return git;
    } catch {
      // Without Git there is no last commit.
      return undefined;
    }
  }

  private take(git: GitExtension): void {
    if (!git.enabled) {
      this.api = undefined;
    } else if (!this.api) {
      this.api = git.getAPI(1);
      for (const repository of this.api.repositories) this.follow(repository);
      this.subscriptions.push(
        this.api.onDidOpenRepository(repository => {
          this.follow(repository);
          this.changed.fire();
        }),
      );
    }
    this.changed.fire();
  }

  private follow(repository: Repository): void {
    this.commits.set(repository, repository.state.HEAD?.commit);
    this.subscriptions.push(
      repository.state.onDidChange(() => {
        const commit = repository.state.HEAD?.commit;
        if (this.commits.get(repository) === commit) return;
        this.commits.set(repository, commit);
        this.changed.fire();
      }),
    );
  }
}
