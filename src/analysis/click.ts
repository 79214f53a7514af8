/** The track with clicks over its music, so that ears can judge the beats: high and long on downbeats, lower on the others. */

import { rename, rm } from 'node:fs/promises';
import type { AudioSource } from '../audio/types.ts';
import { openWavWriter } from '../audio/wav.ts';
import { lastIndexAtOrBefore } from '../base/math.ts';
import type { Timeline } from '../timeline/timeline.ts';

const BLOCK = 65_536;
/** The music steps back so that the clicks stand out and nothing clips. */
const MUSIC_GAIN = 0.55;
const CLICK_GAIN = 0.4;
const CLICK_SECONDS = 0.045;
const DOWNBEAT_HERTZ = 1760;
const BEAT_HERTZ = 1175;

/** Writes a float32 WAV at the track's rate and channel count; a click starts exactly at its beat's sample. */
export async function renderClickTrack(source: AudioSource, timeline: Timeline, outPath: string): Promise<void> {
  const part = `${outPath}.part`;
  const writer = await openWavWriter(part, source.sampleRate, source.channels);
  try {
    for (let start = 0; start < source.length; start += BLOCK) {
      const samples = await source.read(start, Math.min(BLOCK, source.length - start));
      addClicks(samples, start, source, timeline);
      await writer.write(samples);
    }
    await writer.close();
    await rename(part, outPath);
  } catch (error) {
    await writer.close().catch(() => {});
    await rm(part, { force: true });
    throw error;
  }
}

function addClicks(samples: Float32Array, start: number, source: AudioSource, timeline: Timeline): void {
  const { beats, positions } = timeline.grid;
  const { sampleRate, channels } = source;
  const count = samples.length / channels;
  for (let i = 0; i < count; i++) {
    const time = (start + i) / sampleRate;
    const beat = lastIndexAtOrBefore(beats, time);
    const since = beat < 0 ? Infinity : time - (beats[beat] as number);
    const click = since < CLICK_SECONDS ? clickAt(since, positions[beat] === 1) : 0;
    for (let channel = 0; channel < channels; channel++) {
      const at = i * channels + channel;
      samples[at] = (samples[at] as number) * MUSIC_GAIN + click;
    }
  }
}

function clickAt(since: number, isDownbeat: boolean): number {
  const decay = Math.exp(-since * (isDownbeat ? 70 : 110));
  return CLICK_GAIN * decay * Math.sin(2 * Math.PI * (isDownbeat ? DOWNBEAT_HERTZ : BEAT_HERTZ) * since);
}
