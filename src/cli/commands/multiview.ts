import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { fileFault, sentenceOf } from '../../common/fault';
import { readMultiView } from '../../studies/readMultiView';
import type { MultiViewEvent } from '../../training/multiView/frames';
import { summariseSeeds } from '../../training/multiView/summary';
import { onlyPositional, parse, positiveInteger, type Command } from '../command';
import { computeSeeds } from '../multiViewSeeds';
import { multiViewText } from '../multiViewText';

/** `boundlens multiview`: which features encoders capture, on data whose features are known. */
export const multiviewCommand: Command = {
  name: 'multiview',
  usage: 'SPEC.json [--out DIR] [--jobs J] [--json]',
  summary:
    'Trains mask reconstruction, a masked autoencoder and a supervised net on multi-view data and compares what they capture with the theory.',
  async run(argv, { terminal, signal }) {
    const { options, positionals } = parse(this, argv, { out: 'string', jobs: 'string' });
    const file = onlyPositional(this, positionals);
    const jobs = positiveInteger('jobs', options.jobs) ?? Math.min(os.availableParallelism(), 8);
    const spec = await readMultiView(file);
    const record = await openRecord(options.out);
    const fractions = new Map(spec.seeds.map(seed => [seed, 0]));
    record?.write({ type: 'start', spec, startedAt: new Date().toISOString() });
    const emit = (event: MultiViewEvent) => {
      record?.write(event);
      if (event.type !== 'progress') return;
      fractions.set(event.seed, event.fraction);
      const done = [...fractions.values()].reduce((sum, value) => sum + value, 0) / spec.seeds.length;
      terminal.progress(done, `seed ${event.seed}, ${event.label}`);
    };
    try {
      const seeds = await computeSeeds(file, spec.seeds, jobs, emit, signal);
      const results = summariseSeeds(spec, seeds);
      record?.write({ type: 'end', endedAt: new Date().toISOString(), results });
      if (record) await writeFile(path.join(record.folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
      terminal.progressDone();
      terminal.document(results);
      terminal.print(multiViewText(results));
      return 0;
    } catch (error) {
      record?.write({ type: 'end', endedAt: new Date().toISOString(), fault: sentenceOf(error) });
      throw error;
    } finally {
      await record?.close();
    }
  },
};

/** `frames.jsonl` in the folder, begun anew; undefined without a folder. */
async function openRecord(folder: string | undefined) {
  if (folder === undefined) return undefined;
  try {
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, 'frames.jsonl');
    await writeFile(file, '');
    const stream = createWriteStream(file, { flags: 'a' });
    return {
      folder,
      write: (event: MultiViewEvent) => void stream.write(`${JSON.stringify(event)}\n`),
      close: async () => {
        stream.end();
        await once(stream, 'finish');
      },
    };
  } catch (error) {
    throw fileFault(folder, error);
  }
}
