import { readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { AnalysisClient } from '../../src/definitions/analysisClient';
import { workerThread } from '../../src/definitions/workerThread';
import { activation } from './activation';
import { median, part, type Benchmark, type Row } from './benchmark';
import { fileOf, longSource, milliseconds } from './definitions';
import { hostDelays } from './hostDelays';
import { hostSizes, vsix } from './hostSizes';
import { inVsCode } from './inVsCode';
import { UNLABELLED, writeTexts } from './lensTexts';

const EDITS = 60;
const PEER = 'a structured clone of the text';

/** What reading a document costs the extension host itself, the worker's time left out, beside a plain copy of its text. */
export const editor: Benchmark = {
  summary:
    'what an edit and a run take of the extension host, its activation, and the sizes of what it loads beside their budgets [--file PATH]',
  seconds: 130,

  async run(options, progress) {
    const file = fileOf(options);
    const text = file === undefined ? longSource() : readFileSync(file, 'utf8');
    progress(`${file ?? 'a generated source'}: ${text.split('\n').length} lines, ${EDITS} edits of one character …`);
    const client = new AnalysisClient({
      start: workerThread(path.resolve('dist/analysis.js'), { assets: path.resolve('dist') }),
      log: progress,
    });
    try {
      const uri = file === undefined ? 'bench:editor' : `file://${path.resolve(file)}`;
      const shares: number[] = [];
      const texts: number[] = [];
      for (let edit = 0; edit < EDITS; edit++) {
        const at = Math.floor(((edit + 0.5) / EDITS) * text.length);
        const document = { uri, version: edit, text: `${text.slice(0, at)}x${text.slice(at)}` };
        const before = performance.eventLoopUtilization();
        const analysis = await client.analyse(document, { unlabelled: UNLABELLED, isBrief: true, isTyping: true });
        shares.push(performance.eventLoopUtilization(before).active);
        texts.push(milliseconds(() => writeTexts(analysis)));
      }
      const copy = median(Array.from({ length: EDITS }, () => milliseconds(() => structuredClone(text))));
      return [
        row('asking and taking the answer, median', median(shares), copy),
        row('texts of all lenses and hints, median', median(texts), copy),
        ...(await part('the delays of the event loop', () => hostDelays(client, text, progress), progress)),
        ...(await part('the delays in a real VS Code', () => inVsCode(text, progress), progress)),
        ...(await part('the sizes of what the host loads', () => hostSizes(progress), progress)),
        ...(await part('activation in VS Code', () => activation(vsix(), progress), progress)),
      ];
    } finally {
      await client.dispose();
    }
  },
};

const row = (work: string, ours: number, theirs: number): Row => ({
  work,
  peer: PEER,
  threads: 1,
  unit: 'ms',
  ours,
  theirs,
  ratio: ours / theirs,
});
