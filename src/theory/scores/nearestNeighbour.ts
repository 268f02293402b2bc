import { addProducts } from '../gram';
import type { LabelledFeatures } from './labelledFeatures';

/** Queries whose distances are worked out at a time. */
const BLOCK = 2;

/**
 * For every query row, the class of its nearest other row (Euclidean) within each group of rows: what leaving out any one group needs. O(queries·n·d).
 * Rows of group −1 count as group `groupCount`.
 */
export class NearestNeighbours {
  private readonly distances: Float64Array;
  private readonly classesFound: Int32Array;
  private readonly width: number;

  constructor(
    private readonly data: LabelledFeatures,
    private readonly groups: Int32Array,
    groupCount: number,
    private readonly queries: ArrayLike<number> = Int32Array.from(groups.keys()),
  ) {
    this.width = groupCount + 1;
    this.distances = new Float64Array(queries.length * this.width).fill(Infinity);
    this.classesFound = new Int32Array(queries.length * this.width).fill(-1);
    this.search();
  }

  private search(): void {
    const { rows, columns, values } = this.data.features;
    const squares = Float64Array.from({ length: rows }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += values[i * columns + j]! ** 2;
      return sum;
    });
    const products = new Float64Array(BLOCK * rows);
    const chosen = new Float64Array(BLOCK * columns);
    for (let q = 0; q < this.queries.length; q += BLOCK) {
      const height = Math.min(BLOCK, this.queries.length - q);
      for (let k = 0; k < height; k++) {
        const row = this.queries[q + k]!;
        chosen.set(values.subarray(row * columns, (row + 1) * columns), k * columns);
      }
      products.fill(0);
      addProducts(chosen, 0, height, values, 0, rows, columns, products, 0, rows);
      for (let k = 0; k < height; k++) this.collect(q + k, squares, products.subarray(k * rows, (k + 1) * rows));
    }
  }

  private collect(query: number, squares: Float64Array, products: Float64Array): void {
    const self = this.queries[query]!;
    for (let i = 0; i < squares.length; i++) {
      if (i === self) continue;
      const group = this.groups[i]!;
      const place = query * this.width + (group < 0 ? this.width - 1 : group);
      const distance = squares[i]! - 2 * products[i]!;
      if (distance < this.distances[place]!) {
        this.distances[place] = distance;
        this.classesFound[place] = this.data.classOf[i]!;
      }
    }
  }

  /** Accuracy in percent of the nearest neighbour's class, leave-one-out, with one group of rows taken out of both queries and neighbours. */
  accuracy(without?: number): number {
    let [right, count] = [0, 0];
    for (let query = 0; query < this.queries.length; query++) {
      const row = this.queries[query]!;
      if (this.groups[row] === without) continue;
      let best = -1;
      for (let group = 0; group < this.width; group++) {
        const place = query * this.width + group;
        if (group !== without && this.classesFound[place]! >= 0 && (best < 0 || this.distances[place]! < this.distances[best]!))
          best = place;
      }
      count++;
      if (best >= 0 && this.classesFound[best] === this.data.classOf[row]) right++;
    }
    return (100 * right) / count;
  }
}
