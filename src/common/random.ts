/** Where a generator stands in its stream. */
export interface RandomState {
  readonly words: readonly number[];
  /** The second of two normal numbers that were drawn together. */
  readonly spare?: number;
}

/**
 * A small seeded generator (xoshiro128**, Blackman & Vigna 2018) so that the same seed gives the same run on every platform.
 * Independent streams come from `fork(label)`.
 */
export class Random {
  private readonly state: Uint32Array;
  private spare: number | undefined;

  constructor(seed: number | string) {
    this.state = new Uint32Array(4);
    let hash = 2166136261;
    for (const character of `${seed}`) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619);
    for (let i = 0; i < 4; i++) {
      hash = (hash + 0x9e3779b9) | 0;
      let z = hash;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.state[i] = z ^ (z >>> 16);
    }
    this.label = `${seed}`;
  }

  private readonly label: string;

  /** An independent generator for one purpose: the same seed and label always give the same stream. */
  fork(label: string): Random {
    return new Random(`${this.label}/${label}`);
  }

  /** Where the stream stands, for `restore`. */
  snapshot(): RandomState {
    return { words: [...this.state], ...(this.spare !== undefined && { spare: this.spare }) };
  }

  /** Goes on from where a generator stood; forks do not depend on it. */
  restore({ words, spare }: RandomState): void {
    this.state.set(words);
    this.spare = spare;
  }

  /** 32 uniform bits. */
  bits(): number {
    const s = this.state;
    const rotated = Math.imul(s[1]!, 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return (this.bits() * 2 ** 21 + (this.bits() >>> 11)) / 2 ** 53;
  }

  /** Uniform integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Standard normal (Box–Muller). */
  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** +1 or −1 with equal probability. */
  sign(): 1 | -1 {
    return this.bits() & 0x80000000 ? 1 : -1;
  }

  /** A random order of 0 … count − 1 (Fisher–Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }
}
