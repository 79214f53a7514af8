/**
 * What hands did, in the order in which it shapes the show: by the first score tick made with it, then by arrival.
 * Values at one tick are coalesced (the last wins), triggers never. Replaying the log gives the same show.
 */

import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import type { Tick } from '../base/units.ts';
import { addChange } from '../score/change-list.ts';
import type { ControlChange, ControlValue, ControlValues } from '../score/control.ts';
import type { ParameterTable } from '../score/parameters.ts';

export class ControlLog {
  private readonly list: ControlChange[] = [];

  /** All changes in order. */
  get changes(): readonly ControlChange[] {
    return this.list;
  }

  add(change: ControlChange): void {
    addChange(this.list, change);
  }

  /** Takes out a change that nobody has seen yet. */
  remove(change: ControlChange): void {
    const place = this.list.indexOf(change);
    if (place >= 0) this.list.splice(place, 1);
  }

  /** Values by path as they stand from this tick on, defaults filled. */
  valuesAt(tick: Tick, table: ParameterTable): ControlValues {
    const values: Record<string, ControlValue> = {};
    for (const { path, kind, default: fallback } of table.values()) if (kind !== 'trigger') values[path] = fallback;
    for (const change of this.list) {
      if (change.appliesFromTick > tick) break;
      if (change.kind === 'value') values[change.path] = change.value;
    }
    return values;
  }

  toJson(): ControlChange[] {
    return [...this.list];
  }

  /** Reads what `toJson` wrote. Throws UserError with the place of the fault; `where` names the file. */
  static fromJson(data: unknown, where: string): ControlLog {
    const parsed = z.array(changeSchema).safeParse(data);
    if (!parsed.success) {
      const fault = parsed.error.issues[0] as z.core.$ZodIssue;
      throw new UserError('input', `${where}: the control log is wrong at ${fault.path.join('.') || 'its start'}: ${fault.message}.`);
    }
    const log = new ControlLog();
    for (const change of parsed.data) log.add(change);
    return log;
  }
}

const valueSchema = z.union([z.number(), z.boolean(), z.string()]);
const stampSchema = { path: z.string(), source: z.string(), arrival: z.number(), appliesFromTick: z.int().nonnegative() };
const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('value'), value: valueSchema, ...stampSchema }),
  z.strictObject({ kind: z.literal('trigger'), args: z.array(valueSchema), ...stampSchema }),
]);
