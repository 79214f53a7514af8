/** The governor alone: what it chooses, when it may change its mind, and what gives last. */

import { describe, expect, it } from 'vitest';
import { Governor } from '../../src/ahead/governor.ts';
import type { GovernorInput } from '../../src/ahead/governor.ts';

const INPUT: GovernorInput = { now: 0, beatsPerSecond: 124 / 60, barSeconds: 240 / 124, bufferSeconds: 5, horizonSeconds: 5, moving: true };

function feed(governor: Governor, cost: number, count = 8): void {
  for (let i = 0; i < count; i++) governor.observe(cost);
}

function governorAt(cost: number): Governor {
  const governor = new Governor(4);
  feed(governor, cost);
  governor.decide({ ...INPUT, now: -60_000, moving: false });
  return governor;
}

describe('Governor', () => {
  it('takes the most pictures a beat that fit, none faster than is worth drawing', () => {
    expect(governorAt(1).quality.perBeat).toBe(8);
    expect(governorAt(55).quality.perBeat).toBe(6);
    expect(governorAt(80).quality.perBeat).toBe(4);
    expect(governorAt(300).quality.perBeat).toBe(1);
    expect(governorAt(1200).quality.perBeat).toBe(0.25);
  });

  it('makes no choice before it has seen costs', () => {
    const governor = new Governor(4);
    governor.observe(1);
    expect(governor.decide({ ...INPUT, moving: false }).perBeat).toBe(4);
  });

  it('leaves a spike to a full buffer and answers a low one in a single move', () => {
    const governor = governorAt(30);
    feed(governor, 240);
    expect(governor.decide({ ...INPUT, bufferSeconds: 4 }).perBeat).toBe(8);
    expect(governor.decide({ ...INPUT, bufferSeconds: 2, now: 100 }).perBeat).toBe(1);
  });

  it('one slow picture among quick ones changes nothing', () => {
    const governor = governorAt(30);
    governor.observe(3000);
    expect(governor.decide({ ...INPUT, bufferSeconds: 1 }).perBeat).toBe(8);
  });

  it('returns as soon as the cost has fallen back, but not within 2 s of its last change', () => {
    const governor = governorAt(30);
    feed(governor, 120);
    governor.decide({ ...INPUT, bufferSeconds: 2, now: 0 });
    feed(governor, 30);
    expect(governor.decide({ ...INPUT, now: 1900 }).perBeat).toBe(3);
    expect(governor.decide({ ...INPUT, now: 2100 }).perBeat).toBe(8);
  });

  it('waits 8 s where the cost has hardly moved', () => {
    const governor = governorAt(50);
    feed(governor, 85);
    governor.decide({ ...INPUT, bufferSeconds: 1, now: 0 });
    expect(governor.quality.perBeat).toBe(4);
    feed(governor, 55);
    expect(governor.decide({ ...INPUT, now: 7900 }).perBeat).toBe(4);
    expect(governor.decide({ ...INPUT, now: 8100 }).perBeat).toBe(6);
  });

  it('gives up keyframes first, then steps, then speed', () => {
    const order = [1000, 3000, 12_000].map((cost) => governorAt(cost).quality);
    expect(order[0]).toEqual({ perBeat: 0.25, steps: 1, speed: 1 });
    expect(order[1]).toMatchObject({ perBeat: 0.25, speed: 1 });
    expect(order[1]?.steps).toBeLessThan(1);
    expect(order[2]?.speed).toBeLessThan(1);
  });
});
