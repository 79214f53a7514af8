/** Sections and level → events: drops on their downbeats, the build-ups before them, silences. */

import { clamp } from '../base/math.ts';
import type { Seconds } from '../base/units.ts';
import type { Curves, Section, TimelineEvent } from '../timeline/timeline.ts';
import { FRAME_RATE } from './frames.ts';

/** A drop is a rise of mean energy by at least this, less where a breakdown leads into it; a build-up may be as loud. */
const DROP_RISE = 0.12;
const PREPARED_RISE = 0.03;
/** Level curve below which there is silence (-55 dBFS), and how long it must last. */
const SILENCE_LEVEL = 1 - 55 / 60;
const SILENCE_SECONDS: Seconds = 0.4;

/** Events in order of their start. */
export function findEvents(sections: readonly Section[], curves: Curves): TimelineEvent[] {
  return [...findDrops(sections), ...findBuildUps(sections), ...findSilences(curves.level)].sort((a, b) => a.start - b.start);
}

function findDrops(sections: readonly Section[]): TimelineEvent[] {
  return sections.flatMap((section, i) => {
    const before = sections[i - 1];
    if (section.kind !== 'drop' || before === undefined || before.kind === 'drop') return [];
    const rise = section.energy - before.energy;
    const least = before.kind === 'build' ? -PREPARED_RISE : before.kind === 'breakdown' ? PREPARED_RISE : DROP_RISE;
    return rise < least ? [] : [{ kind: 'drop' as const, start: section.start, end: section.start, strength: clamp(0.2 + 2 * rise, 0, 1) }];
  });
}

function findBuildUps(sections: readonly Section[]): TimelineEvent[] {
  return sections.flatMap((section, i) => {
    const next = sections[i + 1];
    if (section.kind !== 'build' || next?.kind !== 'drop') return [];
    return [{ kind: 'build-up' as const, start: section.start, end: section.end, strength: clamp(0.2 + 2 * (next.energy - section.energy), 0, 1) }];
  });
}

function findSilences(level: Float32Array): TimelineEvent[] {
  const events: TimelineEvent[] = [];
  for (let i = 0; i < level.length; ) {
    const from = i;
    while (i < level.length && (level[i] as number) < SILENCE_LEVEL) i++;
    if (i - from >= SILENCE_SECONDS * FRAME_RATE) events.push({ kind: 'silence', start: from / FRAME_RATE, end: i / FRAME_RATE, strength: 1 });
    if (i === from) i++;
  }
  return events;
}
