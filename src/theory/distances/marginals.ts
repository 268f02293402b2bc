import { binnedTotalVariation } from '../domainShift';
import type { Matrix } from '../matrix';

const BINS = 10;

/** Total variation of each column's histogram over `bins` equal bins of the pooled range; 0 for a column that never changes. */
export function marginalTotalVariations(source: Matrix, target: Matrix, bins = BINS): Float64Array {
  const { columns } = source;
  return Float64Array.from({ length: columns }, (_, j) => {
    let [low, high] = [Infinity, -Infinity];
    for (const { rows, values } of [source, target])
      for (let i = 0; i < rows; i++) {
        low = Math.min(low, values[i * columns + j]!);
        high = Math.max(high, values[i * columns + j]!);
      }
    if (!(high > low)) return 0;
    const [ofSource, ofTarget] = [source, target].map(sample => histogram(sample, j, low, high, bins));
    return binnedTotalVariation(ofSource!, ofTarget!);
  });
}

/** Counts by bins that hold their lower edge, the last one both; edges are compared as numbers, not by a quotient that may round across one. */
function histogram({ rows, columns, values }: Matrix, column: number, low: number, high: number, bins: number): Float64Array {
  const counts = new Float64Array(bins);
  const edge = (bin: number) => (bin === bins ? high : low + (bin * (high - low)) / bins);
  for (let i = 0; i < rows; i++) {
    const value = values[i * columns + column]!;
    let bin = Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins));
    while (bin > 0 && value < edge(bin)) bin--;
    while (bin < bins - 1 && value >= edge(bin + 1)) bin++;
    counts[bin]!++;
  }
  return counts;
}
