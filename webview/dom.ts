/** An element with attributes and children; text is set as text, never parsed. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes?: Readonly<Record<string, string>>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name];
export function element(name: string, attributes?: Readonly<Record<string, string>>, ...children: readonly (Node | string)[]): HTMLElement;
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElement {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** Head and rows of a table. */
export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table of texts; numbers stand right because every column but the first is right-aligned by the style. */
export const textTable = (caption: string, table: TextTable): HTMLTableElement => linkedTable(caption, table);

/** The same with the head of a row as a link wherever `open` knows where it leads. */
export function linkedTable(
  caption: string,
  { head, rows }: TextTable,
  open?: (row: number) => (() => void) | undefined,
): HTMLTableElement {
  return element(
    'table',
    {},
    element('caption', { class: 'visually-hidden' }, caption),
    element('thead', {}, element('tr', {}, ...head.map(text => element('th', { scope: 'col' }, text)))),
    element(
      'tbody',
      {},
      ...rows.map((row, at) =>
        element(
          'tr',
          {},
          ...row.map((text, column) =>
            column === 0 ? element('th', { scope: 'row' }, linked(text, open?.(at))) : element('td', {}, text),
          ),
        ),
      ),
    ),
  );
}

/** A text, as a link where there is something to open. */
export function linked(text: string, open: (() => void) | undefined): HTMLElement | string {
  if (!open) return text;
  const link = element('button', { class: 'link', type: 'button' }, text);
  link.addEventListener('click', open);
  return link;
}
