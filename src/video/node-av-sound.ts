/**
 * The sound of a video through node-av: AAC for mp4, Opus for webm. The encoder is fed at a rate that it takes as it is:
 * its own resampler keeps the time stamps of the old rate, so that 44.1 kHz in Opus would drift by 9 %.
 */

import type { Encoder, FilterAPI, Frame, Muxer } from 'node-av';
import type { Hertz } from '../base/units.ts';
import type { SoundTrack, VideoSettings } from './sink.ts';

type NodeAv = typeof import('node-av');

export interface SoundWriter {
  /** Encodes what lies before a time (s), in whole blocks. */
  writeUntil(seconds: number): Promise<void>;
  /** Encodes the rest and closes the encoder. */
  finish(): Promise<void>;
}

/** Samples read at a time. */
const BLOCK = 4096;
/** Samples of the longest codec frame (AAC 1024, Opus 960 at 48 kHz). */
const CODEC_FRAME = 1024;
const AAC_RATES: readonly Hertz[] = [48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000];

/** The rate that the encoder gets: the sound's own where AAC and every player take it, else 48 kHz. */
export function encodedRate(container: VideoSettings['container'], rate: Hertz): Hertz {
  return container === 'mp4' && AAC_RATES.includes(rate) ? rate : 48_000;
}

/** Adds a sound stream to the muxer. */
export async function openSound(av: NodeAv, muxer: Muxer, sound: SoundTrack, settings: VideoSettings): Promise<SoundWriter> {
  const mp4 = settings.container === 'mp4';
  const rate = encodedRate(settings.container, sound.sampleRate);
  const encoder = await av.Encoder.create((mp4 ? 'aac' : 'libopus') as never, { bitrate: bitRateOf(mp4, rate, sound.channels), autoResample: true });
  const stream = muxer.addStream(encoder);
  const resampler = rate === sound.sampleRate ? null : av.FilterAPI.create(`aresample=${rate}`);
  let done = 0;
  const writeBlock = async (end: number): Promise<void> => {
    const count = Math.min(BLOCK, end - done);
    const frame = soundFrame(av, await readPadded(sound, done, count), sound, done);
    try {
      if (resampler === null) await encoder.encode(frame);
      else await resampler.process(frame);
    } finally {
      frame.free();
    }
    done += count;
    if (resampler !== null) await passOn(resampler, encoder);
    await drainPackets(encoder, muxer, stream);
  };
  return {
    async writeUntil(seconds) {
      while (done + BLOCK <= Math.min(sound.length, Math.round(seconds * sound.sampleRate))) await writeBlock(done + BLOCK);
    },
    async finish() {
      // The encoder drops an unfinished last frame: fill it with silence.
      const frame = Math.ceil((CODEC_FRAME * sound.sampleRate) / rate);
      const padded = Math.ceil(sound.length / frame) * frame;
      while (done < padded) await writeBlock(padded);
      if (resampler !== null) {
        await resampler.flush();
        await passOn(resampler, encoder);
        resampler.close();
      }
      await encoder.flush();
      await drainPackets(encoder, muxer, stream);
      await muxer.writePacket(null, stream);
      encoder.close();
    },
  };
}

/** 256 kbit/s AAC or 192 kbit/s Opus for stereo at 44.1 kHz and more; less where the codec has no use for it. */
function bitRateOf(mp4: boolean, rate: Hertz, channels: number): number {
  const full = ((mp4 ? 256_000 : 192_000) * channels) / 2;
  return Math.min(full, 5 * rate * channels);
}

/** Interleaved samples [start, start + count), silence beyond the end. */
async function readPadded(sound: SoundTrack, start: number, count: number): Promise<Float32Array> {
  const samples = new Float32Array(count * sound.channels);
  const real = Math.max(0, Math.min(count, sound.length - start));
  if (real > 0) samples.set(await sound.read(start, real));
  return samples;
}

function soundFrame(av: NodeAv, samples: Float32Array, sound: SoundTrack, start: number): Frame {
  return av.Frame.fromAudioBuffer(Buffer.from(samples.buffer), {
    nbSamples: samples.length / sound.channels,
    format: av.AV_SAMPLE_FMT_FLT,
    sampleRate: sound.sampleRate,
    channelLayout: { nbChannels: sound.channels, order: av.AV_CHANNEL_ORDER_NATIVE, mask: sound.channels === 2 ? 3n : 4n },
    timeBase: { num: 1, den: sound.sampleRate },
    pts: BigInt(start),
  });
}

/** Hands the resampled frames that are ready to the encoder. */
async function passOn(resampler: FilterAPI, encoder: Encoder): Promise<void> {
  for (;;) {
    const frame = await resampler.receive();
    if (frame === null || typeof frame !== 'object') return;
    try {
      await encoder.encode(frame);
    } finally {
      frame.free();
    }
  }
}

/** Writes what an encoder has ready. */
export async function drainPackets(encoder: Encoder, muxer: Muxer, stream: number): Promise<void> {
  for (;;) {
    const packet = await encoder.receive();
    if (packet === null || typeof packet !== 'object') return;
    await muxer.writePacket(packet, stream);
    packet.free();
  }
}
