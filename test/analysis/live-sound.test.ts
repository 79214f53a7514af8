import { describe, expect, it } from 'vitest';
import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { randomFor } from '../../src/base/random.ts';

const RATE = 44_100;
const CURVES = ['lufs', 'autolevel', 'roughness', 'percussive', 'harmonic', 'chord'] as const;

function tones(seconds: number, hertz: readonly number[], amplitude = 0.2): Float32Array {
  return Float32Array.from({ length: seconds * RATE }, (_, i) => hertz.reduce((sum, f) => sum + amplitude * Math.sin((2 * Math.PI * f * i) / RATE), 0));
}

function joined(...parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function hear(samples: Float32Array, blockOf: () => number = () => 1024): LiveAnalyzer['timeline']['curves'] {
  const live = new LiveAnalyzer(RATE, 'none');
  for (let at = 0; at < samples.length; ) {
    const block = samples.subarray(at, at + blockOf());
    live.push(block);
    at += block.length;
  }
  return live.timeline.curves;
}

const meanFrom = (curve: Float32Array, from: number, to: number): number => curve.subarray(from * 100, to * 100).reduce((sum, value) => sum + value, 0) / ((to - from) * 100);

describe('sound curves of live input', () => {
  it('tell momentary loudness: a full-scale sine at 997 Hz has -3.01 LUFS', () => {
    const { lufs } = hear(tones(2, [997], 1));
    expect(lufs[150]).toBeCloseTo(1 - 3.01 / 60, 3);
  });

  it('rise at a change of chord and come to rest on it', () => {
    const { chord } = hear(joined(tones(4, [261.6, 329.6, 392]), tones(6, [370, 466.2, 554.4])));
    expect(meanFrom(chord, 3, 4)).toBeLessThan(0.15);
    expect(Math.max(...chord.subarray(410, 500))).toBeGreaterThan(0.6);
    expect(meanFrom(chord, 9, 10)).toBeLessThan(0.15);
  });

  it('tell hits from tones, and fill the range of quiet music too', () => {
    const random = randomFor(3, 'clicks');
    const clicks = Float32Array.from({ length: 6 * RATE }, (_, i) => (i % 22_050 < 900 ? 0.02 * random.normal() : 0) + 0.004 * Math.sin((2 * Math.PI * 220 * i) / RATE));
    const { percussive, harmonic, autolevel } = hear(clicks);
    const onHits = [300, 350, 400, 450, 500, 550].map((frame) => Math.max(...percussive.subarray(frame - 2, frame + 5)));
    const between = [325, 375, 425, 475, 525].map((frame) => percussive[frame] as number);
    expect(Math.min(...onHits)).toBeGreaterThan(2 * Math.max(0.1, ...between));
    expect(Math.max(...harmonic)).toBeGreaterThan(0.5);
    expect(Math.max(...autolevel.subarray(300))).toBeGreaterThan(0.5);
  });

  it('do not depend on the size of the blocks, lie in 0..1, and are 0 in silence', () => {
    const random = randomFor(4, 'blocks');
    const samples = joined(tones(2, [110, 117, 440]), new Float32Array(2 * RATE), tones(1, [880]));
    const whole = hear(samples, () => samples.length);
    const pieces = hear(samples, () => 1 + Math.floor(random.uniform() * 3000));
    for (const name of CURVES) {
      expect(pieces[name]).toEqual(whole[name]);
      expect(Math.max(...whole[name])).toBeLessThanOrEqual(1);
      expect(Math.min(...whole[name])).toBeGreaterThanOrEqual(0);
      expect(Math.max(...whole[name].subarray(300, 390))).toBe(0);
    }
  });
});
