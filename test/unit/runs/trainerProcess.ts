import type * as Esbuild from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { launchTrainer, type LaunchedTrainer } from '../../../src/runs/launch';
import type { RunFolder } from '../../../src/runs/runFolder';

/**
 * Gives the surrounding `describe` the fake trainer, bundled once, and returns how to start it. What a failing test left running ends with it.
 */
export function fakeTrainers() {
  const launched: LaunchedTrainer[] = [];
  let bundle: string;
  const trainer = () => path.join(bundle, 'fakeTrainer.js');
  before(() => {
    bundle = mkdtempSync(path.join(os.tmpdir(), 'boundlens-trainer-'));
    const { buildSync } = createRequire(path.resolve('package.json'))('esbuild') as typeof Esbuild;
    buildSync({ entryPoints: ['test/unit/runs/fakeTrainer.ts'], outfile: trainer(), bundle: true, platform: 'node', target: 'node20' });
  });
  const killAll = async () => {
    for (const { identity, ended } of launched.splice(0)) {
      try {
        process.kill(identity.pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
      await ended;
    }
  };
  afterEach(killAll);
  after(() => rmSync(bundle, { recursive: true, force: true }));
  return {
    async launch(run: RunFolder): Promise<LaunchedTrainer> {
      const one = await launchTrainer(run, { trainer: trainer() });
      launched.push(one);
      return one;
    },
    launched,
    killAll,
  };
}

/** Waits until `condition` holds; fails after some minutes. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 9000; attempt++) {
    if (await condition()) return;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error('waited for minutes in vain');
}
