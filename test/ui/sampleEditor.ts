import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { copySample, startServer, type Server } from '../workbench/server.mjs';
import { openWorkbench, screenshot } from '../workbench/workbench.mjs';

/** What a test adds to the sample, and how its VS Code differs. */
export interface SampleEditorOptions {
  /** Changes the copy of the sample workspace before it is opened. */
  readonly prepare?: (workspace: string) => void;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The language that VS Code speaks to extensions; English when absent. */
  readonly language?: string;
  /** File of an extension to install instead of taking the one of this project. */
  readonly vsix?: () => string;
  /** Ends what may still work in the workspace before it is removed. */
  readonly cleanUp?: (workspace: string) => Promise<void>;
}

/** A VS Code that a story goes on in; its parts are there once the story's first hook has run. */
export interface SampleEditor {
  /** Holds the workspace, and is removed with all that a test puts there. */
  readonly folder: string;
  readonly workspace: string;
  readonly server: Server;
  readonly page: Page;
}

/**
 * Gives the surrounding `describe` a real VS Code over a copy of the sample workspace with its masked autoencoder open, for all of its tests, and
 * takes a screenshot where one fails.
 */
export function sampleEditor({ prepare, settings = {}, language, vsix, cleanUp }: SampleEditorOptions = {}): SampleEditor {
  let parts: SampleEditor;
  let close: () => Promise<void>;
  before(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-ui-'));
    const workspace = copySample(folder);
    prepare?.(workspace);
    const extension = vsix ? { vsix: vsix() } : { extensions: [process.cwd()] };
    const server = await startServer({ ...extension, settings: { 'editor.minimap.enabled': false, ...settings } });
    const opened = await openWorkbench(server, { folder: workspace, file: path.join(workspace, 'models/mae.py'), line: 62, language });
    parts = { folder, workspace, server, page: opened.page };
    ({ close } = opened);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await screenshot(parts.page, `failed-${this.currentTest.title.slice(0, 30)}`);
  });
  after(async () => {
    await close();
    await parts.server.stop();
    await cleanUp?.(parts.workspace);
    rmSync(parts.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });
  return {
    get folder() {
      return parts.folder;
    },
    get workspace() {
      return parts.workspace;
    },
    get server() {
      return parts.server;
    },
    get page() {
      return parts.page;
    },
  };
}
