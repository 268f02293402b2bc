import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { stopStudy } from '../../src/editor/studyProcess';
import { isAlive, type ProcessIdentity } from '../../src/runs/processIdentity';
import type { RunRecord } from '../../src/runs/record';
import { RunStore } from '../../src/runs/store';
import { studyFolderName } from '../../src/studies/studyFolderName';
import { startServer, type Server } from '../workbench/server.mjs';
import { openWorkbench, runAndPick, runCommand, screenshot, treeRow } from '../workbench/workbench.mjs';
import { sampleEditor } from './sampleEditor';
import { writeSmallStudy } from './studies';

const studyIn = (workspace: string) => path.join(workspace, '.boundlens/runs', studyFolderName('Long'));

// One story in order, in two VS Codes of their own over one folder.
describe('two windows on one workspace', () => {
  const first = sampleEditor({
    prepare: copy => writeSmallStudy(copy, 'Long', 1_000_000),
    // Runs outlive the editor: after a failure one may still be at work.
    cleanUp: copy => stopStudy(studyIn(copy)),
  });
  let server: Server;
  let page: Page;
  let close: () => Promise<void>;
  before(async () => {
    server = await startServer({ extensions: [process.cwd()] });
    ({ page, close } = await openWorkbench(server, { folder: first.workspace }));
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await screenshot(page, 'failed-second-window');
  });
  after(async () => {
    await close();
    await server.stop();
  });

  const study = () => studyIn(first.workspace);
  /** The only run there may be. */
  const record = async (): Promise<RunRecord> => {
    const runs = await new RunStore(study()).list();
    assert.equal(runs.length, 1);
    return runs[0]!.record;
  };
  const shows = (window: Page, state: RegExp) =>
    treeRow(window, /RadReg/)
      .filter({ hasText: state })
      .waitFor({ timeout: 60_000 });
  const showRuns = (window: Page) => runCommand(window, 'View: Show BoundLens');
  let trainer: ProcessIdentity;

  it('show a run that one of them started, with its progress', async () => {
    await runAndPick(first.page, 'BoundLens: Pre-train…', 'Long');
    await showRuns(first.page);
    await shows(first.page, /pre-training \d+ %/);
    await showRuns(page);
    await shows(page, /pre-training \d+ %/);
    await screenshot(page, 'second-window');
    trainer = (await record()).process!;
    assert.ok(await isAlive(trainer));
  });

  it('leave it to its one trainer, both of them looking after what is left behind', async () => {
    for (let look = 0; look < 3; look++) {
      for (const window of [first.page, page]) await runCommand(window, 'BoundLens: Refresh Runs');
      const { state, process: now, resumedAfter } = await record();
      assert.deepEqual([state, now, resumedAfter], ['running', trainer, undefined]);
    }
    assert.ok(!existsSync(path.join(study(), 'earlier')));
  });

  it('stop it from the other one, and both say so', async () => {
    await runCommand(page, 'BoundLens: Stop');
    for (const window of [page, first.page]) await shows(window, /stopped/);
    const { state, process: last, crashes } = await record();
    assert.deepEqual([state, last, crashes], ['stopped', trainer, undefined]);
    assert.equal(await isAlive(trainer), false);
    assert.deepEqual(
      readdirSync(study()).filter(name => name.startsWith('queue')),
      [],
      'nobody holds the study',
    );
  });
});
