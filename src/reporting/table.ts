export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A plain-text table: columns as wide as their widest cell, two spaces between, a rule under the head. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) => rows.reduce((most, row) => Math.max(most, width(row[i] ?? '')), width(column.title)));
  const line = (cells: readonly string[]): string => {
    let text = '';
    // Thousands of lines are made faster without a list for each.
    for (let i = 0; i < columns.length; i++) {
      const cell = cells[i] ?? '';
      const size = widths[i]! + cell.length - width(cell);
      text += (i === 0 ? '' : '  ') + (columns[i]!.align === 'right' ? cell.padStart(size) : cell.padEnd(size));
    }
    return text.trimEnd();
  };
  return [line(columns.map(column => column.title)), widths.map(size => '─'.repeat(size)).join('  '), ...rows.map(line)].join('\n');
}

/** Terminal cells of a text without combining or wide characters, which BoundLens does not print in tables. */
const width = (text: string): number => (/[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length);
