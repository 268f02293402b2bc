/** The fields of one line of a CSV file (RFC 4180 without line breaks inside quotes); undefined when a quote is not closed. */
export function csvFields(line: string, delimiter: string): string[] | undefined {
  if (!line.includes('"')) return line.split(delimiter).map(field => field.trim());
  const fields: string[] = [];
  for (let at = 0; ;) {
    while (line[at] === ' ') at++;
    let field = '';
    if (line[at] === '"') {
      for (at++; ; at++) {
        if (at >= line.length) return undefined;
        if (line[at] !== '"') field += line[at]!;
        else if (line[at + 1] === '"') field += line[at++]!;
        else break;
      }
      at++;
      while (line[at] === ' ') at++;
      if (at < line.length && line[at] !== delimiter) return undefined;
    } else {
      const end = line.indexOf(delimiter, at);
      field = line.slice(at, end < 0 ? line.length : end).trim();
      at = end < 0 ? line.length : end;
    }
    fields.push(field);
    if (at >= line.length) return fields;
    at++;
  }
}
