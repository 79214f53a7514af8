/**
 * Eight snapshots of all that hands can set: faders and switches of walk, look and stage. Left out are the clock and the
 * transport (a recalled look must not stop the beat) and blackout and freeze (which only a hand of its own may lift).
 */

import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import type { Unit } from '../base/units.ts';
import type { ControlValue } from '../score/control.ts';
import type { Parameter, ParameterTable } from '../score/parameters.ts';

export const SNAPSHOT_SLOTS = 8;

/** Values by path. */
export type SnapshotValues = Readonly<Record<string, number | boolean>>;

const GROUPS: ReadonlySet<Parameter['group']> = new Set(['walk', 'look', 'stage']);
const NEVER = new Set(['/stage/blackout', '/stage/freeze']);

/** A snapshot holds this parameter. */
export function isInSnapshots({ path, kind, group }: Parameter): boolean {
  return (kind === 'number' || kind === 'boolean') && GROUPS.has(group) && !NEVER.has(path);
}

/** What a snapshot of these values holds. */
export function snapshotOf(values: Readonly<Record<string, ControlValue>>, table: ParameterTable): SnapshotValues {
  const held = [...table.values()].filter(isInSnapshots).map(({ path, default: fallback }) => [path, values[path] ?? fallback]);
  return Object.fromEntries(held) as SnapshotValues;
}

/** Between two snapshots: numbers by share, switches turn at the middle. What one of them lacks is the other's. */
export function mixSnapshots(from: SnapshotValues, to: SnapshotValues, mix: Unit): SnapshotValues {
  const mixed = Object.keys({ ...from, ...to }).map((path) => [path, mixValue(from[path] ?? to[path], to[path] ?? from[path], mix)]);
  return Object.fromEntries(mixed) as SnapshotValues;
}

function mixValue(a: number | boolean | undefined, b: number | boolean | undefined, mix: Unit): number | boolean | undefined {
  return typeof a === 'number' && typeof b === 'number' && a !== b ? a * (1 - mix) + b * mix : mix < 0.5 ? a : b;
}

/** Slots count from 1. */
export class Snapshots {
  private slots: (SnapshotValues | null)[] = Array.from({ length: SNAPSHOT_SLOTS }, () => null);

  /** By slot, from the first: holds something. */
  get filled(): boolean[] {
    return this.slots.map((slot) => slot !== null);
  }

  store(slot: number, values: SnapshotValues): void {
    this.slots[this.indexOf(slot)] = { ...values };
  }

  /** Throws a UserError for an empty slot. */
  get(slot: number): SnapshotValues {
    const values = this.slots[this.indexOf(slot)];
    if (values === undefined || values === null) throw new UserError('usage', `Snapshot ${slot} is empty: store one there first.`);
    return values;
  }

  toJson(): (SnapshotValues | null)[] {
    return [...this.slots];
  }

  /** Reads what `toJson` wrote. Throws a UserError with the place of the fault; `where` names the file. */
  static fromJson(data: unknown, where: string): Snapshots {
    const parsed = schema.safeParse(data);
    if (!parsed.success) {
      const fault = parsed.error.issues[0] as z.core.$ZodIssue;
      throw new UserError('input', `${where}: the snapshots are wrong at ${fault.path.join('.') || 'their start'}: ${fault.message}.`);
    }
    const snapshots = new Snapshots();
    snapshots.slots = snapshots.slots.map((_, index) => parsed.data[index] ?? null);
    return snapshots;
  }

  private indexOf(slot: number): number {
    if (!Number.isInteger(slot) || slot < 1 || slot > SNAPSHOT_SLOTS) throw new UserError('usage', `There is no snapshot ${slot}: choose 1 to ${SNAPSHOT_SLOTS}.`);
    return slot - 1;
  }
}

const schema = z.array(z.record(z.string().startsWith('/'), z.union([z.number(), z.boolean()])).nullable()).max(SNAPSHOT_SLOTS);
