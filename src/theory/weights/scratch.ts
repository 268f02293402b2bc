/** Arrays that are used again for every matrix of a checkpoint: large ones are dear to make and to throw away. */
export class Scratch {
  private single = new Float32Array(0);
  private double = new Float64Array(0);
  private summed = new Float64Array(0);

  /** `length` 32-bit floats of any content, valid until the next call. */
  float32(length: number): Float32Array {
    if (this.single.length < length) this.single = new Float32Array(length);
    return this.single.subarray(0, length);
  }

  /** `length` 64-bit floats of any content, valid until the next call. */
  float64(length: number): Float64Array {
    if (this.double.length < length) this.double = new Float64Array(length);
    return this.double.subarray(0, length);
  }

  /** `length` sums that begin at 0, valid until the next call. */
  sums(length: number): Float64Array {
    if (this.summed.length < length) this.summed = new Float64Array(length);
    else this.summed.fill(0, 0, length);
    return this.summed.subarray(0, length);
  }
}
