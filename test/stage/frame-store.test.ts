/** Which frames the stage shows: neighbours in time, fresh over stale, cuts, memory, and movement while starved. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { FrameStore, type StoredFrame } from '../../src/stage/frame-store.ts';
import { isContinuous } from '../../src/stage/picture-mixer.ts';

const frame = (tick: number, more: Partial<StoredFrame<string>> = {}): StoredFrame<string> => ({ tick, generation: 1, due: tick / 120, height: 8, width: 8, cut: false, pixels: `${tick}/${more.generation ?? 1}`, bytes: 256, ...more });

function storeOf(...frames: StoredFrame<string>[]): FrameStore<string> {
  const store = new FrameStore<string>();
  for (const one of frames) store.add(one);
  return store;
}

describe('held pictures', () => {
  it('are released only when they are let go, and once', () => {
    const released: string[] = [];
    const store = new FrameStore<string>((pixels) => void released.push(pixels));
    for (const tick of [0, 12, 24]) store.add({ tick, generation: 1, due: tick / 120, height: 1, width: 1, cut: false, pixels: `p${tick}`, bytes: 1 });
    store.hold(['p0', 'p12']);
    store.clear();
    expect(released).toEqual(['p24']);
    store.hold([]);
    expect(released).toEqual(['p24', 'p0', 'p12']);
  });
});

describe('frame store', () => {
  it('finds the neighbours of any time, whatever the order of arrival', () => {
    const random = randomFor(1, 'arrival');
    const ticks = Array.from({ length: 40 }, (_, i) => i * 12).toSorted(() => random.uniform() - 0.5);
    const store = storeOf(...ticks.map((tick) => frame(tick)));
    for (let i = 0; i < 200; i++) {
      const time = random.uniform() * 3.9;
      const pick = store.pick(time, 0);
      expect(pick?.from.due).toBeLessThanOrEqual(time + 1e-9);
      expect(pick?.to.due).toBeGreaterThanOrEqual(time - 1e-9);
      expect(pick?.to.tick).toBe((pick?.from.tick ?? 0) + 12);
      expect((pick?.from.due ?? 0) + 0.1 * (pick?.mix ?? 0)).toBeCloseTo(time, 9);
    }
  });

  it('never mixes across a cut', () => {
    const store = storeOf(frame(0), frame(12, { cut: true }));
    expect(store.pick(0.099, 0)).toMatchObject({ from: { tick: 0 }, to: { tick: 0 }, mix: 0 });
    expect(store.pick(0.1, 0)?.from.tick).toBe(12);
  });

  it('keeps a stale frame until a fresh one for its tick has come, and never takes an older one back', () => {
    const store = storeOf(frame(0), frame(12), frame(24), frame(12, { generation: 3 }), frame(12, { generation: 2 }));
    expect([store.pick(0, 0)?.from.generation, store.pick(0.1, 0)?.from.generation, store.pick(0.2, 0)?.from.generation]).toEqual([1, 3, 1]);
    expect(store.newestGeneration).toBe(3);
  });

  it('drops stale frames between fresh ones, so that two walks never alternate', () => {
    const store = storeOf(...[0, 8, 16, 24, 32].map((tick) => frame(tick)), frame(12, { generation: 2 }), frame(24, { generation: 2 }));
    expect(store.pick(0.11, 0)).toMatchObject({ from: { tick: 12, generation: 2 }, to: { tick: 24, generation: 2 } });
    expect(store.pick(0.25, 0)?.to.tick).toBe(32);
  });

  it('gives back every frame that leaves, once', () => {
    const released: string[] = [];
    const store = new FrameStore<string>((pixels) => released.push(pixels));
    for (let tick = 0; tick < 1200; tick += 12) store.add(frame(tick));
    store.add(frame(12, { generation: 2 }));
    store.prune(9);
    expect(store.size + released.length).toBe(101);
    expect(new Set(released).size).toBe(released.length);
    expect(store.pick(9, 0)?.from.tick).toBe(1080);
    store.clear();
    expect([store.size, store.bytes, new Set(released).size]).toEqual([0, 0, 101]);
  });

  it('keeps what a loop comes back to, and of too many frames those that come first', () => {
    const loop = { start: 10, end: 40 };
    const ticks = Array.from({ length: 600 }, (_, i) => i * 10);
    const small = storeOf(...ticks.map((tick) => frame(tick)));
    small.prune(39, loop);
    expect(small.pick(10, 0)).toMatchObject({ starved: false, from: { tick: 1200 } });
    expect(small.firstDue).toBeLessThan(10);
    const large = storeOf(...ticks.map((tick) => frame(tick, { bytes: 1024 * 1024 })));
    large.prune(39, loop);
    expect(large.bytes).toBeLessThanOrEqual(192 * 1024 * 1024);
    for (const time of [39, 39.9, 10, 13]) expect(large.pick(time, 0)?.from.due).toBeCloseTo(time, 0);
    large.prune(12, loop);
    expect(large.pick(12, 0)).toMatchObject({ starved: false, from: { tick: 1440 } });
  });

  it('holds a bounded number of bytes', () => {
    const store = new FrameStore<string>();
    for (let tick = 0; tick < 6000; tick += 10) store.add(frame(tick, { bytes: 1024 * 1024 }));
    store.prune(0);
    expect(store.bytes).toBeLessThanOrEqual(192 * 1024 * 1024);
    expect(store.pick(0.01, 0)?.from.tick).toBe(0);
  });

  it('walks on while starved: the place moves in every tenth of a second and stays within what exists', () => {
    const store = storeOf(...Array.from({ length: 20 }, (_, i) => frame(i * 12)));
    const placeAt = (starvedFor: number): number => {
      const pick = store.pick(5, starvedFor);
      expect(pick?.starved).toBe(true);
      return (pick?.from.due ?? -9) + (pick?.mix ?? 0) * ((pick?.to.due ?? 0) - (pick?.from.due ?? 0));
    };
    expect(placeAt(0)).toBeCloseTo(1.9, 6);
    let still = 0;
    for (let t = 0; t < 12; t += 0.1) if (Math.abs(placeAt(t + 0.1) - placeAt(t)) < 0.01) still++;
    expect(still).toBeLessThanOrEqual(4);
    for (let t = 0; t < 30; t += 0.03) expect(Math.abs(placeAt(t + 0.03) - placeAt(t))).toBeLessThan(0.05);
  });

  it('covers a time only when frames stand on both sides of it', () => {
    const store = storeOf(frame(12), frame(24));
    expect([0, 0.1, 0.15, 0.2, 0.3].map((time) => store.covers(time, 10))).toEqual([false, true, true, true, false]);
    expect(store.covers(0.3, 0.2)).toBe(true);
    expect(new FrameStore<string>().covers(0, 1)).toBe(false);
  });
});

describe('going on from a pick', () => {
  const [a, b, c] = [frame(0), frame(12), frame(24)] as [StoredFrame<never>, StoredFrame<never>, StoredFrame<never>];
  const pick = (from: StoredFrame<never>, to: StoredFrame<never>, mix: number) => ({ from, to, mix, starved: false });

  it('knows the next frames, and sees a re-planned one and a late one', () => {
    const fresh = frame(12, { generation: 2 }) as StoredFrame<never>;
    expect(isContinuous(pick(a, b, 0.5), pick(a, b, 0.9))).toBe(true);
    expect(isContinuous(pick(a, b, 0.9), pick(b, c, 0.1))).toBe(true);
    expect(isContinuous(pick(a, b, 0.9), pick(c, c, 0))).toBe(true);
    expect(isContinuous(pick(a, b, 0.5), pick(a, fresh, 0.6))).toBe(false);
    expect(isContinuous(pick(a, a, 0), pick(a, b, 0.6))).toBe(false);
    expect(isContinuous(pick(b, c, 0.5), pick(a, b, 0.1))).toBe(false);
  });
});
