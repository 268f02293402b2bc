import { UsageFault } from '../../src/common/fault';
import { part, type Benchmark } from './benchmark';
import { normRows, serveNorms } from './norms';
import { scoreRows, serveScores } from './scores';

const THREADS = [1, 2];

/** The dear numbers of the theory beside the published algorithms in NumPy. */
export const theory: Benchmark = {
  summary: 'milliseconds of the dear scores and of a checkpoint’s spectral norms beside NumPy with 1 and 2 threads [--threads=K]',
  seconds: 150,
  run: async (options, progress) => [
    ...(await part('the scores', () => scoreRows(threads(options), progress), progress)),
    ...(await part('the norms', () => normRows(threads(options), progress), progress)),
  ],
  work: options => {
    const file = options.find(option => option.startsWith('--norms='))?.slice('--norms='.length);
    return file === undefined ? serveScores(threads(options)[0]!) : serveNorms(file, threads(options)[0]!);
  },
};

function threads(options: readonly string[]): readonly number[] {
  const given = options.find(option => option.startsWith('--threads='))?.slice('--threads='.length);
  const found = given === undefined ? THREADS : THREADS.filter(count => `${count}` === given);
  if (found.length === 0) throw new UsageFault(`--threads=${given} is not known`, `choose one of ${THREADS.join(', ')}`);
  return found;
}
