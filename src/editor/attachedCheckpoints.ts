import * as vscode from 'vscode';
import type { Report } from '../theory/report';
import type { DefinitionPlace } from './runIndex';

const KEY = 'boundlens.checkpoints';

/** Certified brackets of a spectral norm, by the name of its tensor within the definition. */
export type MeasuredNorms = Readonly<Record<string, { readonly lower: number; readonly upper: number; readonly share: number }>>;

/** A weight file that was measured for a definition. */
export interface AttachedCheckpoint {
  readonly file: string;
  /** Theorem D4 over the measured norms. */
  readonly report: Report;
  readonly norms: MeasuredNorms;
  /** Tensors of the definition that the file does not have. */
  readonly missing: number;
}

/** The checkpoints that *Attach Checkpoint…* measured, by definition; kept with the workspace. */
export class AttachedCheckpoints implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly memory: vscode.Memento) {}

  of(place: DefinitionPlace): AttachedCheckpoint | undefined {
    return this.all()[keyOf(place)];
  }

  /** Attaches a checkpoint to a definition in place of another; `undefined` detaches it. */
  async attach(place: DefinitionPlace, checkpoint: AttachedCheckpoint | undefined): Promise<void> {
    const { [keyOf(place)]: _before, ...others } = this.all();
    await this.memory.update(KEY, checkpoint ? { ...others, [keyOf(place)]: checkpoint } : others);
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }

  private all(): Readonly<Record<string, AttachedCheckpoint>> {
    return this.memory.get<Readonly<Record<string, AttachedCheckpoint>>>(KEY, {});
  }
}

const keyOf = ({ file, name }: DefinitionPlace): string => `${file}#${name}`;
