/** Parts of a mix in files of their own (`--stem drums=FILE`): analysed like a track, kept beside it on its time line. */

import { UserError } from '../base/errors.ts';
import { type Stem, STEM_CURVE_NAMES, type Timeline } from '../timeline/timeline.ts';

export interface StemFile {
  /** 'drums', 'vocals' …: small letters, digits and dashes. */
  readonly name: string;
  readonly path: string;
}

/** Reads NAME=FILE. Throws a UserError('usage'). */
export function parseStem(text: string): StemFile {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at)).trim().toLowerCase();
  const path = text.slice(at + 1).trim();
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name) || path === '') throw new UserError('usage', `--stem expects NAME=FILE, such as drums=drums.wav, and "${text}" came: give the part a name of small letters.`);
  return { name, path };
}

/** The track's timeline with the parts beside it, each cut or filled with silence to the track's length. */
export function attachStems(timeline: Timeline, parts: readonly { readonly name: string; readonly timeline: Timeline }[]): Timeline {
  if (parts.length === 0) return timeline;
  const length = timeline.curves.energy.length;
  const stems = parts.map(({ name, timeline: part }): Stem => ({ name, curves: Object.fromEntries(STEM_CURVE_NAMES.map((curve) => [curve, fit(part.curves[curve], length)])) as Stem['curves'] }));
  return { ...timeline, stems };
}

function fit(values: Float32Array, length: number): Float32Array {
  const out = new Float32Array(length);
  out.set(values.subarray(0, length));
  return out;
}
