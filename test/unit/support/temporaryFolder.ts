import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Gives every test of the surrounding `describe` an empty folder of its own, removed afterwards. */
export function temporaryFolder(): { readonly path: string; file(name: string): string } {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'boundlens-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return {
    get path() {
      return folder;
    },
    file: name => path.join(folder, name),
  };
}
