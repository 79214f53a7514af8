/** Reads a finished video back with node-av: what a player would see and hear. */

import { loadNodeAvBackend } from '../../src/video/node-av-backend.ts';

export interface DecodedVideo {
  /** Mean luma (0..255, limited range) of each frame in order of presentation. */
  readonly luma: number[];
  /** Presentation time (s) of each frame. */
  readonly times: number[];
  /** First channel of the sound. */
  readonly sound: Float32Array;
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
  const sound: number[] = [];
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
  if (audio !== undefined) await readSound(path, sound);
  return { luma, times, sound: Float32Array.from(sound), sampleRate, videoCodec, soundCodec };
}

async function readSound(path: string, out: number[]): Promise<void> {
  const av = await import('node-av');
  const demuxer = await av.Demuxer.open(path);
  const stream = demuxer.audio()!;
  const decoder = await av.Decoder.create(stream);
  for await (const frame of decoder.frames(demuxer.packets(stream.index))) {
    if (frame === null) continue;
    // Planar float: the first plane is the first channel.
    const bytes = frame.data![0]!;
    const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + frame.nbSamples * 4));
    for (const sample of samples) out.push(sample);
    frame.free();
  }
  await demuxer.close();
}
