import { UsageFault } from '../../common/fault';
import { readMultiView } from '../../studies/readMultiView';
import { createEngine } from '../../training/engine/select';
import { runSeed } from '../../training/multiView/experiment';
import { parse, type Command } from '../command';
import type { SeedLine } from '../multiViewSeeds';

/** `boundlens multiview-seed`: one seed of the multi-view laboratory as JSON lines. Not for people. */
export const multiviewSeedCommand: Command = {
  name: 'multiview-seed',
  usage: 'SPEC SEED',
  summary: 'Computes one seed; boundlens multiview calls it.',
  hidden: true,
  async run(argv, { assets, signal }) {
    const [file, seed, ...rest] = parse(this, argv, {}).positionals;
    if (file === undefined || seed === undefined || rest.length > 0)
      throw new UsageFault('boundlens multiview-seed takes a specification and a seed', `use boundlens ${this.name} ${this.usage}`);
    const spec = await readMultiView(file);
    const engine = await createEngine({ assets, threads: 1 });
    const write = (line: SeedLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);
    try {
      write({ type: 'result', result: await runSeed(spec, Number(seed), engine, write, signal) });
    } finally {
      engine.dispose();
    }
    return 0;
  },
};
