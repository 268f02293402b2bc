import { join } from 'node:path';
import type { Node } from '../syntaxNode';
import { importRoots, moduleFile, relativeStem } from './importPaths';
import type { ParsedSources } from './parsedSources';
import { Scope } from './scope';
import { Snapshot } from './snapshot';
import { NO_FILES, type SourceFiles } from './sourceFiles';
import type { NamespaceValue, Value } from './values';

/** Modules that are evaluated at most for one file. */
const MAXIMUM_MODULES = 150;

/** Packages whose meaning a library of BoundLens knows: they are not looked for among the files. */
const NEVER_READ = new Set(
  `torch numpy math functools collections typing typing_extensions einops copy itertools dataclasses enum types abc os sys re json logging
   warnings operator random string time datetime pathlib argparse keras tensorflow jax flax scipy inspect contextlib numbers`.split(/\s+/),
);

/** Whether a module belongs to a package that is never read. */
export const isLibraryModule = (module: string): boolean => NEVER_READ.has(module.split('.')[0]!) && !ARCHITECTURES.test(module);

/** Parts of those packages that are made of their own layers alone, and are read like any other file. */
const ARCHITECTURES = /^keras\.(src\.)?applications(\.|$)/;

/** Sources that stand in for files which cannot be reached, as parts of torchvision; undefined where there is none. */
export type StandIn = (module: string, importer: string | undefined) => { readonly path: string; readonly text: string } | undefined;

/** What evaluating modules needs of the evaluator. */
export interface ModuleRunner {
  /** Runs the statements of an imported module. */
  runImported(root: Node, scope: Scope): void;
  /** The value of a name of a module, its star imports among it. */
  nameIn(scope: Scope, name: string): Value | undefined;
  /** What `rangeOf` and `lineOf` say of the nodes of an imported file. */
  own(root: Node): void;
}

/** A module that is kept from one read of a file to the next. */
interface KeptModule {
  readonly path: string;
  readonly root: Node;
  readonly scope: Scope;
  readonly read: () => Node | undefined;
}

type NeededModule = readonly [path: string, { readonly read: () => Node | undefined }];

/** How long it is taken for granted which files there are. */
const REMEMBERED_MILLISECONDS = 1000;

/** The modules that one file imports, found among the files and evaluated when a name of theirs is first asked for. */
export class Modules {
  private readonly scopes = new Map<string, Scope>();
  private readonly rootsOf = new Map<string, readonly string[]>();
  private runner: ModuleRunner | undefined;
  private main: Scope | undefined;
  /** The modules that were evaluated, in order, with what parses each. */
  private readonly loading = new Map<string, { readonly root: Node; readonly read: () => Node | undefined }>();
  /** Whether a module asked for a name of the file that is read itself. */
  private reachesMain = false;
  private isEntangled = false;
  private kept: readonly KeptModule[] | undefined;
  private snapshot: Snapshot | undefined;
  /** Files by the stems of modules, as they were found a moment ago. */
  private readonly found = new Map<string, string | undefined>();
  private foundAt = -Infinity;

  constructor(
    private readonly sources: ParsedSources | undefined,
    private readonly files: SourceFiles = NO_FILES,
    private readonly folders: readonly string[] = [],
    private readonly standIn: StandIn = () => undefined,
    /** Whether imported decorators that note functions down are carried out: only an expression can ask for what they noted. */
    readonly keepsRegistries = false,
  ) {}

  /** Names the evaluator that runs the modules, and the scope of the file that is read, for the files that import it. */
  start(runner: ModuleRunner, main: Scope): void {
    this.runner = runner;
    this.main = main;
    if (main.file !== undefined) this.scopes.set(main.file, main);
  }

  /**
   * Starts another read of the same file. Modules whose texts are what they were are not evaluated again: at the second read they all are, before the file
   * itself, and from then on everything in them is brought back to what it was at that point.
   */
  restart(main: Scope): void {
    const runner = this.runner!;
    if (this.loading.size > (this.kept?.length ?? 0) || !this.isUnchanged()) this.kept = this.snapshot = undefined;
    this.scopes.clear();
    if (performance.now() - this.foundAt > REMEMBERED_MILLISECONDS) this.found.clear();
    this.start(runner, main);
    if (this.kept) this.bringBack(this.kept, runner);
    else this.evaluateFirst([...this.loading]);
  }

  /** Whether every module that the last read needed would be found again as it was, and none of them needed the file itself. */
  isCurrent(): boolean {
    if (this.reachesMain || this.isEntangled || ![...this.loading.values()].every(({ root, read }) => read() === root)) return false;
    if (performance.now() - this.foundAt <= REMEMBERED_MILLISECONDS) return true;
    this.foundAt = performance.now();
    return [...this.found].every(([stem, path]) => moduleFile(stem, this.files) === path);
  }

  /** Whether the modules that were needed are kept, so that the next read starts with the same ones. */
  get isSettled(): boolean {
    return this.loading.size === (this.kept?.length ?? 0);
  }

  /** Whether they are what they were before the file was read. */
  get isUntouched(): boolean {
    return this.isSettled && (this.snapshot?.isSame() ?? true);
  }

  private bringBack(kept: readonly KeptModule[], runner: ModuleRunner): void {
    this.snapshot?.restore();
    for (const { path, root, scope } of kept) {
      this.scopes.set(path, scope);
      runner.own(root);
    }
  }

  /** Evaluates the modules that earlier reads came to need, and keeps them unless one of them needs the file itself. */
  private evaluateFirst(needed: readonly NeededModule[]): void {
    this.loading.clear();
    if (needed.length === 0 || this.isEntangled || !this.areApart(needed)) {
      this.loading.clear();
      this.scopes.clear();
      this.start(this.runner!, this.main!);
      return;
    }
    const kept = [...this.loading].flatMap(([path, { root, read }]) => {
      const scope = this.scopes.get(path);
      return scope ? [{ path, root, scope, read }] : [];
    });
    this.snapshot = new Snapshot(kept.map(({ scope }) => scope));
    this.kept = kept;
  }

  /** Evaluates modules in order; false, now and ever after, when one of them asks for a name of the file that is read. */
  private areApart(needed: readonly NeededModule[]): boolean {
    this.reachesMain = false;
    for (const [path, { read }] of needed) this.scopeOf(path, read);
    this.isEntangled = this.reachesMain;
    return !this.isEntangled;
  }

  private isUnchanged(): boolean {
    return this.kept?.every(({ root, read }) => read() === root) ?? false;
  }

  /** The module that a file imports by name, with or without leading dots; undefined when no file is found. */
  find(module: string, importer: string | undefined): NamespaceValue | undefined {
    if (isLibraryModule(module)) return undefined;
    for (const stem of this.stems(module, importer)) {
      const path = this.fileOf(stem);
      if (path !== undefined) return this.namespace(path, stem, () => this.sources?.root(path, this.files));
    }
    const replacement = this.standIn(module, importer);
    if (!replacement) return undefined;
    return this.namespace(replacement.path, replacement.path.replace(/\.py$/, ''), () =>
      this.sources?.rootOf(replacement.path, replacement.text),
    );
  }

  /** The module of a file that was evaluated, by what its functions say is their `__module__`. */
  loaded(file: string): NamespaceValue | undefined {
    return this.scopes.has(file) ? this.namespace(file, file.replace(/\.py$/, ''), () => undefined) : undefined;
  }

  private fileOf(stem: string): string | undefined {
    if (this.found.size === 0) this.foundAt = performance.now();
    if (!this.found.has(stem)) this.found.set(stem, moduleFile(stem, this.files));
    return this.found.get(stem);
  }

  private stems(module: string, importer: string | undefined): readonly string[] {
    if (importer === undefined) return module.startsWith('.') ? [] : this.folders.map(folder => join(folder, ...module.split('.')));
    if (module.startsWith('.')) return [relativeStem(module, importer)];
    let roots = this.rootsOf.get(importer);
    if (!roots) this.rootsOf.set(importer, (roots = importRoots(importer, this.files, this.folders)));
    return roots.map(root => join(root, ...module.split('.')));
  }

  private namespace(path: string, stem: string, root: () => Node | undefined): NamespaceValue {
    return {
      kind: 'namespace',
      file: path,
      member: name => {
        const scope = this.scopeOf(path, root);
        const value = scope && this.runner?.nameIn(scope, name);
        if (value || !path.endsWith('__init__.py')) return value;
        const inner = join(stem, name);
        const file = this.fileOf(inner);
        return file === undefined ? undefined : this.namespace(file, inner, () => this.sources?.root(file, this.files));
      },
    };
  }

  private scopeOf(path: string, read: () => Node | undefined): Scope | undefined {
    const before = this.scopes.get(path);
    if (before && before === this.main) this.reachesMain = true;
    if (before || this.scopes.size >= MAXIMUM_MODULES || !this.runner) return before;
    const root = read();
    if (!root) return undefined;
    const scope = new Scope(undefined, undefined, path);
    this.scopes.set(path, scope);
    this.loading.set(path, { root, read });
    this.runner.own(root);
    this.runner.runImported(root, scope);
    return scope;
  }
}
