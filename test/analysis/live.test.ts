import { describe, expect, it } from 'vitest';
import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { randomFor } from '../../src/base/random.ts';
import { CURVE_NAMES } from '../../src/timeline/timeline.ts';

const RATE = 44_100;

/** Kicks on every beat, a brighter noise burst on beats 2 and 4. */
function drums(seconds: number, bpm: number, offset = 0): Float32Array {
  const out = new Float32Array(Math.round(seconds * RATE));
  const random = randomFor(1, 'drums');
  for (let beat = 0; offset + (beat * 60) / bpm < seconds; beat++) {
    const start = Math.round((offset + (beat * 60) / bpm) * RATE);
    for (let i = 0; i < 6000 && start + i < out.length; i++) {
      const t = i / RATE;
      const kick = beat % 2 === 0 ? 0.7 * Math.exp(-t * 30) * Math.sin(2 * Math.PI * 55 * t + 6 * Math.exp(-t * 60)) : 0;
      const snare = beat % 2 === 1 ? 0.35 * Math.exp(-t * 40) * random.normal() : 0;
      out[start + i] = out[start + i]! + kick + snare;
    }
  }
  return out;
}

function feed(live: LiveAnalyzer, samples: Float32Array, blockOf: () => number): void {
  for (let at = 0; at < samples.length; ) {
    const block = samples.subarray(at, at + blockOf());
    live.push(block);
    at += block.length;
  }
}

describe('live analyzer', () => {
  it.each([90, 124, 150])('finds and foretells the beats of drums at %d BPM', (bpm) => {
    const live = new LiveAnalyzer(RATE);
    feed(live, drums(20, bpm, 0.3), () => 512);
    const { grid } = live.timeline;
    const known = live.announced.length;
    const late = Array.from(grid.beats.subarray(0, known)).filter((time) => time > 8);
    expect(late.length).toBeGreaterThan(12);
    // Half and double tempo are honest readings of bare drums; the place of each beat is what must hold.
    for (const time of late) {
      const halfBeat = 30 / bpm;
      const off = Math.abs(((((time - 0.3) % halfBeat) + halfBeat * 1.5) % halfBeat) - halfBeat / 2);
      expect(off).toBeLessThan(0.03);
    }
    live.announced.forEach((at, i) => expect(at).toBeLessThanOrEqual(grid.beats[i]! + 1e-9));
    expect(grid.confidence).toBeGreaterThan(0.5);
    expect(grid.beats.length).toBe(known + 2);
    for (let i = 1; i < grid.beats.length; i++) expect(grid.beats[i]!).toBeGreaterThan(grid.beats[i - 1]!);
  });

  it.each(['network', 'signal'] as const)('announces the same whatever the size of the blocks, and nothing that is announced changes (%s)', (by) => {
    const samples = drums(11, 124);
    const follow = (until: number, blockOf: () => number): LiveAnalyzer => {
      const live = by === 'network' ? new LiveAnalyzer(RATE) : new LiveAnalyzer(RATE, 'none');
      feed(live, samples.subarray(0, until), blockOf);
      return live;
    };
    const told = (live: LiveAnalyzer): [time: number, announced: number, position: number][] => live.announced.map((at, i) => [live.timeline.grid.beats[i]!, at, live.timeline.grid.positions[i]!]);
    const random = randomFor(2, 'blocks');
    const whole = follow(samples.length, () => 441);
    expect(whole.announced.length).toBeGreaterThan(8);
    for (const blockOf of [() => 1, () => 4096, () => 1 + random.integer(3000)]) {
      const other = follow(samples.length, blockOf);
      expect(told(other)).toEqual(told(whole));
      for (const name of CURVE_NAMES) expect(other.timeline.curves[name]).toEqual(whole.timeline.curves[name]);
    }
    for (let cut = 0; cut < 20; cut++) {
      const until = random.integer(samples.length);
      const expected = told(whole).filter(([, announced]) => announced <= until / RATE);
      expect(told(follow(until, () => [1, 441, 4096][cut % 3]!))).toEqual(expected);
    }
  });

  it.each([
    ['silence', () => 0],
    ['noise', (i: number) => Math.sin(i * i * 0.37) * 0.8],
    ['not-a-number', (i: number) => (i % 7 === 0 ? NaN : 0.2)],
    ['clipping', (i: number) => (i % 100 < 50 ? 30 : -30)],
  ])('keeps every curve finite and in 0..1 on %s', (_, sample) => {
    for (const rate of [8000, 48_000, 192_000]) {
      const live = new LiveAnalyzer(rate);
      live.push(Float32Array.from({ length: rate * 3 }, (_, i) => sample(i)));
      for (const name of CURVE_NAMES) {
        const curve = live.timeline.curves[name];
        expect(curve.length).toBeGreaterThan(250);
        expect(curve.every((value) => value >= 0 && value <= 1)).toBe(true);
      }
    }
  });

  it('says nothing moves in silence, and that a quiet room fills the range as a loud one does', () => {
    const silent = new LiveAnalyzer(RATE);
    silent.push(new Float32Array(RATE * 4));
    expect(silent.announced).toEqual([]);
    expect(Math.max(...silent.timeline.curves.kick, ...silent.timeline.curves.energy)).toBe(0);
    const [loud, quiet] = [new LiveAnalyzer(RATE), new LiveAnalyzer(RATE)];
    const samples = drums(10, 124);
    loud.push(samples);
    quiet.push(samples.map((value) => value * 0.05));
    const strongest = (live: LiveAnalyzer): number => Math.max(...live.timeline.curves.kick.subarray(500));
    expect(strongest(quiet)).toBeCloseTo(strongest(loud), 1);
  });

  it('grows its timeline as sound comes in', () => {
    const live = new LiveAnalyzer(RATE);
    const { timeline } = live;
    live.push(drums(2, 120));
    const before = timeline.duration;
    live.push(drums(2, 120));
    expect(timeline.duration).toBeCloseTo(before + 2, 1);
    expect(timeline.sections[0]!.end).toBe(timeline.duration);
  });
});
