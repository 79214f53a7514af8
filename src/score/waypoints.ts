/**
 * Where the walk goes next and when it lands. Loud travels farther by placing waypoints: a quiet stretch gets none or one
 * in 16 bars, a normal one 1 in 8, a drop 1 in 4, never two within 2 bars (motion.md). Landings fall on downbeats and on
 * section starts. Pure: state of the walk and the moment in, the next anchor out.
 */

import { tickOfSeconds } from '../base/units.ts';
import type { Seconds, Tick, Unit } from '../base/units.ts';
import type { Section } from '../timeline/timeline.ts';
import type { Place } from './modulation.ts';
import type { Moment, MomentSource } from './moment.ts';
import { placeOf, samePlace } from './place.ts';
import type { Preset, PresetPrompt } from './preset.ts';
import { waypointSeed } from './storyboard.ts';
import type { Scene } from './storyboard.ts';

/** Two subjects never come closer than this many bars. */
const CLOSEST_BARS = 2;
/** The same with room for rounding. */
const CLOSEST = 1.9;
/** Below this hand speed the walk stays. */
const STANDSTILL = 0.05;

/** What stays the same until a preset or the storyboard changes. */
export interface Plan {
  readonly preset: Preset;
  readonly scenes: readonly Scene[];
  readonly source: MomentSource;
  readonly seed: number;
}

/** Where the walk stands, as far as planning needs it. */
export interface Standing {
  readonly place: Place;
  readonly landedTick: Tick;
  /** Downbeats since the landing. */
  readonly barsSince: number;
  /** Section whose place it is, and the count of waypoints passed in it. */
  readonly section: number;
  readonly waypoint: number;
  /** Cues and drops so far. */
  readonly changes: number;
}

export interface Anchor {
  readonly landTick: Tick;
  readonly place: Place;
  readonly section: number;
  readonly waypoint: number;
  /** How it gets there; `stay`: it is there already. */
  readonly way: 'glide' | 'cut' | 'stay';
  readonly glideSeconds: Seconds;
}

/** The next landing; undefined while the walk stays. `handSpeed` is /walk/speed, `energy` 0..1 serves where there are no sections. */
export function nextAnchor(plan: Plan, standing: Standing, moment: Moment, handSpeed: number, energy: Unit): Anchor | undefined {
  if (handSpeed < STANDSTILL) return undefined;
  const waypointTime = timeOfWaypoint(plan, standing, moment, handSpeed, energy);
  const border = nextBorder(plan, standing, moment);
  if (border !== undefined && (waypointTime === undefined || waypointTime > border.start - CLOSEST * moment.barSeconds)) return borderAnchor(plan, standing, moment, border);
  if (waypointTime === undefined) return undefined;
  const section = moment.section;
  const waypoint = section === standing.section ? standing.waypoint + 1 : 0;
  return makeAnchor(plan, standing, moment, { time: waypointTime, section, waypoint, intoDrop: false });
}

function timeOfWaypoint(plan: Plan, standing: Standing, moment: Moment, handSpeed: number, energy: Unit): Seconds | undefined {
  const bars = barsPerWaypoint(plan, standing, moment, energy);
  if (bars === 0) return undefined;
  const wanted = Math.max(CLOSEST_BARS, Math.round(bars / handSpeed));
  const left = Math.max(1, wanted - standing.barsSince);
  const time = plan.source.downbeatAhead(moment, left);
  return time - moment.time < moment.beatSeconds && standing.barsSince >= wanted ? plan.source.downbeatAhead(moment, left + 1) : time;
}

function barsPerWaypoint({ preset, source }: Plan, standing: Standing, moment: Moment, energy: Unit): number {
  if (preset.change.on === 'bars') return preset.change.bars;
  if (preset.change.on === 'downbeat') return CLOSEST_BARS;
  const section = source.sectionAt(moment.section);
  const level = section === undefined ? energy : section.kind === 'drop' ? 1 : section.energy;
  const bars = level >= 0.66 ? preset.walk.bars.loud : level < 0.33 ? preset.walk.bars.quiet : preset.walk.bars.normal;
  const standsOn = preset.prompts.find(({ text }) => text === standing.place.prompts[0]?.text);
  return bars * (standsOn?.weight ?? 1);
}

/** The next section start that the walk may land on. */
function nextBorder({ source }: Plan, standing: Standing, moment: Moment): { readonly start: Seconds; readonly section: number } | undefined {
  if (source.live) return undefined;
  const earliest = standing.landedTick + CLOSEST * moment.barSeconds * 120;
  for (let section = Math.max(0, moment.section); ; section++) {
    const found = source.sectionAt(section);
    if (found === undefined) return undefined;
    const tick = tickOfSeconds(found.start);
    if (tick >= moment.tick && section !== standing.section && tick >= earliest) return { start: found.start, section };
  }
}

function borderAnchor(plan: Plan, standing: Standing, moment: Moment, border: { readonly start: Seconds; readonly section: number }): Anchor {
  const kind = (plan.source.sectionAt(border.section) as Section).kind;
  return makeAnchor(plan, standing, moment, { time: border.start, section: border.section, waypoint: 0, intoDrop: kind === 'drop' });
}

function makeAnchor(plan: Plan, standing: Standing, moment: Moment, goal: { readonly time: Seconds; readonly section: number; readonly waypoint: number; readonly intoDrop: boolean }): Anchor {
  const { walk } = plan.preset;
  const place = placeAt(plan, goal.section, goal.waypoint, standing.changes);
  const unlike = place.prompts[0]?.text !== standing.place.prompts[0]?.text;
  const wanted = goal.intoDrop ? walk.dropGlideBeats * moment.beatSeconds : walk.glideBars * moment.barSeconds;
  const room = goal.time - standing.landedTick / 120;
  return {
    landTick: tickOfSeconds(goal.time),
    place,
    section: goal.section,
    waypoint: goal.waypoint,
    way: samePlace(place, standing.place) ? 'stay' : goal.intoDrop && walk.cut && unlike ? 'cut' : 'glide',
    glideSeconds: Math.min(wanted, 0.6 * room),
  };
}

/** The place of the n-th waypoint of a section (-1: live, no sections). `changes` counts cues or live drops. */
export function placeAt(plan: Plan, section: number, waypoint: number, changes: number): Place {
  const { preset, scenes, seed } = plan;
  const scene = scenes[section];
  if (scene === undefined) return livePlace(preset, seed, waypoint, changes);
  const rotates = preset.change.on === 'bars' || preset.change.on === 'downbeat';
  const home = preset.prompts.findIndex(({ text }) => text === scene.prompt);
  const moved = rotates ? waypoint : preset.change.on === 'cue' ? changes : 0;
  const text = moved === 0 ? scene.prompt : (preset.prompts[(Math.max(0, home) + moved) % preset.prompts.length] as PresetPrompt).text;
  return placeOf(text, preset.noise.seedPer === 'waypoint' ? waypointSeed(scene.seed, waypoint) : scene.seed);
}

/** Without sections every second waypoint brings the next prompt, unless the preset says otherwise. */
function livePlace(preset: Preset, seed: number, waypoint: number, changes: number): Place {
  const on = preset.change.on;
  const index = on === 'cue' || on === 'drop' ? changes : on === 'section' ? Math.floor(waypoint / 2) : waypoint;
  const prompt = preset.prompts[index % preset.prompts.length] as PresetPrompt;
  const station = preset.noise.seedPer === 'waypoint' ? waypoint : preset.noise.seedPer === 'section' ? index : 0;
  return placeOf(prompt.text, prompt.seed !== undefined && station === 0 ? prompt.seed : waypointSeed(seed, station));
}
