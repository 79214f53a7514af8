import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { decodeTimeline, encodeTimeline } from '../../src/timeline/binary.ts';
import { CURVE_NAMES, type Timeline } from '../../src/timeline/timeline.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

const EMPTY: Timeline = { ...syntheticTimeline(), sections: [], events: [], onsets: new Float64Array(), grid: { beats: new Float64Array(), positions: new Uint8Array(), tempo: new Float32Array(), metre: 4, confidence: 0 } };

describe('timeline bytes', () => {
  it.each([
    ['a whole track', syntheticTimeline()],
    ['three beats a bar', syntheticTimeline({ metre: 3, offset: 0.123456789 })],
    ['no beats and no sections', EMPTY],
  ])('hold %s exactly', (_, timeline) => {
    expect(decodeTimeline(encodeTimeline(timeline))).toEqual(timeline);
  });

  it('keep letters beyond ASCII and lie anywhere in a buffer', () => {
    const base = syntheticTimeline();
    const timeline = { ...base, sections: base.sections.map((section) => ({ ...section, label: 'Ä♯' })) };
    const bytes = encodeTimeline(timeline);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeTimeline(shifted.subarray(3))).toEqual(timeline);
  });

  it('are small: four bytes a curve value and little besides', () => {
    const timeline = syntheticTimeline();
    const values = CURVE_NAMES.length * timeline.curves.energy.length;
    expect(encodeTimeline(timeline).length).toBeLessThan(4 * values + 30_000);
  });

  it('cut short, of another kind or another format are refused', () => {
    const bytes = encodeTimeline(syntheticTimeline());
    const random = randomFor(1, 'cuts');
    for (let i = 0; i < 40; i++) expect(() => decodeTimeline(bytes.subarray(0, random.integer(bytes.length)))).toThrow();
    expect(() => decodeTimeline(new Uint8Array(64))).toThrow('not a timeline');
    const later = bytes.slice();
    later[4] = 99;
    expect(() => decodeTimeline(later)).toThrow('format 99');
  });
});
