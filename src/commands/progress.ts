/**
 * Progress for people: a bar that redraws itself on a terminal, one plain line every five seconds elsewhere.
 * Time is an argument (ms); silent with --quiet.
 */

import { clamp } from '../base/math.ts';
import { endStatus, hasStatusLine, notify, showStatus } from '../base/log.ts';
import type { Milliseconds, Seconds, Unit } from '../base/units.ts';

export interface ProgressState {
  readonly fraction: Unit;
  /** The task, e.g. "drawing"; a new one is said at once. */
  readonly text: string;
  /** Where in the task, e.g. "frame 3 of 90". */
  readonly detail?: string;
  readonly framesPerSecond?: number;
  readonly secondsLeft?: Seconds;
}

const BAR_WIDTH = 24;
const PLAIN_INTERVAL: Milliseconds = 5000;
const REDRAW_INTERVAL: Milliseconds = 100;

export class Progress {
  private lastShown: Milliseconds | undefined;
  private lastText = '';

  /** Shows the state where enough time has passed since the last one, or another task has begun. */
  update(state: ProgressState, now: Milliseconds): void {
    const interval = hasStatusLine() ? REDRAW_INTERVAL : PLAIN_INTERVAL;
    if (this.lastShown !== undefined && now - this.lastShown < interval && state.text === this.lastText) return;
    this.lastShown = now;
    this.lastText = state.text;
    if (hasStatusLine()) showStatus(formatProgress(state, BAR_WIDTH));
    else notify('info', formatProgress(state, 0));
  }

  end(): void {
    endStatus();
  }
}

/** One line; `barWidth` 0 leaves the bar out. */
export function formatProgress(state: ProgressState, barWidth: number): string {
  const fraction = clamp(state.fraction, 0, 1);
  const full = Math.round(fraction * barWidth);
  const bar = barWidth === 0 ? '' : `[${'█'.repeat(full)}${'░'.repeat(barWidth - full)}] `;
  const speed = state.framesPerSecond === undefined ? '' : `  ${state.framesPerSecond.toFixed(1)} frames/s`;
  const left = state.secondsLeft === undefined || !Number.isFinite(state.secondsLeft) ? '' : `  ${formatDuration(state.secondsLeft)} left`;
  const detail = state.detail === undefined ? '' : ` ${state.detail}`;
  return `${bar}${String(Math.floor(fraction * 100)).padStart(3)} %  ${state.text}${detail}${speed}${left}`;
}

/** `7 s`, `3 min 05 s`, `1 h 02 min`. */
export function formatDuration(seconds: Seconds): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  return minutes < 60 ? `${minutes} min ${two(whole % 60)} s` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
