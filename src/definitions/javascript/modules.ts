import { markImported } from '../python/syntax';
import { NO_FILES, type SourceFiles } from '../python/sourceFiles';
import type { Node } from '../syntaxNode';
import type { SourceRange } from '../../architecture/architecture';
import { exported } from './exports';
import { scriptFile } from './importPaths';
import { jsonValue } from './json';
import { Scope } from './scope';
import { object, type NamespaceValue, type Value } from './values';

/** Modules that are evaluated at most for one file. */
const MAXIMUM_MODULES = 150;

/** The root of a file's tree by its path; undefined where there is none or its language has no parser. */
export type ScriptRoots = (path: string) => Node | undefined;

/** What evaluating modules needs of the evaluator. */
export interface ScriptRunner {
  runModule(root: Node, scope: Scope): void;
  /** The place in the file that is read that led to an imported file. */
  readonly place: SourceRange;
}

/** The files that one script imports with a relative path, evaluated when a name of theirs is first used. */
export class ScriptModules {
  private readonly modules = new Map<string, { readonly root: Node; readonly scope: Scope }>();
  private runner: ScriptRunner | undefined;

  constructor(
    private readonly roots: ScriptRoots = () => undefined,
    private readonly files: SourceFiles = NO_FILES,
  ) {}

  /** Names the evaluator that runs the modules, and the file that is read, for the files that import it. */
  start(runner: ScriptRunner, root: Node, scope: Scope): void {
    this.runner = runner;
    if (scope.file !== undefined) this.modules.set(scope.file, { root, scope });
  }

  /** The file that `importer` imports by a relative path; undefined for packages and files that are not found. */
  find(module: string, importer: string | undefined): NamespaceValue | Value | undefined {
    const path = importer === undefined ? undefined : scriptFile(module, importer, this.files);
    if (path === undefined) return undefined;
    return path.endsWith('.json') ? jsonValue(this.files.read(path) ?? '') : this.namespace(path);
  }

  private namespace(path: string): NamespaceValue {
    return {
      kind: 'namespace',
      member: name => {
        const module = this.evaluated(path);
        if (!module) return undefined;
        const from = (other: string) => {
          const found = this.find(other, path);
          return found?.kind === 'namespace' ? found : undefined;
        };
        return exported(module.root, module.scope, name, from);
      },
    };
  }

  private evaluated(path: string): { readonly root: Node; readonly scope: Scope } | undefined {
    const before = this.modules.get(path);
    if (before || this.modules.size >= MAXIMUM_MODULES || !this.runner) return before;
    const root = this.roots(path);
    if (!root) return undefined;
    const module = { root, scope: moduleScope(path) };
    this.modules.set(path, module);
    const { runner } = this;
    markImported(root, () => runner.place);
    runner.runModule(root, module.scope);
    return module;
  }
}

/** The top level of a file, with what CommonJS puts there. */
export function moduleScope(path: string | undefined): Scope {
  const scope = new Scope(undefined, path);
  const exports = object();
  scope.declare('module', object([['exports', exports]]));
  scope.declare('exports', exports);
  return scope;
}
