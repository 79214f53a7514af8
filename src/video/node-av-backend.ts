/**
 * Encoding with node-av (FFmpeg 8 in this process, its own threads). The only importer of node-av in video/, loaded lazily
 * because it is an optional dependency. Segments hold frames 0..n-1 without B-frames, so joining only shifts their stamps.
 */

import type { Encoder, Frame, Muxer, Packet } from 'node-av';
import { polyfillWithResolvers } from '../base/with-resolvers.ts';
import { drainPackets, openSound } from './node-av-sound.ts';
import { rateFraction, type Segment, type SegmentWriter, type SoundTrack, type VideoBackend, type VideoSettings } from './sink.ts';

type NodeAv = typeof import('node-av');

/** Null where node-av is not installed or does not load on this machine. */
export async function loadNodeAvBackend(): Promise<VideoBackend | null> {
  polyfillWithResolvers();
  try {
    const av = await import('node-av');
    av.Log.setLevel(av.AV_LOG_FATAL);
    return {
      name: 'node-av',
      openSegment: (path, settings) => openSegment(av, path, settings),
      join: (segments, sound, out, settings) => joinSegments(av, segments, sound, out, settings),
    };
  } catch {
    return null;
  }
}

async function createVideoEncoder(av: NodeAv, settings: VideoSettings): Promise<Encoder> {
  const draft = settings.quality === 'draft';
  const gopSize = Math.max(1, Math.round(settings.fps * 2));
  if (settings.container === 'mp4') {
    return av.Encoder.create('libx264' as never, { gopSize, maxBFrames: 0, options: { preset: draft ? 'superfast' : 'veryfast', crf: draft ? 23 : 18 } as never });
  }
  return av.Encoder.create('libvpx-vp9' as never, { gopSize, bitrate: 0, options: { deadline: 'realtime', 'cpu-used': draft ? 8 : 6, crf: draft ? 36 : 28, 'row-mt': 1, 'lag-in-frames': 0, 'auto-alt-ref': 0 } as never });
}

async function openSegment(av: NodeAv, path: string, settings: VideoSettings): Promise<SegmentWriter> {
  const encoder = await createVideoEncoder(av, settings);
  const muxer = await av.Muxer.open(path);
  const stream = muxer.addStream(encoder);
  let count = 0;
  return {
    async write(yuv) {
      const frame = videoFrame(av, yuv, count++, settings);
      try {
        await encoder.encode(frame);
      } finally {
        frame.free();
      }
      await drainPackets(encoder, muxer, stream);
    },
    async close() {
      await encoder.flush();
      await drainPackets(encoder, muxer, stream);
      await muxer.close();
      encoder.close();
    },
    async abort() {
      await muxer.close().catch(() => {});
      encoder.close();
    },
  };
}

function videoFrame(av: NodeAv, yuv: Uint8Array, index: number, settings: VideoSettings): Frame {
  const { num, den } = rateFraction(settings.fps);
  const frame = av.Frame.fromVideoBuffer(Buffer.from(yuv.buffer, yuv.byteOffset, yuv.byteLength), {
    width: settings.width,
    height: settings.height,
    format: av.AV_PIX_FMT_YUV420P,
    timeBase: { num: den, den: num },
    pts: BigInt(index),
  });
  frame.duration = 1n;
  frame.colorSpace = av.AVCOL_SPC_BT709;
  frame.colorPrimaries = av.AVCOL_PRI_BT709;
  frame.colorTrc = av.AVCOL_TRC_BT709;
  frame.colorRange = av.AVCOL_RANGE_MPEG;
  return frame;
}

async function joinSegments(av: NodeAv, segments: readonly Segment[], sound: SoundTrack | null, out: string, settings: VideoSettings): Promise<void> {
  const model = await av.Demuxer.open((segments[0] as Segment).path);
  const muxer = await av.Muxer.open(out, settings.container === 'mp4' ? { options: { movflags: '+faststart' } as never } : {});
  try {
    const videoStream = muxer.addStream(model.video() as never);
    const audio = sound === null ? null : await openSound(av, muxer, sound, settings);
    let framesBefore = 0;
    for (const segment of segments) {
      await copySegment(av, muxer, videoStream, segment, framesBefore, settings);
      framesBefore += segment.frames;
      // Sound is written up to the picture, so that the muxer never holds more than a segment.
      await audio?.writeUntil(framesBefore / settings.fps);
    }
    await muxer.writePacket(null, videoStream);
    await audio?.finish();
    await muxer.close();
  } catch (error) {
    await muxer.close().catch(() => {});
    throw error;
  } finally {
    await model.close();
  }
}

/** Copies one segment's packets, stamped by frame number so that a millisecond container loses nothing. */
async function copySegment(av: NodeAv, muxer: Muxer, stream: number, segment: Segment, framesBefore: number, settings: VideoSettings): Promise<void> {
  const demuxer = await av.Demuxer.open(segment.path);
  try {
    const source = demuxer.video();
    if (source === undefined) throw new Error(`segment ${segment.path} holds no video`);
    const { num, den } = source.timeBase;
    const perFrame = den / (num * settings.fps);
    for await (const packet of demuxer.packets(source.index)) {
      if (packet === null) break;
      const frame = framesBefore + Math.round(Number(packet.pts) / perFrame);
      stamp(packet, BigInt(Math.round(frame * perFrame)), BigInt(Math.max(1, Math.round(perFrame))));
      await muxer.writePacket(packet, stream);
      packet.free();
    }
  } finally {
    await demuxer.close();
  }
}

function stamp(packet: Packet, at: bigint, duration: bigint): void {
  packet.pts = at;
  packet.dts = at;
  packet.duration = duration;
}
