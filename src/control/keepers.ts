/**
 * Kept places: what was beautiful, with its picture, to walk back to, to pin to a section, or to flee to.
 * A list without state of its own beyond the keeps; ids count up from 1 and are never used twice. JSON for the show file.
 */

import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import type { Turns } from '../base/units.ts';
import type { Place } from '../score/modulation.ts';

export interface Keep {
  readonly id: number;
  /** Prompt mix and seed. */
  readonly place: Place;
  /** Orbit phase of the noise. */
  readonly orbit: Turns;
  /** Look values by path. */
  readonly look: Readonly<Record<string, number>>;
  /** JPEG or PNG bytes of what was on screen; empty where none could be made. */
  readonly picture: Uint8Array;
  /** Where panic goes; at most one keep is safe. */
  readonly safe: boolean;
  /** Scene that this keep is the picture of, or null. */
  readonly sceneId: string | null;
}

export type NewKeep = Pick<Keep, 'place' | 'orbit' | 'look' | 'picture'>;

/** A keep as text: the picture in base64. */
export type KeepJson = Omit<Keep, 'picture'> & { readonly picture: string };

export class Keepers {
  private keeps: readonly Keep[] = [];
  private nextId = 1;

  get list(): readonly Keep[] {
    return this.keeps;
  }

  add(keep: NewKeep): Keep {
    const kept: Keep = { ...keep, id: this.nextId++, safe: false, sceneId: null };
    this.keeps = [...this.keeps, kept];
    return kept;
  }

  /** The keep to go to. Throws UserError for an unknown id, naming those that exist. */
  go(id: number): Keep {
    const keep = this.keeps.find((one) => one.id === id);
    if (keep !== undefined) return keep;
    const known = this.keeps.map((one) => one.id).join(', ');
    throw new UserError('usage', `There is no keeper ${id}: ${known === '' ? 'nothing is kept yet, press k to keep what is on screen' : `choose one of ${known}`}.`);
  }

  /** Binds a keep to a scene, which lets go of any other; an empty or the same scene id unbinds it. */
  pin(id: number, sceneId: string): Keep {
    const target = this.go(id);
    const bound = sceneId === '' || target.sceneId === sceneId ? null : sceneId;
    this.keeps = this.keeps.map((keep) =>
      keep.id === id ? { ...keep, sceneId: bound } : keep.sceneId === bound ? { ...keep, sceneId: null } : keep);
    return this.go(id);
  }

  /** Makes a keep the one that panic goes to; once more takes that back. */
  toggleSafe(id: number): Keep {
    const wasSafe = this.go(id).safe;
    this.keeps = this.keeps.map((keep) => ({ ...keep, safe: keep.id === id && !wasSafe }));
    return this.go(id);
  }

  delete(id: number): void {
    this.go(id);
    this.keeps = this.keeps.filter((keep) => keep.id !== id);
  }

  /** Where panic goes: the safe keep, else undefined. */
  get safe(): Keep | undefined {
    return this.keeps.find((keep) => keep.safe);
  }

  toJson(): KeepJson[] {
    return this.keeps.map((keep) => ({ ...keep, picture: Buffer.from(keep.picture).toString('base64') }));
  }

  /** Reads what `toJson` wrote. Throws UserError with the place of the fault; `where` names the file. */
  static fromJson(data: unknown, where: string): Keepers {
    const parsed = z.array(keepSchema).safeParse(data);
    if (!parsed.success) {
      const fault = parsed.error.issues[0] as z.core.$ZodIssue;
      throw new UserError('input', `${where}: the keepers are wrong at ${fault.path.join('.') || 'their start'}: ${fault.message}.`);
    }
    const keepers = new Keepers();
    keepers.keeps = parsed.data.map((keep) => ({ ...keep, picture: new Uint8Array(Buffer.from(keep.picture, 'base64')) }));
    keepers.nextId = 1 + Math.max(0, ...keepers.keeps.map((keep) => keep.id));
    return keepers;
  }
}

const keepSchema = z.strictObject({
  id: z.int().positive(),
  place: z.strictObject({
    prompts: z.array(z.strictObject({ text: z.string().min(1), weight: z.number().min(0).max(1) })).min(1),
    seed: z.int(),
  }),
  orbit: z.number(),
  look: z.record(z.string(), z.number()),
  picture: z.base64(),
  safe: z.boolean(),
  sceneId: z.string().nullable(),
});
