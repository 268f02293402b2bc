import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { version } from '../package.json';
import { sentenceOf } from './common/fault';
import { DataFingerprinter } from './runs/dataFingerprints';
import type { CodeVersion } from './runs/provenance';
import { RunFolder } from './runs/runFolder';
import type { TryOutcome } from './runs/tryEngine';
import { trainerArguments, trainerProcess } from './runs/trainer/trainerProcess';
import { engineChoice } from './training/engine/engineChoice';
import { createEngine } from './training/engine/select';
import { runTrial } from './training/trial';

const TRY = '--try=';

/** Takes one step on an engine and says in JSON how it went. */
async function tryOut(name: string): Promise<number> {
  let detail: string | undefined;
  const log = (line: string) => (detail = line);
  const outcome: TryOutcome = await createEngine({ name: engineChoice(name) ?? 'auto', assets: __dirname, log }).then(
    () => ({ works: true, ...(detail !== undefined && { detail }) }),
    (error: unknown) => ({ works: false, detail: sentenceOf(error) }),
  );
  console.log(JSON.stringify(outcome));
  return 0;
}

/** This bundle. */
const ownCode = (): CodeVersion => ({ version, bundle: createHash('sha256').update(readFileSync(__filename)).digest('hex').slice(0, 16) });

/**
 * Entry of the trainer process: `node trainer.js RUNDIR [--engine=NAME] [--threads=K] [--state-seconds=S]`, or `--try=NAME` to find out whether an engine works.
 * Its assets lie beside it.
 */
async function main(): Promise<number> {
  const [first] = process.argv.slice(2);
  if (first?.startsWith(TRY)) return tryOut(first.slice(TRY.length));
  const { folder, engine, threads, stateSeconds } = trainerArguments(process.argv.slice(2));
  return trainerProcess(new RunFolder(folder), {
    code: ownCode(),
    ...(stateSeconds !== undefined && { stateSeconds }),
    createEngine: log => createEngine({ name: engine, threads, assets: __dirname, log }),
    runTrial: (trial, context) => runTrial(trial, { ...context, assets: __dirname }),
    fingerprint: trial => new DataFingerprinter(path.dirname(path.resolve(folder))).of(trial),
  });
}

main().then(
  code => process.exit(code),
  (error: unknown) => {
    console.error(sentenceOf(error));
    process.exit(1);
  },
);
