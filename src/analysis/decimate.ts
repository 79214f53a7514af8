/**
 * Lowers a sample rate by a whole factor: a windowed-sinc low-pass whose delay is taken out, so that sample k of the
 * result lies at the time of sample k*factor of the input. Streaming: blocks of any length.
 */

export type Decimator = (block: Float32Array) => Float32Array;

/** Samples of input after its own place that a sample of the result needs. */
export const decimatorReach = (factor: number): number => 8 * factor;

/** Decimator by `factor` (2, 3, 4 …); the last 8*factor samples of a stream come out only when more are pushed. */
export function createDecimator(factor: number): Decimator {
  const half = decimatorReach(factor);
  const taps = designLowPass(half, 0.45 / factor);
  // The history starts with `half` zeros, so that the first output is centred on the first sample.
  let history = new Float32Array(half);
  return (block) => {
    const joined = new Float32Array(history.length + block.length);
    joined.set(history);
    joined.set(block, history.length);
    const count = Math.max(0, Math.floor((joined.length - taps.length) / factor) + 1);
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = dot(taps, joined, i * factor);
    history = joined.slice(count * factor);
    return out;
  };
}

/** Odd-length Blackman-windowed sinc; `cutoff` in cycles a sample; unit gain at 0 Hz. */
function designLowPass(half: number, cutoff: number): Float64Array {
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const x = i - half;
    const sinc = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x);
    const window = 0.42 + 0.5 * Math.cos((Math.PI * x) / half) + 0.08 * Math.cos((2 * Math.PI * x) / half);
    return sinc * window;
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

function dot(taps: Float64Array, samples: Float32Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < taps.length; i++) {
    const sample = samples[start + i] as number;
    sum += Number.isFinite(sample) ? (taps[i] as number) * sample : 0;
  }
  return sum;
}
