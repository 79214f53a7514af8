/**
 * Areas of the tile grid in which flags are counted: every field of ten degrees (strict) or the whole screen (broadcast).
 * Sums come from a summed-area table (Crow 1984). Pure.
 */

import { ALLOWED_AREA, FIELD_SHARE, TILE_COLUMNS, TILE_ROWS, type SafetyProfile } from './rules.ts';

const STRIDE = TILE_COLUMNS + 1;

export class Fields {
  readonly columns: number;
  readonly rows: number;
  /** Fields, side by side and one below the other, each a tile further. */
  readonly count: number;
  /** So many flags of a field are too many. */
  readonly tooMany: number;
  readonly #table = new Int32Array(STRIDE * (TILE_ROWS + 1));
  readonly #across: number;

  constructor(profile: SafetyProfile) {
    this.columns = profile === 'strict' ? Math.floor(TILE_COLUMNS * FIELD_SHARE) : TILE_COLUMNS;
    this.rows = profile === 'strict' ? Math.floor(TILE_ROWS * FIELD_SHARE) : TILE_ROWS;
    this.#across = TILE_COLUMNS - this.columns + 1;
    this.count = this.#across * (TILE_ROWS - this.rows + 1);
    this.tooMany = Math.ceil(ALLOWED_AREA * this.columns * this.rows);
  }

  /** Prepares sums of the flags that equal `value`. */
  load(flags: Int8Array, value: number): void {
    const table = this.#table;
    for (let row = 0; row < TILE_ROWS; row++) {
      let sum = 0;
      for (let column = 0; column < TILE_COLUMNS; column++) {
        if (flags[row * TILE_COLUMNS + column] === value) sum++;
        table[(row + 1) * STRIDE + column + 1] = (table[row * STRIDE + column + 1] as number) + sum;
      }
    }
  }

  /** Flags loaded that lie in a field. */
  sum(field: number): number {
    const left = field % this.#across;
    const top = (field - left) / this.#across;
    const [upper, lower] = [top * STRIDE + left, (top + this.rows) * STRIDE + left];
    const table = this.#table;
    return (table[lower + this.columns] as number) - (table[lower] as number) - (table[upper + this.columns] as number) + (table[upper] as number);
  }

  /** Is there a field with too many flags? */
  anyFull(): boolean {
    for (let field = 0; field < this.count; field++) if (this.sum(field) >= this.tooMany) return true;
    return false;
  }
}
