import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
} from '@vscode/webview-ui-toolkit';
import { element } from './dom';

// The one module that knows the control library (see docs/dependencies.md): whoever replaces it, replaces it here.
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeDropdown(), vsCodeOption(), vsCodeProgressRing());

/** A button in the editor's style. */
export function button(label: string, onClick: () => void, appearance: 'primary' | 'secondary' = 'secondary'): HTMLElement {
  const control = element('vscode-button', { appearance }, label);
  control.addEventListener('click', onClick);
  return control;
}

/** A button that stays pressed: `label` says what it shows, `onChange` gets the new state. */
export function toggle(label: string, pressed: boolean, onChange: (pressed: boolean) => void): HTMLElement {
  const control = element('vscode-button', { appearance: 'secondary', 'aria-pressed': `${pressed}` }, label);
  control.addEventListener('click', () => {
    const now = control.getAttribute('aria-pressed') !== 'true';
    control.setAttribute('aria-pressed', `${now}`);
    onChange(now);
  });
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

  constructor(label: string, onChange: (value: string) => void) {
    this.root = element('vscode-dropdown', { 'aria-label': label });
    this.root.addEventListener('change', () => {
      const { value } = this.root;
      if (value !== undefined && this.options.includes(value)) onChange(value);
    });
  }

  /** Shows these options with one chosen. */
  update(options: readonly string[], chosen: string | undefined): void {
    if (options.join('\n') !== this.options.join('\n')) {
      this.options = options;
      this.root.replaceChildren(
        ...options.map(value => element('vscode-option', { value, ...(value === chosen && { selected: '' }) }, value)),
      );
    } else if (chosen !== undefined && this.root.value !== chosen) {
      this.root.value = chosen;
    }
  }
}

/** A ring that turns while something runs. */
export const progressRing = (): HTMLElement => element('vscode-progress-ring', { 'aria-hidden': 'true' });
