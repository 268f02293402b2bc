import { readFileSync } from 'node:fs';
import { applyEdits, modify } from 'jsonc-parser/lib/esm/main.js';
import type { JSONPath } from 'jsonc-parser/lib/esm/main.js';

/** The text of the study that is shipped. */
export const SAMPLE = readFileSync('media/sample/fashion.study.json', 'utf8');

/** The sample study with one value set, or removed where `value` is undefined. */
export const withValue = (path: JSONPath, value: unknown) => applyEdits(SAMPLE, modify(SAMPLE, path, value, {}));
