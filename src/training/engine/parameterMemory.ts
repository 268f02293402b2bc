import { webAssembly, type WebAssemblyMemory } from './webAssembly';

const BYTES = 4;
const PAGE_BYTES = 65_536;
/** Every parameter starts at a multiple of 16 floats (one cache line); the gap behind it stays zero. */
const ALIGNMENT = 16;
/** The first page is left to the kernel's own data, so that address 0 is never a parameter. */
const FIRST_FLOAT = PAGE_BYTES / BYTES;

const aligned = (size: number) => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

/** A stretch of parameters that lie next to each other; `start` and `length` are in floats, gaps included. */
export interface Stretch {
  readonly start: number;
  readonly length: number;
}

/** Whoever owns optimiser moments; `saved` holds them while another owner uses the memory. */
export interface MomentsOwner {
  saved?: Float32Array;
}

/**
 * One non-shared WebAssembly memory of four regions of equal layout: weights, gradients, first and second moments.
 * It is allocated once and never grows, so views on it stay valid. Training steps share the gradients, which mean
 * nothing between runs, and take turns with the moments: those of a step that waits are kept outside.
 */
export class ParameterMemory {
  readonly memory: WebAssemblyMemory;
  private readonly starts: readonly number[];
  private readonly regionLength: number;
  private owner: MomentsOwner | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly sizes: readonly number[]) {
    let length = 0;
    this.starts = sizes.map(size => (length += aligned(size)) - aligned(size));
    this.regionLength = length;
    this.memory = new webAssembly.Memory({ initial: Math.ceil(((FIRST_FLOAT + 4 * length) * BYTES) / PAGE_BYTES) });
  }

  /** The live weights of the parameter with this index. */
  weights(index: number): Float32Array {
    return this.view(0, this.starts[index]!, this.sizes[index]!);
  }

  /** Where a training step leaves the gradient of the parameter with this index. */
  gradients(index: number): Float32Array {
    return this.view(1, this.starts[index]!, this.sizes[index]!);
  }

  /** The fewest stretches that cover exactly the parameters with these indices. */
  stretches(indices: Iterable<number>): Stretch[] {
    const result: { start: number; length: number }[] = [];
    for (const index of [...indices].sort((a, b) => a - b)) {
      const start = this.starts[index]!;
      const length = aligned(this.sizes[index]!);
      const last = result.at(-1);
      if (last && last.start + last.length === start) last.length += length;
      else result.push({ start, length });
    }
    return result;
  }

  /** Byte addresses of a stretch in the four regions, for the optimiser kernel. */
  addresses({ start }: Stretch): { weights: number; gradients: number; first: number; second: number } {
    const at = (region: number) => (FIRST_FLOAT + region * this.regionLength + start) * BYTES;
    return { weights: at(0), gradients: at(1), first: at(2), second: at(3) };
  }

  /** Brings the moments of `owner` into the memory (zeros the first time) and keeps the previous owner's outside. */
  bringMoments(owner: MomentsOwner): void {
    if (this.owner === owner) return;
    const moments = this.view(2, 0, 2 * this.regionLength);
    if (this.owner) this.owner.saved = moments.slice();
    if (owner.saved) moments.set(owner.saved);
    else moments.fill(0);
    owner.saved = undefined;
    this.owner = owner;
  }

  /** A copy of the moments of `owner`: zeros when it has none yet. */
  momentsOf(owner: MomentsOwner): Float32Array {
    if (this.owner === owner) return this.view(2, 0, 2 * this.regionLength).slice();
    return owner.saved?.slice() ?? new Float32Array(2 * this.regionLength);
  }

  /** Gives `owner` these moments in place of its own. @throws RangeError when they are of another layout */
  replaceMoments(owner: MomentsOwner, moments: Float32Array): void {
    if (moments.length !== 2 * this.regionLength)
      throw new RangeError(`${moments.length} moments do not fit a memory for ${2 * this.regionLength}.`);
    this.dropMoments(owner);
    owner.saved = moments.slice();
  }

  /** Forgets the moments of an owner that is done. */
  dropMoments(owner: MomentsOwner): void {
    owner.saved = undefined;
    if (this.owner === owner) this.owner = undefined;
  }

  /** Runs `work` when everything handed in before has ended, so that no update meets a pass that still reads the weights. */
  exclusively<T>(work: () => Promise<T> | T): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private view(region: number, start: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, (FIRST_FLOAT + region * this.regionLength + start) * BYTES, length);
  }
}
