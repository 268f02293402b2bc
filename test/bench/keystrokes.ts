/** What a long source is edited at: a number that the size of its last definition follows. */
const NUMBER = /width: int = \d+(?=, classes)/g;

/** Where a text is edited: behind that number, else in its middle. Line and column from 1. */
export function editedPlace(text: string): { readonly at: number; readonly line: number; readonly column: number } {
  const found = [...text.matchAll(NUMBER)].at(-1);
  const at = found ? found.index + found[0].length : text.length >> 1;
  const before = text.slice(0, at).split('\n');
  return { at, line: before.length, column: before.at(-1)!.length + 1 };
}

/** A text after so many keystrokes at that place: a digit is typed, and taken away again. */
export function afterKeystrokes(text: string, count: number): string {
  const { at } = editedPlace(text);
  return count % 2 === 0 ? text : `${text.slice(0, at)}1${text.slice(at)}`;
}
