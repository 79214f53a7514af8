/**
 * Names for the numbers that travel through the house. Aliases document, they do not check.
 * Order is height before width everywhere; pixels are RGBA, 8-bit sRGB, top row first.
 */

/** Seconds of show time unless the name says otherwise. */
export type Seconds = number;
/** Milliseconds; used for costs and monotonic instants (`performance.now()` of the server). */
export type Milliseconds = number;
export type Hertz = number;
/** Beats per minute. */
export type Bpm = number;
/** Loudness in LUFS (ITU-R BS.1770): 0 is the loudest that digital sound can be, about -14 a loud record. */
export type Lufs = number;
/** A number from 0 to 1. */
export type Unit = number;
/** Whole turns: 1 is 360 degrees. */
export type Turns = number;
/** Index of a score tick: `TICKS_PER_SECOND` a second of show time, an integer. */
export type Tick = number;

/** All state of the score advances on this fixed clock (design rule 1). */
export const TICKS_PER_SECOND = 120;

/** Show time (s) of a tick. */
export function secondsOfTick(tick: Tick): Seconds {
  return tick / TICKS_PER_SECOND;
}

/** The tick nearest to a show time (s). */
export function tickOfSeconds(seconds: Seconds): Tick {
  return Math.round(seconds * TICKS_PER_SECOND);
}
