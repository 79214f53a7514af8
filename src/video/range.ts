/** Which part of a track becomes the video, in frames and ticks. Pure. */

import { UserError } from '../base/errors.ts';
import { tickOfSeconds, type Seconds, type Tick } from '../base/units.ts';
import type { Timeline } from '../timeline/timeline.ts';

export interface VideoRange {
  readonly from: Seconds;
  readonly to: Seconds;
  /** round((to − from) × fps), at least 1. */
  readonly frames: number;
  readonly timeOf: (index: number) => Seconds;
  readonly tickOf: (index: number) => Tick;
}

export interface RangeRequest {
  readonly from?: Seconds | undefined;
  readonly to?: Seconds | undefined;
  readonly draft?: boolean | undefined;
  readonly fps: number;
}

/** Length of a draft and how much of it lies before the drop. */
const DRAFT_SECONDS = 20;
const DRAFT_LEAD = 8;

export function chooseRange(timeline: Timeline, request: RangeRequest): VideoRange {
  const { duration } = timeline;
  const drafted = request.draft === true && request.from === undefined ? draftStart(timeline) : 0;
  const from = request.from ?? drafted;
  const to = Math.min(duration, request.to ?? (request.draft === true ? from + DRAFT_SECONDS : duration));
  if (from >= duration) throw new UserError('usage', `--from ${from} lies behind the end of the track at ${duration.toFixed(1)} s: choose an earlier second`);
  if (to <= from) throw new UserError('usage', `--to ${to} should lie after --from ${from}: choose a later second`);
  const timeOf = (index: number): Seconds => from + index / request.fps;
  return { from, to, frames: Math.max(1, Math.round((to - from) * request.fps)), timeOf, tickOf: (index) => tickOfSeconds(timeOf(index)) };
}

/** A little before the first drop, else the first drop or chorus, else the loudest one. */
function draftStart(timeline: Timeline): Seconds {
  const drop = timeline.events.find(({ kind }) => kind === 'drop')?.start ?? timeline.sections.find(({ kind }) => kind === 'drop' || kind === 'chorus')?.start;
  const loudest = timeline.sections.reduce((best, section) => (section.energy > best.energy ? section : best), timeline.sections[0] ?? { start: 0, energy: 0 }).start;
  const start = (drop ?? loudest) - DRAFT_LEAD;
  return Math.max(0, Math.min(start, timeline.duration - DRAFT_SECONDS));
}
