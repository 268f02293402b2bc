/** A bounded cache that forgets what has not been asked for the longest. */
export class LeastRecentlyUsed<T> {
  private readonly kept = new Map<number, T>();

  constructor(private readonly most: number) {}

  get(key: number): T | undefined {
    const value = this.kept.get(key);
    if (value !== undefined) {
      this.kept.delete(key);
      this.kept.set(key, value);
    }
    return value;
  }

  set(key: number, value: T): void {
    this.kept.delete(key);
    this.kept.set(key, value);
    if (this.kept.size > this.most) this.kept.delete(this.kept.keys().next().value!);
  }
}
