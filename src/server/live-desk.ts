/**
 * Live input: hops of sound from one page go to the tracker, whose features go out to all pages about 40 times a second,
 * and whose sample count is the clock of the show. Time is an argument.
 */

import type { Transport } from '../ahead/transport.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import type { TempoClock } from '../control/tempo.ts';
import type { ServerMessage } from '../protocol/messages.ts';
import { placeInGrid, type BeatGrid } from '../timeline/timeline.ts';
import type { LiveShow } from './open-show.ts';

const NEWS_INTERVAL: Milliseconds = 25;

export class LiveDesk {
  readonly show: LiveShow;
  /** The page whose microphone is heard. */
  readonly clientId: string;
  readonly #sampleRate: number;
  #samples = 0;
  #toldAt: Milliseconds = -Infinity;

  constructor(show: LiveShow, clientId: string, sampleRate: number) {
    this.show = show;
    this.clientId = clientId;
    this.#sampleRate = sampleRate;
  }

  /** Seconds of sound heard. */
  get heard(): Seconds {
    return this.#samples / this.#sampleRate;
  }

  /** A hop arrived. Answers news for the pages when it is time for some. */
  push(samples: Float32Array, transport: Transport, tempo: TempoClock, now: Milliseconds): ServerMessage | null {
    this.show.tracker.push(samples);
    this.#samples += samples.length;
    transport.hear({ showTime: this.heard, at: now, playing: true }, now);
    if (now - this.#toldAt < NEWS_INTERVAL) return null;
    this.#toldAt = now;
    return this.#news(tempo, now);
  }

  #news(tempo: TempoClock, now: Milliseconds): ServerMessage {
    const time = this.heard;
    this.#tellEar(tempo, time, now);
    const led = tempo.isLedAt(now) ? tempo.placeAt(now) : null;
    this.show.led.lead(led, time);
    const { grid } = this.show.led;
    const place = placeInGrid(grid, time);
    const lastBeat = grid.beats.length === 0 ? time : beatTime(grid, place.index);
    return { type: 'live', time, features: { ...this.show.tracker.features() }, tempo: place.tempo, lastBeat, positionInBar: place.positionInBar, confidence: grid.confidence };
  }

  /** The tempo clock hears what the ear says, whoever leads. */
  #tellEar(tempo: TempoClock, time: Seconds, now: Milliseconds): void {
    const { heardGrid } = this.show.led;
    if (heardGrid.beats.length < 2) return;
    const place = placeInGrid(heardGrid, time);
    tempo.hear(now, { tempo: place.tempo, lastBeatAt: now - (time - beatTime(heardGrid, place.index)) * 1000, positionInBar: place.positionInBar, confidence: heardGrid.confidence });
  }
}

function beatTime(grid: BeatGrid, index: number): Seconds {
  return grid.beats[Math.max(0, Math.min(index, grid.beats.length - 1))] as number;
}
