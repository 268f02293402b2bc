/** Zero-based, like the editor's. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A replacement of the text between two places, as the editor reports it. */
export interface Edit {
  readonly start: Place;
  readonly end: Place;
  readonly text: string;
}

/** Where a place lies after an edit: behind it it moves along, inside it it falls to the end of the new text. */
export function drift(place: Place, edit: Edit): Place {
  if (before(place, edit.start)) return place;
  const lines = edit.text.split('\n');
  const last = lines[lines.length - 1]!;
  const newEnd = { line: edit.start.line + lines.length - 1, column: (lines.length === 1 ? edit.start.column : 0) + last.length };
  if (before(place, edit.end)) return newEnd;
  if (place.line > edit.end.line) return { line: place.line + newEnd.line - edit.end.line, column: place.column };
  return { line: newEnd.line, column: newEnd.column + place.column - edit.end.column };
}

/** Where a place lies after several edits, in the order in which they were made. */
export const driftAll = (place: Place, edits: readonly Edit[]): Place => edits.reduce(drift, place);

const before = (a: Place, b: Place): boolean => a.line < b.line || (a.line === b.line && a.column < b.column);
