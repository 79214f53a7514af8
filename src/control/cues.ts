/**
 * The set list: cues in order. A cue is somewhere to go (a preset, a place, values of parameters, or several of them), how to
 * get there, and what fires it. Lists are replaced, never changed in place; ids count up and are never used twice.
 */

import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import type { Seconds } from '../base/units.ts';
import type { Place } from '../score/modulation.ts';
import type { SnapshotValues } from './snapshots.ts';

export const CUE_TRANSITIONS = ['cut', 'dissolve', 'morph'] as const;
export type CueTransition = (typeof CUE_TRANSITIONS)[number];

/** What fires a cue beside a hand: bar (from 1) or time of the track, or the start of a scene. */
export type CueTrigger =
  | { readonly on: 'hand' }
  | { readonly on: 'bar'; readonly bar: number }
  | { readonly on: 'section'; readonly scene: string }
  | { readonly on: 'time'; readonly time: Seconds };

/** Where a cue goes; null: that stays as it is. */
export interface CueGoal {
  /** By name. */
  readonly preset: string | null;
  readonly place: Place | null;
  /** Slot, looked up when it fires. */
  readonly snapshot: number | null;
  readonly values: SnapshotValues | null;
}

export interface Cue extends CueGoal {
  readonly id: number;
  readonly name: string;
  readonly transition: CueTransition;
  /** Length of the transition. */
  readonly beats: number;
  readonly trigger: CueTrigger;
}

export type NewCue = Omit<Cue, 'id'>;

export const LONGEST_CUE_BEATS = 64;

export class CueList {
  private cues: readonly Cue[] = [];
  private nextId = 1;

  get list(): readonly Cue[] {
    return this.cues;
  }

  add(cue: NewCue): Cue {
    const added = { ...cue, id: this.nextId++ };
    this.cues = [...this.cues, added];
    return added;
  }

  /** Throws a UserError for an unknown id. */
  get(id: number): Cue {
    const cue = this.cues.find((one) => one.id === id);
    if (cue !== undefined) return cue;
    const known = this.cues.map((one) => one.id).join(', ');
    throw new UserError('usage', `There is no cue ${id}: ${known === '' ? 'the set list is empty' : `choose one of ${known}`}.`);
  }

  edit(id: number, change: Partial<Pick<Cue, 'name' | 'transition' | 'beats' | 'trigger'>>): void {
    const edited = { ...this.get(id), ...change };
    this.cues = this.cues.map((cue) => (cue.id === id ? edited : cue));
  }

  remove(id: number): void {
    this.get(id);
    this.cues = this.cues.filter((cue) => cue.id !== id);
  }

  /** By places in the list; the ends hold. */
  move(id: number, by: number): void {
    const cue = this.get(id);
    const rest = this.cues.filter((one) => one !== cue);
    const to = Math.min(rest.length, Math.max(0, this.cues.indexOf(cue) + by));
    this.cues = rest.toSpliced(to, 0, cue);
  }

  /** The one after `id`, else the first; undefined at the end and for an empty list. */
  after(id: number | null): Cue | undefined {
    return this.cues[id === null ? 0 : this.cues.findIndex((cue) => cue.id === id) + 1];
  }

  toJson(): Cue[] {
    return [...this.cues];
  }

  /** Reads what `toJson` wrote. Throws a UserError with the place of the fault; `where` names the file. */
  static fromJson(data: unknown, where: string): CueList {
    const parsed = z.array(cueSchema).safeParse(data);
    if (!parsed.success) {
      const fault = parsed.error.issues[0] as z.core.$ZodIssue;
      throw new UserError('input', `${where}: the cues are wrong at ${fault.path.join('.') || 'their start'}: ${fault.message}.`);
    }
    const list = new CueList();
    list.cues = parsed.data;
    list.nextId = 1 + Math.max(0, ...parsed.data.map(({ id }) => id));
    return list;
  }
}

const placeSchema = z.strictObject({
  prompts: z.array(z.strictObject({ text: z.string().min(1), weight: z.number().min(0).max(1) })).min(1),
  seed: z.int(),
});

const triggerSchema = z.discriminatedUnion('on', [
  z.strictObject({ on: z.literal('hand') }),
  z.strictObject({ on: z.literal('bar'), bar: z.int().positive() }),
  z.strictObject({ on: z.literal('section'), scene: z.string().min(1) }),
  z.strictObject({ on: z.literal('time'), time: z.number().nonnegative() }),
]);

const cueSchema = z.strictObject({
  id: z.int().positive(),
  name: z.string(),
  preset: z.string().nullable(),
  place: placeSchema.nullable(),
  snapshot: z.int().min(1).max(8).nullable(),
  values: z.record(z.string().startsWith('/'), z.union([z.number(), z.boolean()])).nullable(),
  transition: z.enum(CUE_TRANSITIONS),
  beats: z.number().min(1).max(LONGEST_CUE_BEATS),
  trigger: triggerSchema,
});
