/** Onsets and their kinds on the demo's own drums, whose places are known; the classifier against its fallback. */

import { beforeAll, describe, expect, it } from 'vitest';
import { buildTimeline } from '../../../src/analysis/build-timeline.ts';
import { measureTrack } from '../../../src/analysis/measure.ts';
import { CANDIDATE_SIZE } from '../../../src/analysis/onsets/candidates.ts';
import { OnsetClassifier, shippedClassifier } from '../../../src/analysis/onsets/classifier.ts';
import { makeDrumKit, makePluck } from '../../../src/audio/demo-instruments.ts';
import { randomFor } from '../../../src/base/random.ts';
import { ONSET_HIGH, ONSET_LOW, type Timeline } from '../../../src/timeline/timeline.ts';
import { sourceOf } from '../tracks.ts';

const RATE = 44_100;
const kit = makeDrumKit(3, RATE);
const kicks = Array.from({ length: 16 }, (_, i) => 0.5 + i);
const hats = Array.from({ length: 16 }, (_, i) => 1 + i);
let timeline: Timeline;

function lay(sounds: readonly { readonly time: number; readonly sound: Float32Array; readonly gain: number }[], seconds: number): Float32Array {
  const out = new Float32Array(Math.round(seconds * RATE));
  for (const { time, sound, gain } of sounds) {
    const at = Math.round(time * RATE);
    for (let i = 0; i < sound.length && at + i < out.length; i++) out[at + i] = (out[at + i] as number) + gain * (sound[i] as number);
  }
  return out;
}

beforeAll(async () => {
  const samples = lay([...kicks.map((time) => ({ time, sound: kit.kick, gain: 0.7 })), ...hats.map((time) => ({ time, sound: kit.hat, gain: 0.35 }))], 17.5);
  timeline = buildTimeline(await measureTrack(sourceOf(samples, RATE), {}));
});

const kindAt = (time: number): number => {
  const index = timeline.onsets.findIndex((onset) => Math.abs(onset - time) < 0.02);
  return index < 0 ? -1 : (timeline.detail?.onsetKinds[index] as number);
};

describe('onsets', () => {
  it('are where the drums are, and nowhere else', () => {
    for (const time of [...kicks, ...hats]) expect(Math.min(...Array.from(timeline.onsets, (onset) => Math.abs(onset - time)))).toBeLessThan(0.012);
    expect(timeline.onsets.length).toBe(kicks.length + hats.length);
    expect(timeline.detail?.onsetStrengths).toHaveLength(timeline.onsets.length);
  });

  it('know a kick from a hat', () => {
    for (const time of kicks) expect(kindAt(time) & ONSET_LOW, `kick at ${time}`).toBe(ONSET_LOW);
    for (const time of hats) expect(kindAt(time), `hat at ${time}`).toBe(ONSET_HIGH);
  });

  it('of quiet plucks between loud ones are found too', async () => {
    const random = randomFor(2, 'plucks');
    const times = Array.from({ length: 40 }, (_, i) => 0.4 + 0.3 * i);
    const samples = lay(times.map((time, i) => ({ time, sound: makePluck(50 + random.integer(30), 0.6, RATE), gain: i % 2 === 0 ? 0.6 : 0.12 })), 13);
    const { onsets } = buildTimeline(await measureTrack(sourceOf(samples, RATE), {}));
    const hit = times.filter((time) => onsets.some((onset) => Math.abs(onset - time) < 0.03));
    expect(hit.length).toBeGreaterThanOrEqual(36);
    expect(onsets.length).toBeLessThan(46);
  });
});

describe('the classifier', () => {
  it('ships, fits what the analysis describes, and refuses weights that do not fit its card', () => {
    expect(shippedClassifier(CANDIDATE_SIZE)?.inputs).toBe(CANDIDATE_SIZE);
    expect(shippedClassifier(CANDIDATE_SIZE + 1)).toBeUndefined();
    const card = { layers: [3, 2, 2], threshold: 0.5, offsetSeconds: 0.02, apartSeconds: 0.03 };
    expect(() => new OnsetClassifier(card, new Float32Array(13))).toThrow('asks for 14');
  });

  it('is a perceptron: two rectified layers by hand', () => {
    const weights = Float32Array.from([1, 0, -1, 0.5, 0.5, 0, /* biases */ 0, -1, /* out */ 2, 1, 0, 3, 0.5, -0.25]);
    const classifier = new OnsetClassifier({ layers: [3, 2, 2], threshold: 0.5, offsetSeconds: 0.02, apartSeconds: 0.03 }, weights);
    // Hidden: max(0, 3 - 1) = 2 and max(0, 1.5 + 1 - 1) = 1.5; outputs 2*2 + 1.5 + 0.5 = 6 and 4.5 - 0.25 = 4.25.
    const { probability, offset } = classifier.judge(Float32Array.from([3, 2, 1]));
    expect(probability).toBeCloseTo(1 / (1 + Math.exp(-6)), 6);
    expect(offset).toBeCloseTo(0.02 * Math.tanh(4.25), 6);
  });
});
