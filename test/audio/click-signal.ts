/** The click track of known times that the fixtures were made from, and a finder for its clicks. */

export const CLICK_RATE = 44_100;
export const CLICK_SECONDS = 3;
/** Start of each click (s). */
export const CLICK_TIMES = [0.25, 0.75, 1.1, 1.6, 2.3];

/** One click: 3 ms of a 2 kHz tone under a half sine. */
function click(rate: number): Float32Array {
  const length = Math.round((132 / CLICK_RATE) * rate);
  return Float32Array.from({ length }, (_, i) => 0.7 * Math.sin((2 * Math.PI * 2000 * i) / rate) * Math.sin((Math.PI * i) / length));
}

/** The left channel at a rate; 44.1 kHz is what the fixtures hold. */
export function clickTrack(rate = CLICK_RATE): Float32Array {
  const samples = new Float32Array(CLICK_SECONDS * rate);
  for (const time of CLICK_TIMES) samples.set(click(rate), Math.round(time * rate));
  return samples;
}

/** Times (s) where a click matches best, by correlation around each true time (± 100 ms). */
export function findClicks(samples: Float32Array, rate: number): number[] {
  const shape = click(rate);
  return CLICK_TIMES.map((time) => {
    let best = -Infinity;
    let at = 0;
    for (let start = Math.round((time - 0.1) * rate); start < (time + 0.1) * rate; start++) {
      let sum = 0;
      for (let i = 0; i < shape.length; i++) sum += (shape[i] as number) * (samples[start + i] ?? 0);
      if (sum > best) [best, at] = [sum, start];
    }
    return at / rate;
  });
}

/** One channel of interleaved samples. */
export function channelOf(interleaved: Float32Array, channels: number, channel: number): Float32Array {
  return Float32Array.from({ length: interleaved.length / channels }, (_, i) => interleaved[i * channels + channel] as number);
}
