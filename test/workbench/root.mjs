import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The project's root: the folder that the tests are run from. (Not found through `import.meta`, because the UI tests bundle these modules.)
 */
export const projectRoot = process.cwd();

if (!existsSync(path.join(projectRoot, 'test/workbench/root.mjs')))
  throw new Error(`${projectRoot} is not the root of BoundLens: run the tests from there, best with "npm test".`);
