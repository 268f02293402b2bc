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

/** A table of texts; numbers stand right because every column but the first is right-aligned by the style. */
export function textTable(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): HTMLTableElement {
  return element(
    'table',
    {},
    element('caption', { class: 'visually-hidden' }, caption),
    element('thead', {}, element('tr', {}, ...head.map(text => element('th', { scope: 'col' }, text)))),
    element(
      'tbody',
      {},
      ...rows.map(row =>
        element('tr', {}, ...row.map((text, column) => (column === 0 ? element('th', { scope: 'row' }, text) : element('td', {}, text)))),
      ),
    ),
  );
}
