/**
 * A metronome, or whatever else sounds alone and evenly: short sounds in near silence, one period apart. The network has
 * learnt music and hears nothing in bare clicks. Frames come one by one; what is said of a frame never changes.
 */

import { median } from '../../base/math.ts';

/** Intervals (frames of 10 ms) that count as beats: 50 to 200 BPM. */
const SHORTEST = 30;
const LONGEST = 120;
/** Intervals that must agree, and by how much they may differ: frames, or a share of the median. */
const INTERVALS = 4;
const WITHIN_FRAMES = 2;
const WITHIN_SHARE = 0.04;
/** A click rises to this share of the loudest of late (which fades to half in seven seconds), and by this much at all. */
const CLICK_SHARE = 0.5;
const FADE = 0.999;
const LEAST_RISE = 0.3;
/** The mean of all rises of late, of the loudest: more, and something else sounds too. */
const SPARSE = 0.15;
const MEAN_FRAMES = 200;
/** Frames to either side of a click that count as it. */
const AROUND = 1;

export class SteadyClicks {
  private frame = -1;
  private last = 0;
  private before = 0;
  private loudest = 0;
  private mean = 0;
  /** Frames of the last clicks, ascending. */
  private readonly clicks: number[] = [];

  /** The next frame's rise: the sum of the onset bands (natural-log units), 0 below the gate. */
  push(rise: number): void {
    this.frame++;
    this.mean += (rise - this.mean) / MEAN_FRAMES;
    this.loudest = Math.max(rise, this.loudest * FADE);
    const isPeak = this.last > this.before && this.last >= rise;
    if (isPeak && this.last >= Math.max(LEAST_RISE, CLICK_SHARE * this.loudest)) this.add(this.frame - 1);
    this.before = this.last;
    this.last = rise;
  }

  /** Whether the last clicks are evenly apart, nothing else sounds and the next is not overdue. */
  get isSteady(): boolean {
    if (this.clicks.length <= INTERVALS || this.mean > SPARSE * this.loudest) return false;
    const intervals = this.clicks.slice(1).map((frame, i) => frame - (this.clicks[i] as number));
    const usual = median(intervals);
    const within = Math.max(WITHIN_FRAMES, WITHIN_SHARE * usual);
    return usual >= SHORTEST && usual <= LONGEST && intervals.every((interval) => Math.abs(interval - usual) <= within) && this.frame - (this.clicks.at(-1) as number) < 1.5 * usual;
  }

  /** Frames from click to click. */
  get period(): number {
    return ((this.clicks.at(-1) as number) - (this.clicks[0] as number)) / (this.clicks.length - 1);
  }

  /** Frame of the newest click. */
  get newest(): number {
    return this.clicks.at(-1) as number;
  }

  /** Whether a click lies on a frame or next to it. */
  isAt(frame: number): boolean {
    return this.clicks.some((click) => Math.abs(click - frame) <= AROUND);
  }

  private add(frame: number): void {
    this.clicks.push(frame);
    if (this.clicks.length > INTERVALS + 1) this.clicks.shift();
  }
}
