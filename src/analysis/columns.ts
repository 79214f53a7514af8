/** Rows of floats that grow at the end, read as columns without copying. */

export class FloatColumns {
  private readonly stores: Float32Array[];
  private rows = 0;

  /** `capacity`: rows to make room for at first. */
  constructor(width: number, capacity = 1024) {
    this.stores = Array.from({ length: width }, () => new Float32Array(Math.max(1, capacity)));
  }

  get length(): number {
    return this.rows;
  }

  /** Adds one value to each column. */
  append(row: ArrayLike<number>): void {
    if (this.rows === (this.stores[0] as Float32Array).length) this.grow();
    for (let column = 0; column < this.stores.length; column++) (this.stores[column] as Float32Array)[this.rows] = row[column] as number;
    this.rows++;
  }

  /** A view of the column's first `length` values (default: all); it stays valid but does not grow. */
  column(index: number, length = this.rows): Float32Array {
    return (this.stores[index] as Float32Array).subarray(0, Math.min(length, this.rows));
  }

  /** A view of a column and of `tail` after it; the next rows take the tail's place. */
  columnWith(index: number, tail: readonly number[]): Float32Array {
    while (this.rows + tail.length > (this.stores[0] as Float32Array).length) this.grow();
    const store = this.stores[index] as Float32Array;
    store.set(tail, this.rows);
    return store.subarray(0, this.rows + tail.length);
  }

  private grow(): void {
    for (let column = 0; column < this.stores.length; column++) {
      const store = this.stores[column] as Float32Array;
      const larger = new Float32Array(store.length * 2);
      larger.set(store);
      this.stores[column] = larger;
    }
  }
}
