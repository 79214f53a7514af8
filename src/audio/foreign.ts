/**
 * The way out for what the built-in decoder does not take: over 15 minutes, WebM, video files. An `ffmpeg` on the PATH
 * decodes to a pipe that is written on as it comes, in constant memory. The file is opened as a file only: a playlist
 * that names other files or addresses is refused by the protocol list.
 */

import { spawn, spawnSync } from 'node:child_process';
import { openWavWriter, parseWavHeader, type WavWriter } from './wav.ts';

/** The ffmpeg to use: `LATENTBEAT_FFMPEG` or the one on the PATH; undefined where there is none that runs. */
export function findFfmpeg(): string | undefined {
  const name = process.env['LATENTBEAT_FFMPEG'] || 'ffmpeg';
  return spawnSync(name, ['-version'], { stdio: 'ignore', windowsHide: true }).status === 0 ? name : undefined;
}

/** Decodes the first sound stream of `path` to a float32 WAV at `wavPath`. Throws a plain Error with ffmpeg's reason. */
export async function decodeWithFfmpeg(ffmpeg: string, path: string, wavPath: string): Promise<void> {
  const child = spawn(ffmpeg, ['-v', 'error', '-nostdin', '-protocol_whitelist', 'file,pipe', '-i', path, '-map', '0:a:0', '-c:a', 'pcm_f32le', '-f', 'wav', 'pipe:1'], { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(0, 2000)));
  const length = await writeStream(child.stdout, wavPath).finally(() => child.kill());
  const code = await ended;
  if (length === 0) throw new Error(complaint.trim().split('\n')[0] || `ffmpeg left with code ${code}`);
}

/** Copies a WAV stream on; returns samples a channel. */
async function writeStream(stream: AsyncIterable<Buffer>, wavPath: string): Promise<number> {
  let pending: Buffer = Buffer.alloc(0);
  let writer: WavWriter | undefined;
  try {
    for await (const chunk of stream) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      if (writer === undefined) {
        if (pending.length < 4096) continue;
        const format = parseWavHeader(pending);
        writer = await openWavWriter(wavPath, format.sampleRate, format.channels);
        pending = pending.subarray(format.dataOffset);
      }
      pending = await drain(writer, pending);
    }
    if (writer === undefined && pending.length > 0) {
      const format = parseWavHeader(pending);
      writer = await openWavWriter(wavPath, format.sampleRate, format.channels);
      await drain(writer, pending.subarray(format.dataOffset));
    }
    return writer?.length ?? 0;
  } finally {
    await writer?.close();
  }
}

/** Writes all whole samples and returns the bytes left over. */
async function drain(writer: WavWriter, bytes: Buffer): Promise<Buffer> {
  const whole = bytes.length - (bytes.length % 4);
  const samples = new Float32Array(new Uint8Array(bytes.subarray(0, whole)).buffer);
  await writer.write(samples);
  return bytes.subarray(whole);
}
