/**
 * Live input on stage: counted hops of sound from one source go to the tracker, whose features go out to all pages about 40
 * times a second. The sound's own instants are the clock of the show. Sound that is missing (lost hops, a device or page that
 * went away) becomes silence of the same length, so time never stops and the tempo runs on by itself. Time is an argument.
 */

import type { Transport } from '../../ahead/transport.ts';
import type { Hertz, Milliseconds, Seconds } from '../../base/units.ts';
import type { TempoClock } from '../../control/clock/tempo.ts';
import type { Hop } from '../../protocol/hop.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import { placeInGrid, type BeatGrid } from '../../timeline/timeline.ts';
import type { LiveShow, PassedBeat } from '../open-show.ts';

const NEWS_INTERVAL: Milliseconds = 25;
/**
 * Without a hop for this long the source counts as lost, and silence is put in its place up to MARGIN before now. Longer than
 * a page that draws slowly holds its hops back: what comes late is still heard whole, and the beat goes on by itself meanwhile.
 */
const LOST_AFTER: Milliseconds = 2_000;
const MARGIN: Seconds = 0.1;
/** A hop that is farther off belongs to another stream: its count has begun anew (s). */
const OTHER_STREAM: Seconds = 10;
/** Beats are never as near as this. */
const SAME_BEAT: Seconds = 0.15;
/** Sound fades out into a gap over so many samples: a step would be heard as a beat. */
const FADE = 64;
const SILENCE = new Float32Array(4096);

export interface LiveClocks {
  readonly transport: Transport;
  readonly tempo: TempoClock;
}

export class LiveDesk {
  readonly show: LiveShow;
  readonly sampleRate: Hertz;
  readonly #clocks: LiveClocks;
  /** Who sends the sound: a page's client id or the name of a device; null while it is gone. */
  #source: string | null;
  /** Samples of the show so far, and which of them is the stream's sample 0; null before its first hop. */
  #samples = 0;
  #origin: number | null = null;
  #lost = 0;
  #hopAt: Milliseconds;
  #toldAt: Milliseconds = -Infinity;
  #lastSample = 0;

  constructor(show: LiveShow, clocks: LiveClocks, source: string, sampleRate: Hertz, now: Milliseconds) {
    this.show = show;
    this.#clocks = clocks;
    this.#source = source;
    this.sampleRate = sampleRate;
    this.#hopAt = now;
  }

  get source(): string | null {
    return this.#source;
  }

  /** Seconds of the show so far. */
  get heard(): Seconds {
    return this.#samples / this.sampleRate;
  }

  /** Sound that never came, replaced by silence (s). */
  get lost(): Seconds {
    return this.#lost / this.sampleRate;
  }

  /** Nothing has come for a while. */
  isLost(now: Milliseconds): boolean {
    return this.#source === null || now - this.#hopAt > LOST_AFTER;
  }

  /** The source is gone; the show waits for another. */
  lose(): void {
    this.#source = null;
  }

  /** Sound goes on from here (the same source after a loss, or another one); its count begins anew. */
  adopt(source: string): void {
    this.#source = source;
    this.#origin = null;
  }

  /** A hop arrived. Answers news for the pages when it is time for some. */
  push(hop: Hop, now: Milliseconds): ServerMessage | null {
    const at = Number.isFinite(hop.at) ? hop.at : now;
    const start = this.#placeOf(hop, at, now);
    this.#hopAt = now;
    if (start > this.#samples) this.#fill(start - this.#samples);
    // What was already replaced by silence comes too late.
    const fresh = hop.samples.subarray(Math.min(hop.samples.length, this.#samples - start));
    if (fresh.length === 0) return null;
    this.#take(fresh);
    this.#clocks.transport.hear({ showTime: this.heard, at, playing: true }, now);
    return this.#newsAt(now);
  }

  /** Call a few times a second: keeps time going while no sound comes. */
  tend(now: Milliseconds): ServerMessage | null {
    if (this.#samples === 0 || !this.isLost(now)) return null;
    const due = Math.floor((this.#clocks.transport.showTimeAt(now) - MARGIN) * this.sampleRate);
    if (due > this.#samples) this.#fill(due - this.#samples);
    return this.#newsAt(now);
  }

  /** Which sample of the show the hop begins with. */
  #placeOf({ first, samples }: Hop, at: Milliseconds, now: Milliseconds): number {
    const isOther = this.#origin !== null && Math.abs(this.#origin + first - this.#samples) > OTHER_STREAM * this.sampleRate;
    if (this.#origin === null || isOther) {
      const end = this.#clocks.transport.showTimeAt(now) - (now - at) / 1000;
      const begin = this.#samples === 0 ? 0 : Math.max(this.#samples, Math.round(end * this.sampleRate) - samples.length);
      this.#origin = begin - first;
    }
    return this.#origin + first;
  }

  #fill(count: number): void {
    this.#lost += count;
    const fade = new Float32Array(Math.min(FADE, count)).map((_, i) => this.#lastSample * (1 - (i + 1) / FADE));
    this.#take(fade);
    for (let left = count - fade.length; left > 0; left -= SILENCE.length) this.#take(SILENCE.subarray(0, Math.min(left, SILENCE.length)));
  }

  #take(samples: Float32Array): void {
    this.show.tracker.push(samples);
    this.show.recording?.push(samples);
    this.#samples += samples.length;
    this.#lastSample = samples.at(-1) ?? 0;
    this.show.led.hear(this.show.tracker.features().level, this.heard);
  }

  #newsAt(now: Milliseconds): ServerMessage | null {
    if (now - this.#toldAt < NEWS_INTERVAL) return null;
    this.#toldAt = now;
    const time = this.#clocks.transport.showTimeAt(now);
    this.#tellEar(time, now);
    const { tempo } = this.#clocks;
    this.show.led.lead(tempo.isLedAt(now) ? tempo.placeAt(now) : null, time);
    const { grid } = this.show.led;
    const place = placeInGrid(grid, time);
    const lastBeat = beatTime(grid, place.index, time);
    if (place.index >= 0 && place.index < grid.beats.length) this.#notePassed({ time: lastBeat, position: place.positionInBar });
    const nextBeat = grid.beats[place.index + 1] ?? lastBeat + 60 / place.tempo;
    return { type: 'live', time: this.heard, features: { ...this.show.tracker.features() }, tempo: place.tempo, lastBeat, nextBeat, positionInBar: place.positionInBar, confidence: grid.confidence };
  }

  /** Beats that a hand moves while they pass are kept once, where they were last. */
  #notePassed(beat: PassedBeat): void {
    const { passedBeats } = this.show;
    const last = passedBeats.at(-1);
    if (last !== undefined && beat.time - last.time < SAME_BEAT) passedBeats[passedBeats.length - 1] = { ...last, position: beat.position };
    else passedBeats.push(beat);
  }

  /** The tempo clock hears what the ear says, whoever leads. */
  #tellEar(time: Seconds, now: Milliseconds): void {
    const { heardGrid } = this.show.led;
    if (heardGrid.beats.length < 2) return;
    const place = placeInGrid(heardGrid, time);
    this.#clocks.tempo.hear(now, { tempo: place.tempo, lastBeatAt: now - (time - beatTime(heardGrid, place.index, time)) * 1000, positionInBar: place.positionInBar, confidence: heardGrid.confidence });
  }
}

function beatTime(grid: BeatGrid, index: number, fallback: Seconds): Seconds {
  return grid.beats[Math.max(0, Math.min(index, grid.beats.length - 1))] ?? fallback;
}
