import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeProgressRing,
} from '@vscode/webview-ui-toolkit';
import { element } from './dom';

// The one module that knows the control library (see docs/dependencies.md): whoever replaces it, replaces it here.
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeDropdown(), vsCodeOption());
provideVSCodeDesignSystem().register(vsCodePanels(), vsCodePanelTab(), vsCodePanelView(), vsCodeProgressRing());

/** A button in the editor's style. */
export function button(label: string, onClick: () => void, appearance: 'primary' | 'secondary' = 'secondary'): HTMLElement {
  const control = element('vscode-button', { appearance }, label);
  control.addEventListener('click', onClick);
  return control;
}

/** A button that steps back behind what it belongs to. `name` is what those hear who do not see where it stands. */
export function quietButton(label: string, name: string, onClick: () => void): HTMLElement {
  const control = element('vscode-button', { appearance: 'icon', 'aria-label': name, title: name }, label);
  control.addEventListener('click', onClick);
  return control;
}

/** A quiet button that stays pressed; `onChange` gets the new state. */
export function quietToggle(label: string, name: string, pressed: boolean, onChange: (pressed: boolean) => void): HTMLElement {
  const control = quietButton(label, name, () => {
    const now = control.getAttribute('aria-pressed') !== 'true';
    control.setAttribute('aria-pressed', `${now}`);
    onChange(now);
  });
  control.setAttribute('aria-pressed', `${pressed}`);
  return control;
}

/** A check box with its label. `checked` can be set later without a call back. */
export class CheckBox {
  readonly root: HTMLElement & { checked?: boolean };

  constructor(label: readonly (Node | string)[], checked: boolean, onChange: (checked: boolean) => void) {
    this.root = element('vscode-checkbox', checked ? { checked: '' } : {}, ...label);
    let known = checked;
    this.root.addEventListener('change', () => {
      const now = this.root.checked === true;
      if (now === known) return;
      known = now;
      onChange(now);
    });
    this.set = (value, name) => {
      known = value;
      this.root.checked = value;
      this.root.setAttribute('aria-label', name);
    };
  }

  /** Sets its state and its name for those who hear it; the library would go on reading the first label. */
  readonly set: (checked: boolean, name: string) => void;
}

/** A list to choose one value from. Its options are replaced only when they change, so that an open list stays open. */
export class Dropdown {
  readonly root: HTMLElement & { value?: string };
  private options: readonly string[] = [];
  private chosen: string | undefined;

  constructor(label: string, onChange: (value: string) => void) {
    this.root = element('vscode-dropdown', { 'aria-label': label });
    this.root.addEventListener('change', () => {
      const { value } = this.root;
      if (value !== undefined && this.options.includes(value)) onChange(value);
    });
  }

  /** Shows these options with one chosen. */
  update(options: readonly string[], chosen: string | undefined): void {
    this.chosen = chosen;
    if (options.join('\n') !== this.options.join('\n')) {
      this.options = options;
      this.root.replaceChildren(
        ...options.map(value => element('vscode-option', { value, ...(value === chosen && { selected: '' }) }, value)),
      );
      // The control reads its new options later, and holds fast to a value from before that is still among them.
      setTimeout(() => this.choose());
    } else this.choose();
  }

  private choose(): void {
    if (this.chosen !== undefined && this.root.value !== this.chosen) this.root.value = this.chosen;
  }
}

/** A ring that turns while something runs. */
export const progressRing = (): HTMLElement => element('vscode-progress-ring', { 'aria-hidden': 'true' });

/** One tab and what it shows. */
export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly content: readonly HTMLElement[];
}

/** Pages behind tabs, one shown at a time; arrow keys move between tabs. */
export class Tabs {
  readonly root: HTMLElement & { activeid?: string };
  private readonly heads: ReadonlyMap<string, HTMLElement>;

  constructor(
    label: string,
    tabs: readonly Tab[],
    private shown: string,
    private readonly onChange: (id: string) => void,
  ) {
    this.heads = new Map(tabs.map(({ id, title }) => [id, element('vscode-panel-tab', { id: `tab-${id}` }, title)]));
    const views = tabs.map(({ id, content }) => element('vscode-panel-view', { id: `view-${id}` }, ...content));
    this.root = element('vscode-panels', { 'aria-label': label, activeid: `tab-${shown}` }, ...this.heads.values(), ...views);
    this.root.addEventListener('change', ({ target }) => {
      if (target === this.root) this.turnTo((this.root.activeid ?? '').replace(/^tab-/, ''));
    });
  }

  /** Brings a tab to the front, as a click on it would; the library tells of clicks alone. */
  show(id: string): void {
    if (!this.heads.has(id)) return;
    this.root.activeid = `tab-${id}`;
    this.turnTo(id);
  }

  private turnTo(id: string): void {
    if (id === this.shown || !this.heads.has(id)) return;
    this.shown = id;
    this.onChange(id);
  }
}
