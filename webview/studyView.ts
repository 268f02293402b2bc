import type { PanelSnapshot } from '../src/reporting/panelMessages';

/** A part of the page. */
export interface StudyView {
  readonly root: HTMLElement;
  /** Shows what is known now; called at most once a frame, and only while the part can be seen. */
  update(snapshot: PanelSnapshot): void;
  /** Draws again, in the colours that are in force now. */
  paint?(): void;
}

/** Tells whether any of a few values is another one than at the last call: views draw again only then. */
export function changeDetector(): (...values: readonly unknown[]) => boolean {
  let last: readonly unknown[] | undefined;
  return (...values) => {
    const changed = last?.length !== values.length || values.some((value, at) => value !== last![at]);
    last = values;
    return changed;
  };
}
