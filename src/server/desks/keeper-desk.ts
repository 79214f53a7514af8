/**
 * Keep: the place on screen (prompt mix, noise, seed, look) with its picture; walked to in n beats, pinned to a section,
 * or fled to. The list itself is control/keepers.ts.
 */

import type { Frame } from '../../ahead/types.ts';
import { UserError } from '../../base/errors.ts';
import type { Tick } from '../../base/units.ts';
import type { Keep, Keepers } from '../../control/keepers.ts';
import type { ClientMessage } from '../../protocol/messages.ts';
import type { ControlValue } from '../../score/control.ts';
import type { Preset } from '../../score/preset.ts';
import { placeOn } from '../../score/place.ts';
import { pinScene, type Scene } from '../../score/storyboard.ts';
import type { OpenShow } from '../open-show.ts';
import { encodeJpeg } from './storyboard-desk.ts';

export type KeeperEdit = Omit<Extract<ClientMessage, { type: 'keeper' }>, 'type'>;

/** Beats of a walk to a keeper that says no number, and of a panic. */
const BEATS = 4;

/** Keeps what is on screen at a tick. `shown` is the generated frame nearest to it. */
export async function keepPlace(show: OpenShow, tick: Tick, shown: Frame | undefined): Promise<Keep> {
  if (shown === undefined) throw new UserError('usage', 'Nothing is on screen yet, so nothing was kept.');
  const modulation = show.score.modulationAt(tick);
  return show.keepers.add({ place: placeOn(modulation), orbit: modulation.orbit, look: lookValuesAt(show, tick), picture: await encodeJpeg(shown) });
}

function lookValuesAt(show: OpenShow, tick: Tick): Record<string, number> {
  const look = Object.entries(show.score.valuesAt(tick)).filter((entry): entry is [string, number] => entry[0].startsWith('/look/') && typeof entry[1] === 'number');
  return Object.fromEntries(look);
}

/** Pins, marks or deletes a keeper. Answers the scenes where a pin changed them, else null. */
export function editKeeper(keepers: Keepers, scenes: readonly Scene[], { action, id, sceneId }: KeeperEdit): readonly Scene[] | null {
  if (action === 'safe') keepers.toggleSafe(id);
  else if (action === 'delete') keepers.delete(id);
  else if (action === 'pin') {
    const keep = keepers.pin(id, sceneId);
    if (keep.sceneId === null) return null;
    const prompt = keep.place.prompts.toSorted((a, b) => b.weight - a.weight)[0]?.text ?? '';
    return pinScene(scenes, keep.sceneId, prompt, keep.place.seed);
  }
  return null;
}

/** `/keep/go n b` and `/panic` as the score takes them: the place as text, then the beats. */
export function resolveKeeperTrigger(keepers: Keepers, path: string, args: readonly ControlValue[]): readonly ControlValue[] {
  if (path === '/keep/go' || (path === '/keep/orbit' && args.length > 0)) {
    const beats = Number(args[1] ?? BEATS);
    return [JSON.stringify(keepers.go(Number(args[0])).place), Number.isFinite(beats) && beats > 0 ? beats : BEATS];
  }
  if (path === '/panic') return keepers.safe === undefined ? [] : [JSON.stringify(keepers.safe.place)];
  return args;
}

/** A keeper as a preset: the character that is on, at this one place, with the look that was kept. */
export function presetOfKeeper({ place, look }: Keep, worn: Preset): Preset {
  const prompts = place.prompts.toSorted((a, b) => b.weight - a.weight).map(({ text }) => ({ text, weight: 1, seed: place.seed }));
  const { seedPer } = worn.noise;
  return { ...worn, prompts, order: 'appearance', noise: { ...worn.noise, seedPer: seedPer === 'waypoint' ? 'section' : seedPer }, look: { ...worn.look, values: { ...worn.look.values, ...look } } };
}

/** The look that was kept with the place, as value changes by path. */
export function lookOfKeeper(keepers: Keepers, args: readonly ControlValue[]): Readonly<Record<string, number>> {
  return keepers.go(Number(args[0])).look;
}
