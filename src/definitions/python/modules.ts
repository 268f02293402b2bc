import { join } from 'node:path';
import type { Node } from '../syntaxNode';
import { importRoots, moduleFile, relativeStem } from './importPaths';
import type { ParsedSources } from './parsedSources';
import { Scope } from './scope';
import { NO_FILES, type SourceFiles } from './sourceFiles';
import type { NamespaceValue, Value } from './values';

/** Modules that are evaluated at most for one file. */
const MAXIMUM_MODULES = 150;

/** Packages whose meaning a library of BoundLens knows: they are not looked for among the files. */
const NEVER_READ = new Set(
  `torch numpy math functools collections typing typing_extensions copy itertools dataclasses enum types abc os sys re json logging
   warnings operator random string time datetime pathlib argparse keras tensorflow jax flax scipy inspect contextlib numbers`.split(/\s+/),
);

/** Parts of those packages that are made of their own layers alone, and are read like any other file. */
const ARCHITECTURES = /^keras\.(src\.)?applications(\.|$)/;

/** Sources that stand in for files which cannot be reached, as parts of torchvision; undefined where there is none. */
export type StandIn = (module: string, importer: string | undefined) => { readonly path: string; readonly text: string } | undefined;

/** What evaluating modules needs of the evaluator. */
export interface ModuleRunner {
  runModule(root: Node, scope: Scope): void;
  /** The value of a name of a module, its star imports among it. */
  nameIn(scope: Scope, name: string): Value | undefined;
  /** What `rangeOf` and `lineOf` say of the nodes of an imported file. */
  own(root: Node): void;
}

/** The modules that one file imports, found among the files and evaluated when a name of theirs is first asked for. */
export class Modules {
  private readonly scopes = new Map<string, Scope>();
  private readonly rootsOf = new Map<string, readonly string[]>();
  private runner: ModuleRunner | undefined;

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
    if (main.file !== undefined) this.scopes.set(main.file, main);
  }

  /** The module that a file imports by name, with or without leading dots; undefined when no file is found. */
  find(module: string, importer: string | undefined): NamespaceValue | undefined {
    if (NEVER_READ.has(module.split('.')[0]!) && !ARCHITECTURES.test(module)) return undefined;
    for (const stem of this.stems(module, importer)) {
      const path = moduleFile(stem, this.files);
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
        const file = moduleFile(inner, this.files);
        return file === undefined ? undefined : this.namespace(file, inner, () => this.sources?.root(file, this.files));
      },
    };
  }

  private scopeOf(path: string, read: () => Node | undefined): Scope | undefined {
    const before = this.scopes.get(path);
    if (before || this.scopes.size >= MAXIMUM_MODULES || !this.runner) return before;
    const root = read();
    if (!root) return undefined;
    const scope = new Scope(undefined, undefined, path);
    this.scopes.set(path, scope);
    this.runner.own(root);
    this.runner.runModule(root, scope);
    return scope;
  }
}
