/**
 * The Timeline of a live input, grown from 'live' messages: curves up to now, past beats, and the next beats predicted
 * so that beat-synced shapes can lean into them. Held flat where nothing came. The curves of the last minutes are kept. Times on the show clock (s).
 */

import type { Hertz, Seconds } from '../base/units.ts';
import type { ServerMessage } from '../protocol/messages.ts';
import { SilenceWatch } from '../timeline/silence-watch.ts';
import { TIMELINE_VERSION, type BeatGrid, type Curves, type Section, type Timeline, type TimelineEvent } from '../timeline/timeline.ts';
import { WindowedCurves } from '../timeline/windowed-curves.ts';

export type LiveMessage = Extract<ServerMessage, { type: 'live' }>;

const RATE: Hertz = 50;
/** How far back the curves reach at least (s). */
const KEPT: Seconds = 600;
const METRE = 4;
/** Beats foretold beyond the last one heard. */
const PREDICTED_BEATS = 8;
/** Below this the tempo is a guess, and no beat is foretold. */
const LEAST_CONFIDENCE = 0.3;

export class LiveTimeline implements Timeline {
  readonly version = TIMELINE_VERSION;
  readonly rate = RATE;
  readonly onsets = new Float64Array(0);
  readonly sections: readonly Section[] = [];
  readonly #curves = new WindowedCurves(RATE, KEPT);
  #next: Seconds = 0;
  readonly #silence = new SilenceWatch();
  #beats: { time: Seconds; position: number; tempo: number }[] = [];
  #grid: BeatGrid = gridOf([], METRE, 0);

  get duration(): Seconds {
    return this.#curves.count / RATE;
  }

  get curves(): Curves {
    return this.#curves.all;
  }

  get curvesFrom(): Seconds {
    return this.#curves.from;
  }

  get grid(): BeatGrid {
    return this.#grid;
  }

  /** The silence that is on. */
  get events(): readonly TimelineEvent[] {
    return this.#silence.events;
  }

  add(message: LiveMessage): void {
    this.#silence.push(message.features['level'] ?? 0, message.time);
    const index = Math.max(0, Math.floor(message.time * RATE));
    if (index < this.#curves.count) this.#curves.replaceLast(message.features);
    else this.#curves.push(message.features, index + 1 - this.#curves.count);
    this.#addBeat(message);
  }

  #addBeat(message: LiveMessage): void {
    if (!(message.tempo > 0) || !Number.isFinite(message.lastBeat)) return;
    const period = 60 / message.tempo;
    const last = this.#beats.at(-1);
    if (last === undefined || message.lastBeat > last.time + period * 0.5) this.#beats.push({ time: message.lastBeat, position: message.positionInBar, tempo: message.tempo });
    else if (message.lastBeat === last.time && message.nextBeat === this.#next && message.tempo === last.tempo && message.confidence === this.#grid.confidence) return;
    else this.#beats[this.#beats.length - 1] = { time: Math.max(message.lastBeat, this.#beats.at(-2)?.time ?? 0), position: message.positionInBar, tempo: message.tempo };
    this.#next = message.nextBeat;
    if (this.#beats.length > 4096) this.#beats.splice(0, 2048);
    const foretold = message.confidence >= LEAST_CONFIDENCE ? PREDICTED_BEATS : 1;
    const ahead = Array.from({ length: foretold }, (_, i) => ({ time: message.nextBeat + period * i, position: ((message.positionInBar + i) % METRE) + 1, tempo: message.tempo }));
    this.#grid = gridOf([...this.#beats, ...ahead], METRE, message.confidence);
  }
}

function gridOf(beats: readonly { time: Seconds; position: number; tempo: number }[], metre: number, confidence: number): BeatGrid {
  return { beats: Float64Array.from(beats, (beat) => beat.time), positions: Uint8Array.from(beats, (beat) => beat.position), tempo: Float32Array.from(beats, (beat) => beat.tempo), metre, confidence };
}
