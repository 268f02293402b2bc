import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { campaign } from './campaign';

/** The short form is part of all tests; `npm run faults` asks for the full one. */
const KILLS = Number(process.env['BOUNDLENS_KILLS'] ?? 8);

describe('runs', function () {
  this.timeout(45 * 60_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'boundlens-faults-'));
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

  it(`survive ${KILLS} kills of trainers, queues and commands: nothing corrupted, nothing lost, every resumed run the same bit for bit`, async () => {
    const seed = process.env['BOUNDLENS_SEED'] ?? `${Date.now()}`;
    console.log(`    seed ${seed}`);
    const { kills, sweeps, finished, resumed, wrong } = await campaign(folder, KILLS, seed, line => console.log(`    ${line}`));
    const counts = Object.entries(kills).map(([target, count]) => `${target} ${count}`);
    console.log(`    kills: ${counts.join(', ')}; ${sweeps} sweeps, ${finished} trials finished, ${resumed} resumed from a saved state`);
    assert.deepEqual(wrong, []);
    assert.equal(finished, 4 * sweeps);
    assert.ok(Object.values(kills).reduce((sum, count) => sum + count, 0) >= KILLS);
  });
});
