/** A replacement of a stretch of text, zero-based like the editor's; the old text where `start` is `end` is none. */
export interface TextChange {
  readonly start: Place;
  readonly end: Place;
  readonly text: string;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Puts a text at a place. */
export const insertion = (line: number, column: number, text: string): TextChange => ({
  start: { line, column },
  end: { line, column },
  text,
});

/** A text after changes that do not overlap. */
export function changed(text: string, changes: readonly TextChange[]): string {
  const lines = text.split('\n');
  const starts = lines.reduce<number[]>((offsets, line, index) => [...offsets, offsets[index]! + line.length + 1], [0]);
  const offset = ({ line, column }: Place) => starts[line]! + column;
  const later = (a: TextChange, b: TextChange) => offset(b.start) - offset(a.start);
  return [...changes]
    .sort(later)
    .reduce((sofar, change) => sofar.slice(0, offset(change.start)) + change.text + sofar.slice(offset(change.end)), text);
}
