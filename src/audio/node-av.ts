/**
 * Decodes with node-av, an optional dependency (FFmpeg as a Node library; its binary is under the GPL). Loaded only when
 * a file needs it. Frames come in FFmpeg's planar or packed float and are written on as they come.
 */

import { polyfillWithResolvers } from '../base/with-resolvers.ts';
import { openWavWriter, type WavWriter } from './wav.ts';

export type NodeAv = typeof import('node-av');

let loaded: Promise<NodeAv | undefined> | undefined;

/** True where node-av is installed and its binary loads on this machine. */
export async function hasNodeAv(): Promise<boolean> {
  return (await loadNodeAv()) !== undefined;
}

/** The library, or undefined where it is not installed or does not load. */
export function loadNodeAv(): Promise<NodeAv | undefined> {
  polyfillWithResolvers();
  loaded ??= import('node-av').then(
    (av) => {
      // What FFmpeg has to say about a broken file comes back as an error; it does not belong on the terminal.
      av.Log.setLevel(av.AV_LOG_FATAL);
      return av;
    },
    () => undefined,
  );
  return loaded;
}

/** Decodes the first sound stream of `path` to a float32 WAV at `wavPath`. Throws a plain Error with the reason. */
export async function decodeWithNodeAv(path: string, wavPath: string): Promise<void> {
  const av = await loadNodeAv();
  if (av === undefined) throw new Error('node-av is not installed');
  const demuxer = await av.Demuxer.open(path, { options: { protocol_whitelist: 'file' } });
  try {
    const stream = demuxer.audio();
    if (stream === undefined) throw new Error('there is no sound in it');
    const decoder = await av.Decoder.create(stream);
    const filter = av.FilterAPI.create('aformat=sample_fmts=flt');
    let writer: WavWriter | undefined;
    try {
      for await (const frame of filter.frames(decoder.frames(demuxer.packets(stream.index)))) {
        if (frame === null) continue;
        writer ??= await openWavWriter(wavPath, frame.sampleRate, frame.channels);
        await writer.write(packedSamples(frame.data?.[0], frame.nbSamples * frame.channels));
        frame.free();
      }
    } finally {
      await writer?.close();
      filter.close();
      decoder.close();
    }
    if (writer === undefined) throw new Error('no sound could be decoded');
  } finally {
    await demuxer.close();
  }
}

function packedSamples(bytes: Buffer | undefined, count: number): Float32Array {
  if (bytes === undefined || bytes.length < count * 4) throw new Error('a decoded frame came without its samples');
  return new Float32Array(new Uint8Array(bytes.subarray(0, count * 4)).buffer);
}
