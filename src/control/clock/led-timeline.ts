/**
 * A live timeline whose beat an operator or another clock may lead: the curves stay those of the ear, the grid becomes that
 * of the tempo clock while it is led. Beats that have passed stay where they were; what comes is foretold. Times in seconds.
 */

import type { Seconds, Unit } from '../../base/units.ts';
import { SilenceWatch } from '../../timeline/silence-watch.ts';
import type { BeatGrid, Curves, Section, Timeline, TimelineEvent } from '../../timeline/timeline.ts';
import type { TempoPlace } from './tempo.ts';

/** Beats foretold; beyond them the grid goes on at its tempo anyway. */
const FORETOLD = 4;
/** A foretold beat that moves by less is left alone (s). */
const TOLERANCE: Seconds = 0.002;
const METRE = 4;

interface Beat {
  readonly time: Seconds;
  readonly position: number;
  readonly tempo: number;
}

export class LedTimeline implements Timeline {
  private readonly ear: Timeline;
  private readonly silence = new SilenceWatch();
  private past: Beat[] | null = null;
  private led: BeatGrid | null = null;
  private next: Seconds = 0;

  constructor(ear: Timeline) {
    this.ear = ear;
  }

  get version(): number { return this.ear.version; }
  get duration(): Seconds { return this.ear.duration; }
  get rate(): number { return this.ear.rate; }
  get curves(): Curves { return this.ear.curves; }
  get curvesFrom(): Seconds | undefined { return this.ear.curvesFrom; }
  get onsets(): Float64Array { return this.ear.onsets; }
  get sections(): readonly Section[] { return this.ear.sections; }
  get events(): readonly TimelineEvent[] { return this.silence.events.length === 0 ? this.ear.events : [...this.ear.events, ...this.silence.events]; }

  get grid(): BeatGrid {
    return this.led ?? this.ear.grid;
  }

  /** What the ear alone says. */
  get heardGrid(): BeatGrid {
    return this.ear.grid;
  }

  /** The level (0..1) of the newest sound, up to this time. */
  hear(level: Unit, time: Seconds): void {
    this.silence.push(level, time);
  }

  /** The clock's place at show time `time` leads from here on; null: the ear does again. */
  lead(place: TempoPlace | null, time: Seconds): void {
    if (place === null) {
      this.led = null;
      this.past = null;
      return;
    }
    const length = 60 / place.tempo;
    const next = time + (1 - place.phase) * length;
    if (this.past !== null && Math.abs(next - this.next) < TOLERANCE) return;
    this.past ??= beatsBefore(this.ear.grid, time);
    this.passBeat(place, time - place.phase * length);
    this.next = next;
    const ahead = Array.from({ length: FORETOLD }, (_, i): Beat => ({ time: next + i * length, position: ((place.positionInBar + i) % METRE) + 1, tempo: place.tempo }));
    this.led = gridOf([...this.past, ...ahead], place.confidence);
  }

  /** The beat that is on joins those that passed, once. */
  private passBeat({ tempo, positionInBar: position }: TempoPlace, time: Seconds): void {
    const past = this.past as Beat[];
    const last = past.at(-1);
    if (last === undefined || time > last.time + 30 / tempo) past.push({ time, position, tempo });
    else past[past.length - 1] = { ...last, position, tempo };
  }
}

function beatsBefore({ beats, positions, tempo }: BeatGrid, time: Seconds): Beat[] {
  return Array.from(beats, (at, i) => ({ time: at, position: positions[i] ?? 1, tempo: tempo[i] ?? 120 })).filter(({ time: at }) => at <= time);
}

function gridOf(beats: readonly Beat[], confidence: number): BeatGrid {
  return {
    beats: Float64Array.from(beats, ({ time }) => time), positions: Uint8Array.from(beats, ({ position }) => position),
    tempo: Float32Array.from(beats, ({ tempo }) => tempo), metre: METRE, confidence,
  };
}
