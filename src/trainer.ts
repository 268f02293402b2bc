import path from 'node:path';
import { sentenceOf } from './common/fault';
import { DataFingerprinter } from './runs/dataFingerprints';
import { RunFolder } from './runs/runFolder';
import { trainerArguments, trainerProcess } from './runs/trainer/trainerProcess';
import { createEngine } from './training/engine/select';
import { runTrial } from './training/trial';

/** Entry of the trainer process: `node trainer.js RUNDIR [--engine=NAME] [--threads=K]`. Its assets lie beside it. */
async function main(): Promise<number> {
  const { folder, engine, threads } = trainerArguments(process.argv.slice(2));
  return trainerProcess(new RunFolder(folder), {
    createEngine: log => createEngine({ name: engine, threads, assets: __dirname, log }),
    runTrial,
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
