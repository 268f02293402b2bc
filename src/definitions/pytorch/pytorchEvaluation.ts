import type { Node } from '../syntaxNode';
import type { ReadContext } from '../definitionReader';
import { Budget } from '../python/budget';
import { Interpreter } from '../python/interpreter';
import { Modules } from '../python/modules';
import { Scope } from '../python/scope';
import type { ClassValue } from '../python/values';
import { computedWhileBuilding } from './forward/whileBuilding';
import { TorchLibrary } from './torchLibrary';
import { torchvisionSource } from './torchvisionSource';

/** Nodes that are visited at most for one file, and for one statement or definition of it. */
const TOTAL_STEPS = 1_500_000;
const STEPS = 200_000;

/** How many times as much work an expression may cause that was asked for by name. */
const CALL_PATIENCE = 10;

/** What evaluates one source, one version after the other: the modules that it imports stay evaluated as long as their texts are the same. */
export class PytorchEvaluation {
  readonly budget: Budget;
  readonly interpreter: Interpreter;
  readonly modules: Modules;
  /** The classes of the version that is read, in the order in which they are defined. */
  readonly classes: ClassValue[] = [];
  scope: Scope;
  private readonly total: number;

  constructor(
    private root: Node,
    private readonly context: ReadContext,
  ) {
    const { sources, files, folders, call } = context;
    const patience = call === undefined ? 1 : CALL_PATIENCE;
    this.total = patience * TOTAL_STEPS;
    this.budget = new Budget(this.total, patience * STEPS);
    const standIn = torchvisionSource(() => this.root.text);
    this.modules = new Modules(sources, files, folders, standIn, call !== undefined);
    const library = new TorchLibrary((module, given) => computedWhileBuilding(module, given, this.budget, this.modules));
    this.interpreter = new Interpreter(library, this.budget, classValue => this.classes.push(classValue), this.modules);
    this.scope = new Scope(undefined, undefined, context.path);
    this.modules.start(this.interpreter, this.scope);
  }

  /** Starts over with the next version of the source. */
  restart(root: Node): void {
    this.root = root;
    this.interpreter.restart(this.total);
    this.scope = new Scope(undefined, undefined, this.context.path);
    this.modules.restart(this.scope);
    this.classes.length = 0;
  }
}
