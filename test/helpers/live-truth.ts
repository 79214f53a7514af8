/**
 * What is true of a live run of drums, told apart from what the product says of it. Which sound arrived: what of the hops came
 * in time, laid by their counters, with their holes. When it was in the air: the capture time stamps of MediaStreamTrackProcessor, which are right but
 * few on a busy machine (its queue drops blocks, so that its own onsets have holes that the sound did not have).
 */

import { lastIndexAtOrBefore, median, quantile } from '../../src/base/math.ts';
import type { DisplayFrame } from '../../src/stage/probe.ts';

/** Sound as it reached the tracker. */
export interface HeardSound {
  /** From the show's first sample on, silent where no hop came in time; its rate (Hz), and how much of it is such silence (s). */
  readonly samples: Float32Array;
  readonly sampleRate: number;
  readonly lost: number;
}

/** A display frame drawn at an instant is lit one frame later (ms). */
const TO_LIGHT = 1000 / 60;
/** The time stamps come in steps of the device's 10 ms blocks; a match lies within a few of them (ms). */
const SAME = 40;
/** So many matches around an onset decide (their median). */
const MATCHES = 5;

/** Answers, sample by sample, whether the drum begins here: low-passed, so that snares and hats move nothing. Stands alone, since it runs in pages too. */
export function createOnsetFinder(sampleRate: number): (sample: number) => boolean {
  const smooth = 1 - Math.exp((-2 * Math.PI * 120) / sampleRate);
  let low = 0;
  let since = Infinity;
  return (sample) => {
    low += smooth * (sample - low);
    since++;
    if (Math.abs(low) < 0.2 || since < 0.3 * sampleRate) return false;
    since = 0;
    return true;
  };
}

/** Onsets (s) in samples, by the rule of createOnsetFinder. */
export function onsetsOf(samples: Float32Array, rate: number): number[] {
  const begins = createOnsetFinder(rate);
  const found: number[] = [];
  samples.forEach((sample, i) => {
    if (begins(sample)) found.push(i / rate);
  });
  return found;
}

/**
 * Page instants (ms) of the onsets in the sound that arrived: counted by its samples, put on the page's clock by the onsets that
 * the time stamps caught. Of a steady beat the whole may be off by periods, which no phase shows. Empty where nothing matches.
 */
export function onsetInstants(sound: HeardSound, stamped: readonly number[]): number[] {
  const heard = onsetsOf(sound.samples, sound.sampleRate).map((onset) => onset * 1000);
  const offset = commonDifference(stamped, heard);
  const matches = stamped.flatMap((instant) => {
    const at = heard.find((onset) => Math.abs(instant - onset - offset) <= SAME);
    return at === undefined ? [] : [{ at, offset: instant - at }];
  });
  if (matches.length < MATCHES) return [];
  return heard.map((onset) => {
    const nearest = matches.toSorted((a, b) => Math.abs(a.at - onset) - Math.abs(b.at - onset)).slice(0, MATCHES);
    return onset + median(nearest.map((match) => match.offset));
  });
}

/** The difference (a − b) that most pairs share within SAME. */
function commonDifference(a: readonly number[], b: readonly number[]): number {
  const all = Float64Array.from(a.flatMap((left) => b.map((right) => left - right))).sort();
  let best = { count: 0, middle: 0 };
  for (let from = 0, to = 0; from < all.length; from++) {
    while (to < all.length && (all[to] as number) - (all[from] as number) <= SAME) to++;
    if (to - from > best.count) best = { count: to - from, middle: median(all.subarray(from, to)) };
  }
  return best.middle;
}

/**
 * Errors (ms, light after sound positive) of the beat on screen against the true beat (instants, ms) nearest to each display frame
 * from `from` on. A hole in the sound moves the beats after it and is judged by where they then are; where a beat is missing
 * altogether (none within three quarters of a period, ms) there is nothing to compare with.
 */
export function lightErrors(frames: readonly DisplayFrame[], beats: readonly number[], period: number, from: number): number[] {
  return frames.flatMap(({ instant, beatPhase }) => {
    const lit = instant + TO_LIGHT;
    const index = lastIndexAtOrBefore(beats, lit);
    const since = Math.min(...[beats[index], beats[index + 1]].flatMap((beat) => (beat === undefined ? [] : [Math.abs(lit - beat)])));
    if (instant < from || since > 0.75 * period) return [];
    const nearest = [beats[index], beats[index + 1]].find((beat) => beat !== undefined && Math.abs(lit - beat) === since) as number;
    const wrong = (lit - nearest) / period - beatPhase;
    return [(wrong - Math.round(wrong)) * period];
  });
}

/** Share of `beats` that lie within `tolerance` (s) of one of `reference`, after the best constant shift; only where both have begun. */
export function agreement(beats: readonly number[], reference: readonly number[], tolerance = 0.005): { readonly share: number; readonly shift: number; readonly compared: number } {
  let best = { share: 0, shift: 0, compared: 0 };
  const shifts = beats.slice(-12, -4).flatMap((beat) => reference.map((other) => other - beat));
  for (const shift of shifts) {
    const moved = beats.map((beat) => beat + shift).filter((beat) => beat >= (reference[0] ?? 0) - tolerance && beat <= (reference.at(-1) ?? 0) + tolerance);
    if (moved.length < Math.min(beats.length, reference.length) / 2) continue;
    const near = moved.filter((beat) => reference.some((other) => Math.abs(other - beat) <= tolerance)).length;
    if (near / moved.length > best.share) best = { share: near / moved.length, shift, compared: moved.length };
  }
  return best;
}

/** One line for the message of an assertion: what a failure of the light would be due to. */
export function diagnosis(sound: HeardSound, stamped: readonly number[], beats: readonly number[], errors: readonly number[], frames: readonly DisplayFrame[]): string {
  const gaps = beats.slice(1).map((beat, i) => Math.round(beat - (beats[i] as number)));
  const span = (frames.at(-1)?.instant ?? 0) - (frames[0]?.instant ?? 0);
  const sizes = errors.map(Math.abs);
  return [
    `${errors.length} of ${frames.length} display frames judged (${((frames.length * 1000) / span).toFixed(1)} a second)`,
    `error median ${median(errors).toFixed(1)} ms, |error| median ${median(sizes).toFixed(1)} and p95 ${quantile(sizes, 0.95).toFixed(1)} ms`,
    `${(sound.samples.length / sound.sampleRate).toFixed(1)} s heard, ${sound.lost.toFixed(3)} s of it lost; gaps between beats that arrived (ms): ${gaps.join(' ')}`,
    `onsets caught by time stamps: ${stamped.length} of ${beats.length}`,
  ].join('; ');
}
