import type { PageMessage, PanelSnapshot } from '../src/reporting/panelMessages';
import type { EditorApi, PageState } from './host';

/** The element that holds a snapshot where the page is a file of its own (src/reporting/reportPage.ts). */
const SNAPSHOT_ELEMENT = 'boundlens-snapshot';

/** Stands in for the editor in a saved report: answers from the snapshot inside the file. Undefined where there is none. */
export function savedPage(): EditorApi | undefined {
  const text = document.getElementById(SNAPSHOT_ELEMENT)?.textContent;
  if (!text) return undefined;
  let snapshot = JSON.parse(text) as PanelSnapshot;
  let state: PageState | undefined;
  const show = () => window.postMessage({ type: 'snapshot', snapshot });
  return {
    postMessage(message: PageMessage) {
      if (message.type === 'log') console[message.level](message.message);
      if (message.type === 'selectRuns' && message.runs) snapshot = { ...snapshot, selected: message.runs };
      if (message.type === 'ready' || message.type === 'selectRuns') show();
    },
    getState: () => state,
    setState: next => (state = next),
  };
}
