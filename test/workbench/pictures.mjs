// npm run pictures: makes the pictures of the walkthrough and of the README anew with UI tests, in a real VS Code, and takes them over into
// media/walkthrough and docs/images. With -- --as-they-are it takes over what out/screenshots already holds.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { animatedGif } from './animatedGif.mjs';
import { palettePng } from './palettePng.mjs';
import { projectRoot } from './root.mjs';

const screenshots = path.join(projectRoot, 'out/screenshots');

/** The stories that make them. */
const STORIES = ['the walkthrough', 'BoundLens in VS Code', 'feature capture in VS Code'];

/**
 * Pictures of the README by the screenshot that they are.
 * @type {Readonly<Record<string, string>>}
 */
const README = {
  'editor-lenses.png': 'docs/images/editor.png',
  'editor-running.png': 'docs/images/training.png',
  'editor-bound.png': 'docs/images/bound.png',
  'feature-capture-light.png': 'docs/images/capture.png',
};
const FILM = 'docs/images/film.gif';

/** Where a screenshot goes. @param {string} name */
function pictureOf(name) {
  const ofWalkthrough = /^walkthrough-(\w+-(?:light|dark)\.png)$/.exec(name)?.[1];
  return ofWalkthrough === undefined ? README[name] : `media/walkthrough/${ofWalkthrough}`;
}

/** @param {string} file below the project @param {Uint8Array} bytes */
function put(file, bytes) {
  mkdirSync(path.dirname(path.join(projectRoot, file)), { recursive: true });
  writeFileSync(path.join(projectRoot, file), bytes);
  console.log(`${file}  ${Math.ceil(bytes.length / 1000)} kB`);
}

if (!process.argv.includes('--as-they-are'))
  for (const story of STORIES) {
    const { status } = spawnSync(process.execPath, ['test/run.mjs', 'ui', `--grep=${story}`], { cwd: projectRoot, stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }

const names = readdirSync(screenshots).sort();
for (const name of names) {
  const picture = pictureOf(name);
  if (picture !== undefined) put(picture, palettePng(readFileSync(path.join(screenshots, name))));
}
const frames = names.flatMap(name => {
  const milliseconds = /^film-\d+-(\d+)\.png$/.exec(name)?.[1];
  return milliseconds === undefined ? [] : [{ png: readFileSync(path.join(screenshots, name)), milliseconds: Number(milliseconds) }];
});
if (frames.length > 0) put(FILM, animatedGif(frames));
