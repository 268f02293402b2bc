import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'jsonc-parser';

interface StudyFile {
  name: string;
  objective: { steps: number; batch: number; warmup: number };
  fineTuning: { modes: string[]; steps: number; learningRates: number[] };
  sweep: { arms: { name: string }[]; seeds: number[] };
}

/** Writes a study of one run into a copy of the sample workspace: the sample study's RadReg arm with this many steps. */
export function writeSmallStudy(workspace: string, name: string, steps: number): void {
  const study = parse(readFileSync(path.join(workspace, 'fashion.study.json'), 'utf8')) as StudyFile;
  const small: StudyFile = {
    ...study,
    name,
    objective: { ...study.objective, steps, batch: 16, warmup: 5 },
    fineTuning: { ...study.fineTuning, modes: ['probe', 'full'], steps: 5, learningRates: [0.001] },
    sweep: { arms: study.sweep.arms.filter(arm => arm.name.startsWith('RadReg')), seeds: [0] },
  };
  writeFileSync(path.join(workspace, `${name.toLowerCase()}.study.json`), JSON.stringify(small, null, 2));
}
