import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { copySample, startServer } from '../workbench/server.mjs';
import { openWorkbench, runCommand } from '../workbench/workbench.mjs';
import { budgetRow, median, type Row } from './benchmark';

/** Fresh starts of VS Code. */
const STARTS = 3;
/** What loading and activating may take of the extension host, in milliseconds. */
const BUDGET_MS = 200;

/**
 * What loading and activating the packed extension takes of the extension host, as VS Code itself measures it and shows it under _Running Extensions_: the
 * median of fresh starts on a definition. No row where the packaged VS Code does not run.
 */
export async function activation(vsix: string, progress: (line: string) => void): Promise<readonly Row[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return [];
  progress(`${STARTS} starts of VS Code with the packed extension …`);
  const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-bench-'));
  try {
    const taken: number[] = [];
    for (let start = 0; start < STARTS; start++) taken.push(await activationTime(vsix, copySample(path.join(folder, `${start}`))));
    const ours = median(taken);
    return [budgetRow('activation, as VS Code measures it', 'ms', ours, BUDGET_MS)];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** Milliseconds of one start. Throws when VS Code tells none. */
async function activationTime(vsix: string, workspace: string): Promise<number> {
  const server = await startServer({ vsix });
  try {
    const { page, close } = await openWorkbench(server, { folder: workspace, file: path.join(workspace, 'models/mae.py') });
    try {
      await runCommand(page, 'Developer: Show Running Extensions');
      const time = page.locator('.runtime-extensions-editor .monaco-list-row').filter({ hasText: 'BoundLens' }).locator('.activation-time');
      await time.filter({ hasText: /\d+\s?ms/ }).waitFor();
      const text = await time.innerText();
      const shown = /(\d+)\s?ms/.exec(text)?.[1];
      if (shown === undefined) throw new Error(`VS Code tells no activation time but "${text}".`);
      return Number(shown);
    } finally {
      await close();
    }
  } finally {
    await server.stop();
  }
}
