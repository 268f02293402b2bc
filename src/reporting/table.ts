export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A plain-text table: columns as wide as their widest cell, two spaces between, a rule under the head. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) => rows.reduce((most, row) => Math.max(most, width(row[i] ?? '')), width(column.title)));
  const line = (cells: readonly string[]) =>
    columns
      .map((column, i) => {
        const cell = cells[i] ?? '';
        const padding = ' '.repeat(widths[i]! - width(cell));
        return column.align === 'right' ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(column => column.title)), widths.map(size => '─'.repeat(size)).join('  '), ...rows.map(line)].join('\n');
}

/** Terminal cells of a text without combining or wide characters, which BoundLens does not print in tables. */
const width = (text: string): number => (/[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length);
