/** Medians of a row of values over a window that slides along it, by a sorted window; nothing is allocated after construction. */

export class SlidingMedian {
  private readonly half: number;
  private readonly sorted: Float32Array;

  /** Over `half` values to either side, fewer at the ends. */
  constructor(half: number) {
    this.half = half;
    this.sorted = new Float32Array(2 * half + 2);
  }

  /** Writes the median around each of `values` into `out` (the upper one of an even number). */
  apply(values: Float32Array, out: Float32Array): void {
    const { half, sorted } = this;
    const length = values.length;
    let count = 0;
    for (let i = 0; i < Math.min(half, length); i++) count = insert(sorted, count, values[i] as number);
    for (let i = 0; i < length; i++) {
      if (i + half < length) count = insert(sorted, count, values[i + half] as number);
      if (i - half - 1 >= 0) count = remove(sorted, count, values[i - half - 1] as number);
      out[i] = sorted[count >> 1] as number;
    }
  }
}

function insert(sorted: Float32Array, count: number, value: number): number {
  let at = count;
  while (at > 0 && (sorted[at - 1] as number) > value) sorted[at] = sorted[--at] as number;
  sorted[at] = value;
  return count + 1;
}

function remove(sorted: Float32Array, count: number, value: number): number {
  let at = 0;
  while (at < count - 1 && sorted[at] !== value) at++;
  for (; at < count - 1; at++) sorted[at] = sorted[at + 1] as number;
  return count - 1;
}
