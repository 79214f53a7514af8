/** Reads a finished video back with node-av: what a player would see and hear. */

import type { Frame, Packet } from 'node-av';
import { loadNodeAvBackend } from '../../src/video/node-av-backend.ts';

/** FFmpeg's number of interleaved float32. */
const AV_SAMPLE_FMT_FLT = 3;

export interface DecodedVideo {
  /** Mean luma (0..255, limited range) of each frame in order of presentation. */
  readonly luma: number[];
  /** Presentation time (s) of each frame. */
  readonly times: number[];
  /** First channel of the sound; each packet where its own time stamp puts it, as a player does. */
  readonly sound: Float32Array;
  /** Presentation time (s) of the first sample. */
  readonly soundStart: number;
  /** Presentation time (s) of the last packet of sound, as the file says it. */
  readonly soundEnd: number;
  readonly sampleRate: number;
  readonly videoCodec: string;
  readonly soundCodec: string;
}

export async function decodeVideo(path: string): Promise<DecodedVideo> {
  await loadNodeAvBackend(); // brings the polyfill that the demuxer needs on Node 20
  const av = await import('node-av');
  const demuxer = await av.Demuxer.open(path);
  const video = demuxer.video()!;
  const audio = demuxer.audio();
  // Read before the demuxer closes: its streams go with it.
  const videoCodec = av.avGetCodecName(video.codecpar.codecId) ?? '';
  const soundCodec = audio === undefined ? '' : (av.avGetCodecName(audio.codecpar.codecId) ?? '');
  const sampleRate = audio?.codecpar.sampleRate ?? 0;
  const { num, den } = video.timeBase;
  const luma: number[] = [];
  const times: number[] = [];
  const decoder = await av.Decoder.create(video);
  for await (const frame of decoder.frames(demuxer.packets(video.index))) {
    if (frame === null) continue;
    const plane = frame.data![0]!;
    const stride = frame.linesize[0]!;
    let sum = 0;
    for (let y = 0; y < frame.height; y++) for (let x = 0; x < frame.width; x++) sum += plane[y * stride + x]!;
    luma.push(sum / (frame.width * frame.height));
    times.push((Number(frame.pts) * num) / den);
    frame.free();
  }
  await demuxer.close();
  const sound = audio === undefined ? { samples: new Float32Array(), start: 0, end: 0 } : await readSound(path);
  return { luma, times, sound: sound.samples, soundStart: sound.start, soundEnd: sound.end, sampleRate, videoCodec, soundCodec };
}

async function readSound(path: string): Promise<{ readonly samples: Float32Array; readonly start: number; readonly end: number }> {
  const av = await import('node-av');
  const demuxer = await av.Demuxer.open(path);
  const stream = demuxer.audio()!;
  const { num, den } = stream.timeBase;
  let end = 0;
  async function* packets(): AsyncGenerator<Packet | null> {
    for await (const packet of demuxer.packets(stream.index)) {
      if (packet !== null) end = (Number(packet.pts) * num) / den;
      yield packet;
    }
  }
  const decoder = await av.Decoder.create(stream);
  const blocks: { readonly at: number; readonly samples: Float32Array }[] = [];
  for await (const frame of decoder.frames(packets())) {
    if (frame === null) continue;
    const at = Math.round(((Number(frame.pts) * frame.timeBase.num) / frame.timeBase.den) * frame.sampleRate);
    blocks.push({ at, samples: firstChannel(frame) });
    frame.free();
  }
  const rate = stream.codecpar.sampleRate;
  await demuxer.close();
  const first = blocks[0]?.at ?? 0;
  const samples = new Float32Array(Math.max(0, ...blocks.map((block) => block.at - first + block.samples.length)));
  for (const block of blocks) samples.set(block.samples, block.at - first);
  return { samples, start: first / rate, end };
}

/** Planar or packed float samples of a decoded frame. */
function firstChannel(frame: Frame): Float32Array {
  const bytes = frame.data![0]!;
  const packed = frame.format === AV_SAMPLE_FMT_FLT;
  const count = frame.nbSamples * (packed ? frame.channels : 1);
  const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + count * 4));
  return packed ? samples.filter((_, i) => i % frame.channels === 0) : samples;
}
