import type { Scheduler } from './scheduler';

/** What a task on a node runs; paths that are the same on every node. */
export interface TaskPrograms {
  /** Node.js, or an Electron that can be one. */
  readonly node: string;
  /** Path of `dist/cli.js`. */
  readonly cli: string;
  readonly engine: string;
  readonly threads: number;
  /** Seconds between two saved states of pre-training. */
  readonly stateSeconds?: number;
}

/**
 * The script of a job array: every task runs one trial of the study folder. A task whose node is lost starts again elsewhere and finds out
 * by itself what is done already.
 */
export function taskScript({ node, cli, engine, threads, stateSeconds }: TaskPrograms, scheduler: Scheduler, studyFolder: string): string {
  const words = [node, cli, 'trial', studyFolder].map(shellQuoted).join(' ');
  const saving = stateSeconds === undefined ? '' : ` --state-seconds=${stateSeconds}`;
  return [
    '#!/bin/sh',
    '# Inside VS Code the program is Electron, which this makes a plain Node.',
    'ELECTRON_RUN_AS_NODE=1',
    'export ELECTRON_RUN_AS_NODE',
    `exec ${words} "$${scheduler.indexVariable}" --on=${scheduler.name} --engine=${engine} --threads=${threads}${saving}`,
    '',
  ].join('\n');
}

/** A word as the shell takes it unchanged. */
export function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
