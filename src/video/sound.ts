/** The sound of a video: a stretch of the decoded samples that analysis and playback read too, as mono or stereo. */

import type { AudioSource } from '../audio/types.ts';
import type { Seconds } from '../base/units.ts';
import type { SoundTrack } from './sink.ts';

/** Samples [from, to) seconds of a source; more than two channels are mixed down (even channels left, odd right). */
export function soundOf(source: AudioSource, from: Seconds, to: Seconds): SoundTrack {
  const first = Math.round(from * source.sampleRate);
  const length = Math.max(0, Math.min(source.length, Math.round(to * source.sampleRate)) - first);
  const channels = Math.min(2, source.channels);
  return {
    sampleRate: source.sampleRate,
    channels,
    length,
    async read(start, count) {
      const wanted = Math.max(0, Math.min(count, length - start));
      const samples = await source.read(first + start, wanted);
      return source.channels <= 2 ? samples : mixDown(samples, source.channels);
    },
  };
}

function mixDown(samples: Float32Array, channels: number): Float32Array {
  const frames = samples.length / channels;
  const out = new Float32Array(frames * 2);
  const lefts = Math.ceil(channels / 2);
  const rights = Math.floor(channels / 2);
  for (let frame = 0; frame < frames; frame++) {
    for (let channel = 0; channel < channels; channel++) {
      const side = channel % 2;
      out[frame * 2 + side] = (out[frame * 2 + side] as number) + (samples[frame * channels + channel] as number) / (side === 0 ? lefts : rights);
    }
  }
  return out;
}
