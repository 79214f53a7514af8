/** Live input against drums at a known tempo, with the real tracker: lost hops, a lost device, a stream that begins anew. */

import { describe, expect, it } from 'vitest';
import { Transport } from '../../../src/ahead/transport.ts';
import { LiveAnalyzer } from '../../../src/analysis/live.ts';
import { randomFor } from '../../../src/base/random.ts';
import { LedTimeline } from '../../../src/control/clock/led-timeline.ts';
import { TempoClock } from '../../../src/control/clock/tempo.ts';
import type { ServerMessage } from '../../../src/protocol/messages.ts';
import { LiveDesk } from '../../../src/server/desks/live-desk.ts';
import type { LiveShow } from '../../../src/server/open-show.ts';
import { drumSamples } from '../../helpers/drum-samples.ts';

const RATE = 44_100;
const HOP = 512;
const BPM = 120;
const PERIOD = 60 / BPM;

type News = Extract<ServerMessage, { type: 'live' }>;

/** Drives a desk by a virtual clock; sound sample 0 is in the air at instant 0. */
class Room {
  readonly transport = new Transport({ clock: 'sound' });
  readonly tempo = new TempoClock({ now: 0 });
  readonly tracker: LiveAnalyzer;
  readonly led: LedTimeline;
  readonly desk: LiveDesk;
  readonly news: { readonly now: number; readonly message: News }[] = [];
  readonly samples: Float32Array;
  now = 0;

  constructor(seconds: number, tracker = new LiveAnalyzer(RATE)) {
    this.tracker = tracker;
    this.led = new LedTimeline(tracker.timeline);
    this.samples = drumSamples({ seconds, bpm: BPM, rate: RATE });
    this.transport.play(0);
    this.desk = new LiveDesk({ tracker: this.tracker, led: this.led, passedBeats: [] } as unknown as LiveShow, this, 'page', RATE, 0);
  }

  /** From `from` to `to` (s): `takes` says which hops arrive; `count` is the stream's own number of a sample. */
  play(from: number, to: number, takes: (hop: number) => boolean = () => true, count: (sample: number) => number = (sample) => sample): void {
    for (let hop = Math.ceil((from * RATE) / HOP); (hop + 1) * HOP <= to * RATE; hop++) {
      const first = hop * HOP;
      this.now = ((first + HOP) / RATE) * 1000;
      if (takes(hop)) this.#keep(this.desk.push({ first: count(first), at: this.now, samples: this.samples.subarray(first, first + HOP) }, this.now));
      if (hop % 21 === 0) this.#keep(this.desk.tend(this.now));
    }
  }

  /** All of it, but the hops between two times come late, all of them at the end of that. */
  playLate(seconds: number, from: number, to: number): void {
    const held: number[] = [];
    this.play(0, seconds, (hop) => {
      const isHeld = hop * HOP >= from * RATE && hop * HOP < to * RATE;
      if (isHeld) held.push(hop);
      else for (const late of held.splice(0)) this.#keep(this.desk.push({ first: late * HOP, at: ((late + 1) * HOP * 1000) / RATE, samples: this.samples.subarray(late * HOP, (late + 1) * HOP) }, this.now));
      return !isHeld;
    });
  }

  /** Errors (ms) of what pages are told, at each news from `from` on: shown phase against the true one. */
  errors(from: number): number[] {
    return this.news.filter(({ now }) => now > from * 1000).map(({ now, message }) => {
      const phase = (now / 1000 - message.lastBeat) / (message.nextBeat - message.lastBeat);
      const wrong = phase - now / 1000 / PERIOD;
      return (wrong - Math.round(wrong)) * PERIOD * 1000;
    });
  }

  #keep(message: ServerMessage | null): void {
    if (message?.type === 'live') this.news.push({ now: this.now, message });
  }
}

const worst = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('live desk', () => {
  it('tells pages the beat within 15 ms once locked', () => {
    const room = new Room(11);
    room.play(0, 11);
    expect(room.errors(6).length).toBeGreaterThan(120);
    expect(worst(room.errors(6))).toBeLessThan(15);
    expect(room.desk.lost).toBe(0);
    expect(room.news.at(-1)?.message.confidence).toBeGreaterThan(0.6);
  });

  it('fills lost hops by the count, so that the beat stays where it is', () => {
    const room = new Room(11);
    const random = randomFor(4, 'lost hops');
    let dropped = 0;
    room.play(0, 11, () => {
      const isLost = random.uniform() < 0.02;
      if (isLost) dropped++;
      return !isLost;
    });
    expect(dropped).toBeGreaterThan(8);
    expect(Math.abs(room.desk.lost - (dropped * HOP) / RATE)).toBeLessThan(2 * (HOP / RATE));
    expect(Math.abs(room.desk.heard - 11)).toBeLessThan(0.05);
    expect(worst(room.errors(6))).toBeLessThan(20);
  });

  it('hears sound whole that a busy page held back for more than a second', () => {
    const [prompt, busy] = [new Room(9), new Room(9)];
    prompt.play(0, 9);
    busy.playLate(9, 5, 6.6);
    expect(busy.desk.lost).toBe(0);
    expect(busy.tracker.timeline.grid.beats).toEqual(prompt.tracker.timeline.grid.beats);
    expect(worst(busy.errors(5))).toBeLessThan(20);
  });

  it('runs on when the device is lost, and is back in step with a new stream', () => {
    const room = new Room(18);
    room.play(0, 8);
    room.desk.lose();
    room.play(8, 13, () => false);
    const free = room.errors(8);
    expect(free.length).toBeGreaterThan(10);
    expect(worst(free)).toBeLessThan(25);
    // The device is back; its count begins anew.
    room.desk.adopt('page again');
    room.play(13.01, 18, () => true, (sample) => sample - Math.ceil((13.01 * RATE) / HOP) * HOP);
    expect(Math.abs(room.desk.heard - 18)).toBeLessThan(0.05);
    const back = room.errors(13.01);
    expect(worst(back)).toBeLessThan(25);
    for (let i = 1; i < back.length; i++) expect(Math.abs((back[i] as number) - (back[i - 1] as number))).toBeLessThan(20);
  });

  it('calls a long pause silence, and the end of it music', () => {
    const room = new Room(12, new LiveAnalyzer(RATE, 'none'));
    room.samples.fill(0, 6 * RATE, 10 * RATE);
    room.play(0, 6);
    expect(room.led.events).toEqual([]);
    room.play(6, 10);
    expect(room.led.events).toMatchObject([{ kind: 'silence', end: Infinity }]);
    expect(Math.abs((room.led.events[0]?.start ?? 0) - 6)).toBeLessThan(0.4);
    room.play(10, 10.2);
    expect(room.led.events).toEqual([]);
  });
});
