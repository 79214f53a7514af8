/**
 * Chroma over time → chord changes and the key. Chroma: 12 columns (C first) of harmonic power at one rate. The key is the
 * major or minor profile that correlates best with the mean chroma (Krumhansl and Kessler 1982, weights of Temperley 1999).
 */

import type { Hertz, Unit } from '../../base/units.ts';

export interface Key {
  /** 0 = C … 11 = B. */
  readonly tonic: number;
  readonly mode: 'major' | 'minor';
  /** How far the best key stands above the others. */
  readonly confidence: Unit;
}

const NAMES = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'] as const;
const MAJOR = [5, 2, 3.5, 2, 4.5, 4, 2, 4.5, 2, 3.5, 1.5, 4] as const;
const MINOR = [5, 2, 3.5, 4.5, 2, 4, 2, 4.5, 3.5, 2, 1.5, 4] as const;

/** 'A minor'. */
export function nameOfKey({ tonic, mode }: Key): string {
  return `${NAMES[tonic] as string} ${mode}`;
}

/** The key; undefined where nothing pitched sounds. */
export function findKey(chroma: readonly Float32Array[]): Key | undefined {
  const weights = meanChroma(chroma);
  if (!(Math.max(...weights) > 1e-6)) return undefined;
  const scores = Array.from({ length: 24 }, (_, i) => correlation(weights, i % 12, i < 12 ? MAJOR : MINOR));
  const best = scores.indexOf(Math.max(...scores));
  const others = scores.filter((_, i) => i !== best).sort((a, b) => b - a);
  const lead = (scores[best] as number) - (others[0] as number);
  return { tonic: best % 12, mode: best < 12 ? 'major' : 'minor', confidence: Math.max(0, Math.min(1, (scores[best] as number) * (0.3 + 5 * lead))) };
}

/** Mean of each row's shares, so that loud passages do not outvote the rest; square roots tame single notes. */
function meanChroma(chroma: readonly Float32Array[]): Float64Array {
  const sum = new Float64Array(12);
  const length = chroma[0]?.length ?? 0;
  for (let i = 0; i < length; i++) {
    let total = 1e-6;
    for (let pitch = 0; pitch < 12; pitch++) total += Math.sqrt((chroma[pitch] as Float32Array)[i] as number);
    for (let pitch = 0; pitch < 12; pitch++) sum[pitch] = (sum[pitch] as number) + Math.sqrt((chroma[pitch] as Float32Array)[i] as number) / total / length;
  }
  return sum;
}

function correlation(weights: Float64Array, tonic: number, profile: readonly number[]): number {
  const meanOfWeights = weights.reduce((sum, value) => sum + value, 0) / 12;
  const meanOfProfile = profile.reduce((sum, value) => sum + value, 0) / 12;
  let [both, a, b] = [0, 1e-12, 1e-12];
  for (let step = 0; step < 12; step++) {
    const x = (weights[(tonic + step) % 12] as number) - meanOfWeights;
    const y = (profile[step] as number) - meanOfProfile;
    both += x * y;
    a += x * x;
    b += y * y;
  }
  return both / Math.sqrt(a * b);
}

/** Seconds before and after a change that are compared. */
const CHORD_SECONDS = 0.5;

/** How much the chroma differs before and after each row: 0 the same chord, 1 no note in common. */
export function chordChanges(chroma: readonly Float32Array[], rate: Hertz): Float32Array {
  const length = chroma[0]?.length ?? 0;
  const half = Math.max(1, Math.round(CHORD_SECONDS * rate));
  const sums = chroma.map(runningSums);
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    let [dot, before, after] = [0, 1e-9, 1e-9];
    for (const sum of sums) {
      const a = (sum[i] as number) - (sum[Math.max(0, i - half)] as number);
      const b = (sum[Math.min(length, i + half)] as number) - (sum[i] as number);
      dot += Math.sqrt(Math.max(0, a * b));
      before += a;
      after += b;
    }
    // Bhattacharyya: 1 where both have the same shares.
    out[i] = before < 1e-6 || after < 1e-6 ? 0 : Math.max(0, 1 - dot / Math.sqrt(before * after));
  }
  return out;
}

function runningSums(values: Float32Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = (sums[i] as number) + (values[i] as number);
  return sums;
}
