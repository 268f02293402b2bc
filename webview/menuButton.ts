import { quietButton } from './controls';
import { element } from './dom';

/** One line of a menu. */
export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
}

/** A button that opens a menu below it: arrow keys move, Enter chooses, Escape and Tab close, as menus of the editor do. */
export function menuButton(label: string, name: string, items: readonly MenuItem[]): HTMLElement {
  const menu = element(
    'div',
    { class: 'menu', role: 'menu', 'aria-label': name, hidden: '' },
    ...items.map(item => element('button', { class: 'menu-item', type: 'button', role: 'menuitem', tabindex: '-1' }, item.label)),
  );
  const entries = [...menu.children] as HTMLElement[];
  const opener = quietButton(label, name, () => toggle(menu.hasAttribute('hidden')));
  opener.setAttribute('aria-haspopup', 'menu');
  opener.setAttribute('aria-expanded', 'false');
  const root = element('div', { class: 'menu-anchor' }, opener, menu);

  function toggle(open: boolean): void {
    menu.toggleAttribute('hidden', !open);
    opener.setAttribute('aria-expanded', `${open}`);
    if (open) entries[0]?.focus();
  }
  function close(): void {
    toggle(false);
    opener.focus();
  }
  entries.forEach((entry, at) =>
    entry.addEventListener('click', () => {
      close();
      items[at]!.run();
    }),
  );
  root.addEventListener('focusout', ({ relatedTarget }) => {
    if (!menu.hasAttribute('hidden') && !(relatedTarget instanceof Node && root.contains(relatedTarget))) toggle(false);
  });
  menu.addEventListener('keydown', event => {
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab') toggle(false);
    else if (to !== undefined) entries.at(to % entries.length)?.focus();
    else return;
    if (event.key !== 'Tab') event.preventDefault();
    event.stopPropagation();
  });
  return root;
}
