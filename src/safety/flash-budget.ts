/**
 * Of one kind of flash (general or red): how often each tile and each field has changed in the trailing second, and whether
 * changes that are about to happen would be too many. Two readings of the rule are held together: tiles that flash too often
 * must not fill a quarter of a field, and a quarter of a field must not change together too often. Pure.
 */

import type { Seconds, Unit } from '../base/units.ts';
import { ChangeTimes } from './change-times.ts';
import type { Fields } from './fields.ts';
import { ALLOWED_CHANGES, TILES } from './rules.ts';

export class FlashBudget {
  readonly #fields: Fields;
  readonly #tileTimes = new ChangeTimes(TILES);
  readonly #fieldTimes: ChangeTimes;
  /** Direction of each field's last change. */
  readonly #fieldDirection: Int8Array;
  readonly #over = new Int8Array(TILES);

  constructor(fields: Fields) {
    this.#fields = fields;
    this.#fieldTimes = new ChangeTimes(fields.count);
    this.#fieldDirection = new Int8Array(fields.count);
  }

  /** Would these changes (one a tile: −1, 0, 1) be within the rule at `now`? */
  allows(changes: Int8Array, now: Seconds): boolean {
    let some = false;
    let someOver = false;
    for (let tile = 0; tile < TILES; tile++) {
      const coming = changes[tile] === 0 ? 0 : 1;
      const over = this.#tileTimes.exceeds(tile, now, ALLOWED_CHANGES, coming);
      this.#over[tile] = over ? 1 : 0;
      some ||= coming === 1;
      someOver ||= over;
    }
    if (!some) return true;
    if (someOver) {
      this.#fields.load(this.#over, 1);
      if (this.#fields.anyFull()) return false;
    }
    return this.#fieldsAllow(changes, 1, now) && this.#fieldsAllow(changes, -1, now);
  }

  take(changes: Int8Array, now: Seconds): void {
    let some = false;
    for (let tile = 0; tile < TILES; tile++) {
      if (changes[tile] === 0) continue;
      some = true;
      this.#tileTimes.add(tile, now);
    }
    if (!some) return;
    for (const direction of [1, -1]) this.#eachFieldThatTurns(changes, direction, (field) => {
      this.#fieldDirection[field] = direction;
      this.#fieldTimes.add(field, now);
      return true;
    });
  }

  /** Share of the allowed changes that is left in the worst field, 0..1. */
  headroom(now: Seconds): Unit {
    for (let used = ALLOWED_CHANGES; used > 0; used--) {
      for (let tile = 0; tile < TILES; tile++) this.#over[tile] = this.#tileTimes.exceeds(tile, now, used - 1, 0) ? 1 : 0;
      this.#fields.load(this.#over, 1);
      if (this.#fields.anyFull()) return 1 - used / ALLOWED_CHANGES;
    }
    return 1;
  }

  #fieldsAllow(changes: Int8Array, direction: number, now: Seconds): boolean {
    return this.#eachFieldThatTurns(changes, direction, (field) => !this.#fieldTimes.exceeds(field, now, ALLOWED_CHANGES, 1));
  }

  /** Fields of which a quarter changes in `direction`, against their last change. Ends with false at the first false. */
  #eachFieldThatTurns(changes: Int8Array, direction: number, visit: (field: number) => boolean): boolean {
    this.#fields.load(changes, direction);
    for (let field = 0; field < this.#fields.count; field++) {
      if (this.#fieldDirection[field] === direction || this.#fields.sum(field) < this.#fields.tooMany) continue;
      if (!visit(field)) return false;
    }
    return true;
  }
}
