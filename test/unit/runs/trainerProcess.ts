import type * as Esbuild from 'esbuild';
import { createRequire } from 'node:module';
import path from 'node:path';
import { launchTrainer, type LaunchedTrainer } from '../../../src/runs/launch';
import type { RunFolder } from '../../../src/runs/runFolder';

/** Bundles the fake trainer into `folder` and returns how to start it; `killAll` ends what a failing test left running. */
export function buildFakeTrainer(folder: string) {
  const trainer = path.join(folder, 'fakeTrainer.js');
  const { buildSync } = createRequire(path.resolve('package.json'))('esbuild') as typeof Esbuild;
  buildSync({ entryPoints: ['test/unit/runs/fakeTrainer.ts'], outfile: trainer, bundle: true, platform: 'node', target: 'node20' });
  const launched: LaunchedTrainer[] = [];
  return {
    async launch(run: RunFolder): Promise<LaunchedTrainer> {
      const one = await launchTrainer(run, { trainer });
      launched.push(one);
      return one;
    },
    launched,
    async killAll() {
      for (const { identity, ended } of launched.splice(0)) {
        try {
          process.kill(identity.pid, 'SIGKILL');
        } catch {
          // It ended by itself.
        }
        await ended;
      }
    },
  };
}

/** Waits until `condition` holds; fails after ten seconds. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await condition()) return;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error('waited for ten seconds in vain');
}
