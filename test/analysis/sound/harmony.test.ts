import { describe, expect, it } from 'vitest';
import { chordChanges, findKey, nameOfKey } from '../../../src/analysis/sound/harmony.ts';
import { RoughnessMeter } from '../../../src/analysis/sound/roughness.ts';
import { RealFft } from '../../../src/analysis/real-fft.ts';

/** Twelve columns; each chord (pitch classes) stands for `rows` rows. */
function chromaOf(chords: readonly (readonly number[])[], rows: number): Float32Array[] {
  return Array.from({ length: 12 }, (_, pitch) => Float32Array.from({ length: chords.length * rows }, (_row, i) => ((chords[Math.floor(i / rows)] as readonly number[]).includes(pitch) ? 1 : 0.02)));
}

const triad = (root: number, third: number): number[] => [root % 12, (root + third) % 12, (root + 7) % 12];

describe('key', () => {
  it.each(Array.from({ length: 12 }, (_, tonic) => [tonic] as const))('of a cadence on %d, major and minor', (tonic) => {
    const major = [triad(tonic, 4), triad(tonic + 5, 4), triad(tonic + 7, 4), triad(tonic, 4)];
    expect(findKey(chromaOf(major, 20))).toMatchObject({ tonic, mode: 'major' });
    const minor = [triad(tonic, 3), triad(tonic + 5, 3), triad(tonic + 7, 4), triad(tonic, 3)];
    expect(findKey(chromaOf(minor, 20))).toMatchObject({ tonic, mode: 'minor' });
  });

  it('has a name, and is none where nothing sounds', () => {
    expect(nameOfKey({ tonic: 10, mode: 'minor', confidence: 1 })).toBe('Bb minor');
    expect(findKey(Array.from({ length: 12 }, () => new Float32Array(50)))).toBeUndefined();
  });
});

describe('chord changes', () => {
  it('are strongest where the chord changes, the more the fewer notes stay', () => {
    const changes = chordChanges(chromaOf([triad(0, 4), triad(9, 3), triad(6, 4)], 40), 20);
    const near = (row: number): number => Math.max(...changes.subarray(row - 2, row + 3));
    expect(near(20)).toBeLessThan(0.02);
    expect(near(40)).toBeGreaterThan(0.15);
    expect(near(80)).toBeGreaterThan(1.5 * near(40));
    expect(changes.indexOf(Math.max(...changes))).toBe(80);
  });
});

describe('roughness', () => {
  const measure = (partials: readonly number[], gain = 1): number => {
    const [rate, length] = [44_100, 2048];
    const samples = Float32Array.from({ length }, (_, i) => gain * partials.reduce((sum, hertz) => sum + 0.2 * Math.sin((2 * Math.PI * hertz * i) / rate), 0));
    const magnitudes = new Float64Array(length / 2 + 1);
    new RealFft(length).magnitudes(samples, 0, Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length)), magnitudes);
    return new RoughnessMeter(rate, length).measure(magnitudes);
  };

  it('is large for a second, small for a fifth, nothing for one tone, at any level', () => {
    const [second, fifth] = [measure([880, 988]), measure([880, 1320])];
    expect(second).toBeGreaterThan(3 * fifth);
    expect(measure([880])).toBe(0);
    expect(measure([880, 988], 0.01)).toBeCloseTo(second, 2);
    expect(measure([], 1)).toBe(0);
  });
});
