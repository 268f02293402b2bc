import type { HostMessage, PageMessage, PanelState } from '../src/reporting/panelMessages';
import type { FineTuningMode } from '../src/training/results';
import { savedPage } from './savedPage';

/** What the page remembers over a reload: what it showed, and how. */
export interface PageState extends PanelState {
  /** Id of the tab. */
  readonly tab?: string;
  readonly estimate?: string;
  readonly outcome?: FineTuningMode;
  readonly smooth?: boolean;
  readonly log?: boolean;
}

/** What the editor gives to a page. */
export interface EditorApi {
  postMessage(message: PageMessage): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
}

declare function acquireVsCodeApi(): EditorApi;

const saved = savedPage();
const api = saved ?? acquireVsCodeApi();

/** Whether the page is a saved report: nothing can be started or opened from it. */
export const isSaved = saved !== undefined;

/** Says something to the extension host. */
export const tell = (message: PageMessage): void => api.postMessage(message);

/** What the page remembered; empty on first sight. */
export const remembered = (): PageState => api.getState() ?? {};

/** Remembers some more. */
export const remember = (more: PageState): void => api.setState({ ...remembered(), ...more });

const KINDS: readonly string[] = ['snapshot', 'tab', 'metrics', 'capture', 'runs'] satisfies readonly HostMessage['type'][];

/** Calls back with what the extension host says; anything that is no message of its is logged. */
export function listen(listener: (message: HostMessage) => void): void {
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const type = typeof data === 'object' && data !== null && 'type' in data ? data.type : undefined;
    if (typeof type === 'string' && KINDS.includes(type)) listener(data as HostMessage);
    else tell({ type: 'log', level: 'warn', message: `The panel got a message it does not know: ${JSON.stringify(type)}` });
  });
}

/** Sends whatever goes wrong in the page to the log of the extension. */
export function reportErrors(): void {
  window.addEventListener('error', event => tell({ type: 'log', level: 'error', message: `Panel: ${event.message}` }));
  window.addEventListener('unhandledrejection', event => tell({ type: 'log', level: 'error', message: `Panel: ${String(event.reason)}` }));
}
