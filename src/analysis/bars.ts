/** Beat grid → one feature row a bar: what sections are told by. Columns are whitened and weighted by kind. */

import type { Seconds } from '../base/units.ts';
import type { BeatGrid, Curves, CurveName } from '../timeline/timeline.ts';
import { FRAME_RATE } from './frames.ts';
import { type Measurements, TIMBRE_EVERY } from './measure.ts';
import { TIMBRE_SIZE } from './timbre.ts';

export interface Bar {
  readonly start: Seconds;
  readonly end: Seconds;
  /** Mean of each curve in the bar. */
  readonly means: Readonly<Record<CurveName, number>>;
  /** Whitened, weighted features; the mean square length over the song is 1. */
  readonly features: Float32Array;
}

/** Weight of a column of each kind: the curves say how much plays, the timbre what, the chroma which key. */
const CURVE_WEIGHTS: Readonly<Partial<Record<CurveName, number>>> = { energy: 1.5, loudness: 1, kick: 1.5, snare: 1.2, hats: 1.2, bass: 1.2, voice: 1, brightness: 1, onset: 1 };
const TIMBRE_WEIGHT = 0.6;
const CHROMA_WEIGHT = 0.25;

/** The bars of the grid from the first downbeat on; what comes before and after belongs to the first and the last. */
export function describeBars(grid: BeatGrid, curves: Curves, measurements: Measurements): Bar[] {
  const starts = Array.from(grid.beats).filter((_, i) => grid.positions[i] === 1);
  const spans = spansOf(starts, measurements.duration);
  if (spans.length === 0) return [];
  const names = Object.keys(CURVE_WEIGHTS) as (keyof typeof CURVE_WEIGHTS)[];
  const columns = [
    ...names.map((name) => weigh(spans.map((span) => meanOver(curves[name], FRAME_RATE, span)), CURVE_WEIGHTS[name] ?? 1)),
    ...measurements.timbre.map((column, index) =>
      weigh(
        spans.map((span) => meanOver(column, FRAME_RATE / TIMBRE_EVERY, span)),
        index < TIMBRE_SIZE ? TIMBRE_WEIGHT : CHROMA_WEIGHT,
      ),
    ),
  ];
  const power = columns.reduce((sum, column) => sum + column.reduce((all, value) => all + value * value, 0), 0) / spans.length;
  const scale = power > 1e-9 ? 1 / Math.sqrt(power) : 0;
  return spans.map((span, bar) => ({ ...span, means: meansOf(curves, span), features: Float32Array.from(columns, (column) => (column[bar] as number) * scale) }));
}

/** From downbeat to downbeat; a last bar that the track's end cuts short belongs to the one before. */
function spansOf(starts: readonly Seconds[], duration: Seconds): Span[] {
  const last = starts.length - 1;
  const cut = last > 0 && duration - (starts[last] as number) < 0.9 * ((starts[last] as number) - (starts[last - 1] as number));
  const whole = cut ? starts.slice(0, last) : starts;
  return whole.map((start, i) => ({ start, end: whole[i + 1] ?? duration })).filter(({ start, end }) => end > start);
}

interface Span {
  readonly start: Seconds;
  readonly end: Seconds;
}

function meansOf(curves: Curves, span: Span): Record<CurveName, number> {
  return Object.fromEntries(Object.entries(curves).map(([name, curve]) => [name, meanOver(curve, FRAME_RATE, span)])) as Record<CurveName, number>;
}

/** Mean of the samples in [start, end). */
export function meanOver(values: Float32Array, rate: number, { start, end }: Span): number {
  const from = Math.min(values.length - 1, Math.max(0, Math.ceil(start * rate)));
  const to = Math.min(values.length, Math.max(from + 1, Math.ceil(end * rate)));
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] as number;
  return to > from ? sum / (to - from) : 0;
}

/** To mean 0 and spread `weight`. */
function weigh(values: number[], weight: number): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (spread > 1e-5 ? (weight * (value - mean)) / spread : 0));
}
