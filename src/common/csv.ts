/** What stands in one cell; nothing where a value is absent. */
export type Cell = string | number | null | undefined;

/** Rows as comma-separated values (RFC 4180): CRLF at the end of each, quotes where a cell needs them. */
export const csv = (rows: readonly (readonly Cell[])[]): string => rows.map(row => `${row.map(cell).join(',')}\r\n`).join('');

function cell(value: Cell): string {
  const text = value === null || value === undefined ? '' : `${value}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
