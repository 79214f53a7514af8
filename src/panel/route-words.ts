/** Routes in words and ranges for hands: 'look.zoom' → 'Zoom', how far an amount may usefully go. Pure. */

import type { Parameter } from '../score/parameters.ts';
import { FEATURES, STAGE_TARGETS, WALK_TARGETS, type RouteSpec, type RouteTime } from '../score/route-types.ts';
import { STEM_CURVE_NAMES, type Timeline } from '../timeline/timeline.ts';

/** How far an amount goes either way, in the target's units. */
const REACH: Readonly<Record<string, number>> = {
  'look.zoom': 0.3, 'look.rotate': 12, 'look.shift': 0.1, 'look.hue': 0.5, 'look.contrast': 1, 'look.saturation': 1, 'look.light': 1, 'look.sharpen': 1,
  'walk.speed': 2, 'walk.orbit': 4, 'walk.pulse': 2, 'walk.sister': 1, 'walk.guidance': 2, 'walk.groove': 2,
};

export function targetName(to: string, parameters: ReadonlyMap<string, Parameter>): string {
  const parameter = parameters.get(to);
  if (parameter !== undefined) return parameter.label.replace(': ', ' ');
  const [room, name = ''] = to.split('.');
  return room === 'walk' ? `Walk ${name}` : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

export function featureName(feature: string): string {
  const plain = feature.replace('event:', '').replace('lfo:', 'LFO ').replace('.', ' ');
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}`;
}

export function reachOf(to: string, parameters: ReadonlyMap<string, Parameter>): number {
  const parameter = parameters.get(to);
  return REACH[to] ?? (parameter === undefined ? 1 : parameter.max - parameter.min);
}

/** Everything a route may listen to in this show. */
export function featuresOf(timeline: Timeline | null): string[] {
  return [...FEATURES, ...(timeline?.stems ?? []).flatMap(({ name }) => STEM_CURVE_NAMES.map((curve) => `${name}.${curve}`))];
}

/** Everything a route may move: the walk, the stage's own shader, and every effect's numbers. */
export function targetsOf(parameters: ReadonlyMap<string, Parameter>): string[] {
  const uniforms = [...parameters.values()].filter(({ path, kind }) => kind === 'number' && /^\/look\/[\w-]+\/[\w-]+$/.test(path));
  return [...WALK_TARGETS, ...STAGE_TARGETS, ...uniforms.map(({ path }) => path)];
}

/** '20 ms', '0.3 s', '2 bars'. */
export function timeText({ amount, unit }: RouteTime): string {
  if (unit === 's') return amount < 0.1 ? `${Math.round(amount * 1000)} ms` : `${Math.round(amount * 100) / 100} s`;
  return `${Math.round(amount * 100) / 100} ${unit}${amount === 1 ? '' : 's'}`;
}

/** What differs from a plain follower, in a few words. */
export function shapeText({ feature, shape, attack, release, alternate, period }: RouteSpec): string {
  if (feature.startsWith('lfo:') && shape === 'follow') return `once in ${timeText(period)}`;
  return shape === 'beat' || shape === 'sway' ? `${shape} on the beat${alternate ? ', sides alternate' : ''}` : `${shape}, ${timeText(attack)} up, ${timeText(release)} down`;
}
