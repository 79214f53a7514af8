/**
 * Where in the bar a stream is: what sounded on each of the last beats goes through the bar model of the file analysis
 * (downbeats.ts). A new count is taken over only once it has won several beats in a row, so that the one does not jump about.
 */

import type { Seconds, Unit } from '../base/units.ts';
import { type BeatCues, COMMON_METRES, cosineDistance, findBars, standardise } from './downbeats.ts';
import { FRAME_RATE } from './frames.ts';

/** Beats the count is judged by, and those it takes to begin. */
const MEMORY = 48;
const LEAST = 8;
/** Beats in a row that another count must win. */
const PATIENCE = 4;
const DEFAULT_METRE = 4;
/** Frames kept: the longest beat and what lies around it. */
const KEPT_FRAMES = 3 * FRAME_RATE;
const CUES = ['accent', 'snare', 'bass', 'chord', 'sound'] as const;

/** What one frame holds for the bars. */
export interface BarFrame {
  readonly accent: number;
  readonly snare: Unit;
  /** Rise of the low end. */
  readonly bass: number;
  /** Twelve pitch classes and, after them, levels that tell the sound; copied. */
  readonly colours: Float32Array;
}

const CHROMA = 12;

export class LiveBars {
  metre = DEFAULT_METRE;
  private readonly frames: BarFrame[] = [];
  private heard = 0;
  private readonly cues: Record<(typeof CUES)[number], number[]> = { accent: [], snare: [], bass: [], chord: [], sound: [] };
  private readonly colours: Float32Array[] = [];
  private beats = 0;
  /** Index of some downbeat. */
  private anchor = 0;
  private rival = { anchor: 0, metre: DEFAULT_METRE, wins: 0 };

  push(frame: BarFrame): void {
    this.frames.push({ ...frame, colours: frame.colours.slice() });
    if (this.frames.length > KEPT_FRAMES) this.frames.shift();
    this.heard++;
  }

  /** Position in the bar of the beat with this index (1 = downbeat), by what is known now. */
  positionOf(index: number): number {
    return ((((index - this.anchor) % this.metre) + this.metre) % this.metre) + 1;
  }

  /** The next beat in order, now that it has been heard up to `end`, the start of the one after. */
  addBeat(start: Seconds, end: Seconds): void {
    const first = this.heard - this.frames.length;
    const within = (from: Seconds, to: Seconds): BarFrame[] => this.frames.slice(Math.max(0, Math.round(from * FRAME_RATE) - first), Math.max(0, Math.round(to * FRAME_RATE) - first));
    const around = within(start - 0.03, start + 0.06);
    const peak = (name: 'accent' | 'snare' | 'bass'): number => around.reduce((most, frame) => Math.max(most, frame[name]), 0);
    this.remember({ accent: peak('accent'), snare: peak('snare'), bass: peak('bass') }, meanColours(within(start, end)));
    this.beats++;
    if (this.beats >= LEAST) this.judge();
  }

  private remember(peaks: Readonly<Record<'accent' | 'snare' | 'bass', number>>, colour: Float32Array): void {
    const before = meanOf(this.colours.slice(-2), colour.length);
    this.colours.push(colour);
    this.cues.accent.push(peaks.accent);
    this.cues.snare.push(peaks.snare);
    this.cues.bass.push(peaks.bass);
    this.cues.chord.push(this.beats === 0 ? 0 : cosineDistance(before.subarray(0, CHROMA), colour.subarray(0, CHROMA)));
    this.cues.sound.push(this.beats === 0 ? 0 : distance(before.subarray(CHROMA), colour.subarray(CHROMA)));
    for (const list of [this.colours, ...CUES.map((name) => this.cues[name])]) if (list.length > MEMORY) list.shift();
  }

  private judge(): void {
    const cues = Object.fromEntries(CUES.map((name) => [name, standardise(Float32Array.from(this.cues[name]))])) as unknown as BeatCues;
    const { positions, metre } = findBars(cues, COMMON_METRES);
    const newest = positions.at(-1) as number;
    const anchor = this.beats - 1 - (newest - 1);
    if (metre === this.metre && this.positionOf(this.beats - 1) === newest) {
      this.rival = { anchor, metre, wins: 0 };
      return;
    }
    const same = metre === this.rival.metre && (anchor - this.rival.anchor) % metre === 0;
    this.rival = { anchor, metre, wins: same ? this.rival.wins + 1 : 1 };
    if (this.rival.wins < PATIENCE && this.beats > LEAST) return;
    this.anchor = anchor;
    this.metre = metre;
    this.rival = { ...this.rival, wins: 0 };
  }
}

function meanColours(frames: readonly BarFrame[]): Float32Array {
  return meanOf(
    frames.map(({ colours }) => colours),
    frames[0]?.colours.length ?? CHROMA,
  );
}

function meanOf(rows: readonly Float32Array[], size: number): Float32Array {
  const mean = new Float32Array(size);
  for (const row of rows) for (let i = 0; i < size; i++) mean[i] = (mean[i] as number) + (row[i] as number) / rows.length;
  return mean;
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0));
}
