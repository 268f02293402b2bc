import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';
import type { Log } from '../../src/editor/log';

/** Collects garbage in this process, which was started without being told that anybody would. */
const collectGarbage = (() => {
  setFlagsFromString('--expose_gc');
  return runInNewContext('gc') as () => void;
})();

/** Collections at most, and the share of what is held that one must still free for another to follow. */
const COLLECTIONS = 20;
const WORTHWHILE = 0.002;

/**
 * Bytes that this process holds on its heap and in array buffers once nothing more can be collected. V8 gives up code that was not run for some
 * collections, and what is finalised or on its way to another process is free only after a while: it collects until that changes nothing any more.
 */
export async function heldBytes(): Promise<number> {
  let held = Infinity;
  for (let collection = 0, idle = 0; collection < COLLECTIONS && idle < 3; collection++) {
    await pause(150);
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    idle = heapUsed + arrayBuffers < held * (1 - WORTHWHILE) ? 0 : idle + 1;
    held = Math.min(held, heapUsed + arrayBuffers);
  }
  return held;
}

/** Notes every rejection that nobody handles until `stop`, which returns them, each once. */
export function unhandledRejections(): { readonly stop: () => readonly string[] } {
  const seen = new Set<string>();
  const note = (reason: unknown) => void seen.add(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  process.on('unhandledRejection', note);
  return {
    stop() {
      process.removeListener('unhandledRejection', note);
      return [...seen];
    },
  };
}

/** Notes every line that the activated extension writes to its log as an error until `stop`, which returns them. */
export async function loggedErrors(): Promise<{ readonly stop: () => readonly string[] }> {
  const { log } = (await vscode.extensions.getExtension<{ readonly log?: Log }>('boundlens.boundlens')?.activate()) ?? {};
  assert.ok(log, 'the extension hands its log to tests');
  const lines: string[] = [];
  const subscription = log.onDidWriteError(line => lines.push(line));
  return {
    stop() {
      subscription.dispose();
      return lines;
    },
  };
}
