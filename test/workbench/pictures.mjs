// npm run pictures: makes the pictures of the walkthrough anew with its UI test, in a real VS Code, and takes them over into media/walkthrough.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { palettePng } from './palettePng.mjs';
import { projectRoot } from './root.mjs';

const screenshots = path.join(projectRoot, 'out/screenshots');
const pictures = path.join(projectRoot, 'media/walkthrough');

if (!process.argv.includes('--as-they-are')) {
  const { status } = spawnSync(process.execPath, ['test/run.mjs', 'ui', '--grep=the walkthrough'], { cwd: projectRoot, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
mkdirSync(pictures, { recursive: true });
for (const name of readdirSync(screenshots)) {
  const picture = /^walkthrough-(\w+-(?:light|dark)\.png)$/.exec(name)?.[1];
  if (picture === undefined) continue;
  writeFileSync(path.join(pictures, picture), palettePng(readFileSync(path.join(screenshots, name))));
  console.log(`media/walkthrough/${picture}`);
}
