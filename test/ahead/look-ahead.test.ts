/** Frames on time: the look-ahead on a virtual clock with fake pictures whose cost the test decides. */

import { afterEach, describe, expect, it } from 'vitest';
import { barTickFrom } from '../../src/ahead/keyframes.ts';
import { randomFor } from '../../src/base/random.ts';
import { tickOfSeconds } from '../../src/base/units.ts';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import type { LatentPoint, Picture } from '../../src/diffusion/types.ts';
import { SIZE, steadyTimeline } from '../helpers/hand-plan.ts';
import { openVirtualShow } from './virtual-show.ts';
import type { VirtualShow } from './virtual-show.ts';

let show: VirtualShow;
afterEach(() => show.end());

/** A show that plays with a full buffer; costs are told in ms since it began to play. */
async function openPlaying(cost: (sincePlay: number) => number, options: Parameters<typeof openVirtualShow>[1] = {}): Promise<VirtualShow> {
  let started = Infinity;
  show = openVirtualShow((now) => cost(now - started), options);
  show.ahead.start();
  await show.pass(4000);
  started = show.now();
  show.play();
  return show;
}

describe('LookAhead', () => {
  it('fills its buffer while the transport holds, tells when, and then rests', async () => {
    show = openVirtualShow(() => 20);
    show.ahead.start();
    let ready = false;
    void show.ahead.buffered(2).then(() => (ready = true));
    await show.pass(100);
    expect(ready).toBe(false);
    await show.pass(3000);
    expect(ready).toBe(true);
    expect(show.ahead.telemetry().bufferSeconds).toBeCloseTo(5, 1);
    const made = show.frames.length;
    await show.pass(5000);
    expect(show.frames.length).toBe(made);
  });

  it('hands over each keyframe once, in due order, each ahead of its time', async () => {
    await openPlaying(() => 30);
    await show.pass(20_000);
    // The first few come while the governor still learns the cost and fills in between.
    expect(new Set(show.frames.map((frame) => frame.tick)).size).toBe(show.frames.length);
    const ticks = show.frames.slice(10).map((frame) => frame.tick);
    expect(ticks.length).toBeGreaterThan(300);
    expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
    expect(show.ahead.telemetry()).toMatchObject({ lateFrames: 0, subdivision: 8, generation: 0 });
    expect(show.frames.filter((frame) => frame.due !== frame.tick / 120)).toEqual([]);
  });

  it('stays within its bytes', async () => {
    await openPlaying(() => 5, { maxBytes: SIZE.height * SIZE.width * 4 * 40 });
    await show.pass(3000);
    expect(show.ahead.telemetry().bufferSeconds).toBeLessThan(2.6);
    expect(show.ahead.telemetry().lateFrames).toBe(0);
  });

  it('marks the first frame after a cut', async () => {
    show = openVirtualShow(() => 20);
    show.plan.cuts.push(100);
    show.ahead.start();
    await show.pass(3000);
    expect(show.frames.filter((frame) => frame.cut).map((frame) => frame.tick)).toEqual([show.frames.find((frame) => frame.tick >= 100)?.tick]);
  });

  it('ends with the track', async () => {
    await openPlaying(() => 20, { duration: 8 });
    await show.pass(9000);
    expect(Math.max(...show.frames.map((frame) => frame.tick))).toBeLessThanOrEqual(8 * 120 + 1);
    expect(show.ahead.telemetry().lateFrames).toBe(0);
  });

  it('goes on from where a seek lands', async () => {
    await openPlaying(() => 30);
    await show.pass(3000);
    show.transport.seek(120, show.now());
    await show.pass(3000);
    const after = show.frames.filter((frame) => frame.due > 100);
    expect(after[0]?.due).toBeLessThan(120.5);
    expect(after.at(-1)?.due).toBeGreaterThan(124);
    expect(show.ahead.telemetry().lateFrames).toBe(0);
  });
});

describe('a control change', () => {
  it('leaves what was made showable and re-makes from the nearest tick that can be met', async () => {
    await openPlaying(() => 30);
    await show.pass(2000);
    const here = show.transport.showTimeAt(show.now());
    const fromTick = show.ahead.earliestTick();
    const changedAt = show.now();
    show.plan.changes.push({ fromTick, value: 0.3 });
    show.ahead.invalidate(fromTick);
    const before = show.frames.length;
    await show.pass(1500);
    const remade = show.frames.slice(before).filter((frame) => frame.generation === 1);
    expect(remade[0]?.due).toBeGreaterThan(here);
    expect(remade[0]?.due).toBeLessThan(here + 0.3);
    expect((show.arrivals[show.frames.indexOf(remade[0] as never)] as number) - changedAt).toBeLessThanOrEqual(2 * 30 + 50);
    expect(show.ahead.telemetry()).toMatchObject({ lateFrames: 0, generation: 1 });
    expect(show.ahead.telemetry().bufferSeconds).toBeGreaterThan(3);
  });

  it('sweeping at 60 Hz makes one re-plan per picture, keeps fresh frames coming and none late', async () => {
    await openPlaying(() => 30);
    await show.pass(2000);
    const firstSwept = show.frames.length;
    const waits: number[] = [];
    for (let i = 0; i < 600; i++) {
      const fromTick = show.ahead.earliestTick();
      show.plan.changes.push({ fromTick, value: 0.001 });
      show.ahead.invalidate(fromTick);
      const at = show.now();
      await show.pass(1000 / 60);
      const first = show.arrivals.findIndex((arrival, index) => arrival >= at && (show.frames[index]?.tick ?? 0) >= fromTick);
      if (first >= 0) waits.push((show.arrivals[first] as number) - at);
    }
    const swept = show.frames.slice(firstSwept);
    expect(show.ahead.telemetry().lateFrames).toBe(0);
    expect(new Set(swept.map((frame) => frame.generation)).size).toBeLessThanOrEqual(swept.length + 1);
    expect(swept.length).toBeGreaterThan(250);
    const gaps = swept.slice(1).map((_, i) => (show.arrivals[firstSwept + i + 1] as number) - (show.arrivals[firstSwept + i] as number));
    expect(Math.max(...gaps)).toBeLessThan(100);
  });
});

describe('the governor in the loop', () => {
  /** Changes of the subdivision on stage: [instant since playing (ms), subdivision, on a bar line]. */
  async function watch(seconds: number): Promise<{ readonly at: number; readonly subdivision: number }[]> {
    const changes: { at: number; subdivision: number }[] = [];
    const started = show.now();
    for (let before = show.ahead.telemetry().subdivision; show.now() - started < seconds * 1000; ) {
      await show.pass(20);
      const { subdivision } = show.ahead.telemetry();
      if (subdivision !== before) changes.push({ at: show.now() - started, subdivision });
      before = subdivision;
    }
    return changes;
  }

  it('cost x4 for 15 s, then back: nothing late, one change each way, quality back within 5 s', async () => {
    await openPlaying((t) => (t > 10_000 && t < 25_000 ? 120 : 30));
    const changes = await watch(40);
    expect(show.ahead.telemetry().lateFrames).toBe(0);
    expect(changes.map((change) => change.subdivision)).toEqual([3, 8]);
    expect((changes[1]?.at ?? Infinity) - 25_000).toBeLessThan(5000);
    const { grid } = steadyTimeline(124, 600);
    for (const { at } of changes) expect(Math.abs(barTickFrom(grid, tickOfSeconds(at / 1000) - 6) - tickOfSeconds(at / 1000))).toBeLessThanOrEqual(6);
  });

  it.each([4, 10])('a spike of x%d for 3 s is left to the buffer', async (factor) => {
    await openPlaying((t) => (t > 10_000 && t < 13_000 ? 30 * factor : 30));
    expect(await watch(25)).toEqual([]);
    expect(show.ahead.telemetry().lateFrames).toBe(0);
  });

  it('random costs: changes at least 2 s apart', async () => {
    const random = randomFor(5, 'costs');
    let level = 30;
    await openPlaying(() => (level = random.uniform() < 0.02 ? 20 + 200 * random.uniform() : level));
    const changes = await watch(60);
    expect(changes.length).toBeGreaterThan(2);
    for (let i = 1; i < changes.length; i++) expect((changes[i]?.at ?? 0) - (changes[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(1900);
  });

  it('asks for a slower walk only when nothing else is left', async () => {
    const speeds: number[] = [];
    await openPlaying(() => 12_000, { onSpeed: (speed) => speeds.push(speed) });
    await show.pass(60_000);
    expect(speeds.length).toBeGreaterThan(0);
    expect(Math.min(...speeds)).toBeLessThan(1);
  });
});

describe('starvation', () => {
  it('loops what exists while nothing new comes, then goes on with fresh frames', async () => {
    let down = false;
    await openPlaying(() => (down ? 12_000 : 30));
    await show.pass(3000);
    down = true;
    await show.pass(500);
    down = false;
    await show.pass(9000);
    const loops = show.frames.filter((frame) => frame.loop === true);
    const dues = loops.map((frame) => frame.due);
    expect(loops.length).toBeGreaterThan(20);
    expect(Math.max(...dues.slice(1).map((due, i) => due - (dues[i] as number)))).toBeLessThan(0.15);
    expect(new Set(loops.map((frame) => frame.pixels)).size).toBeGreaterThan(10);
    await show.pass(6000);
    expect(show.frames.at(-1)?.loop).toBeUndefined();
    expect(show.ahead.telemetry().lateFrames).toBeGreaterThan(0);
  });

  it('takes over without a gap where the frames in hand end while the process is away', async () => {
    const fake = createFakePipeline({ size: SIZE, cost: () => 30 });
    let alive = true;
    const pipeline = { ...fake, draw: (point: LatentPoint) => (alive ? fake.draw(point) : new Promise<Picture>(() => undefined)), get alive() { return alive; } };
    await openPlaying(() => 0, { pipeline });
    await show.pass(3000);
    alive = false;
    await show.pass(9000);
    const dues = show.frames.filter((frame) => frame.due < 11.5).map((frame) => frame.due).toSorted((a, b) => a - b);
    expect(show.frames.filter((frame) => frame.loop === true).length).toBeGreaterThan(20);
    expect(Math.max(...dues.slice(1).map((due, i) => due - (dues[i] as number)))).toBeLessThan(0.2);
    expect(show.ahead.telemetry().inferenceAlive).toBe(false);
  });

  it('loops nothing at the slow spacing of a slow machine', async () => {
    await openPlaying(() => 900);
    await show.pass(30_000);
    expect(show.frames.filter((frame) => frame.loop === true && frame.due > 10)).toEqual([]);
  });
});
