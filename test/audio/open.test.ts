/** What people really drop: odd but good files play, bad ones are refused in one sentence and leave nothing behind. */

import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openAudio } from '../../src/audio/open.ts';
import { probeFile } from '../../src/audio/probe.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { UserError } from '../../src/base/errors.ts';
import { useScratchCache } from './cache-folder.ts';

const folder = useScratchCache();
const decoded = join(folder, 'cache', 'decoded');
const fixture = (name: string): Buffer => readFileSync(fileURLToPath(new URL(`../fixtures/audio/${name}`, import.meta.url)));

function put(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Interleaved tone. */
function tone(count: number, channels: number): Float32Array {
  return Float32Array.from({ length: count * channels }, (_, i) => 0.4 * Math.sin(Math.floor(i / channels) / 10));
}

/** A WAV of 24-bit integers. */
function wav24(samples: Float32Array, rate: number, channels: number): Buffer {
  const bytes = Buffer.alloc(44 + samples.length * 3);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * channels * 3, 28);
  bytes.writeUInt16LE(channels * 3, 32);
  bytes.writeUInt16LE(24, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples.length * 3, 40);
  samples.forEach((sample, i) => bytes.writeIntLE(Math.round(sample * 8388607), 44 + i * 3, 3));
  return bytes;
}

async function refusal(path: string): Promise<string> {
  const fault: unknown = await openAudio(path).then(() => undefined, (error: unknown) => error);
  expect(fault).toBeInstanceOf(UserError);
  const { message, exitCode } = fault as UserError;
  expect(exitCode).toBe(3);
  expect(message).not.toContain('\n');
  expect(message).toMatch(/[^.]\.$/);
  return message;
}

describe('good files of odd kinds', () => {
  it.each([
    { name: '8 kHz mono', rate: 8000, channels: 1 },
    { name: '192 kHz', rate: 192_000, channels: 2 },
    { name: '6 channels', rate: 48_000, channels: 6 },
  ])('$name, 24 bit', async ({ name, rate, channels }) => {
    const samples = tone(rate / 4, channels);
    const source = await openAudio(put(`${name}.wav`, wav24(samples, rate, channels)));
    expect([source.sampleRate, source.channels, source.length]).toEqual([rate, channels, rate / 4]);
    const read = await source.read(1000, 10);
    read.forEach((value, i) => expect(value).toBeCloseTo(samples[1000 * channels + i] as number, 5));
  });

  it('NaN samples become silence, digital silence stays, 0.1 s is enough', async () => {
    const path = join(folder, 'nan.wav');
    await writeWav(path, tone(4410, 1), 44_100, 1);
    const bytes = readFileSync(path);
    bytes.writeFloatLE(NaN, 58 + 400);
    writeFileSync(path, bytes);
    const source = await openAudio(path);
    expect(source.duration).toBeCloseTo(0.1, 6);
    expect((await source.read(100, 1))[0]).toBe(0);
    await writeWav(join(folder, 'silence.wav'), new Float32Array(44_100), 44_100, 1);
    const silence = await openAudio(join(folder, 'silence.wav'));
    expect((await silence.read(0, 44_100)).every((sample) => sample === 0)).toBe(true);
  });

  it('the same bytes under another name are not decoded twice', async () => {
    const first = await openAudio(put('one.flac', fixture('clicks.flac')));
    const progress: number[] = [];
    const second = await openAudio(put('two.mp3', fixture('clicks.flac')), { onProgress: (fraction) => progress.push(fraction) });
    expect(second.wavPath).toBe(first.wavPath);
    expect(progress).toEqual([]);
    expect(second.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('a damaged cache entry is made again', async () => {
    const path = put('again.flac', fixture('clicks.flac'));
    const { wavPath, length } = await openAudio(path);
    writeFileSync(wavPath, 'junk');
    expect((await openAudio(path)).length).toBe(length);
  });

  // The FLAC file begins with 8 KB of padding.
  it.each([['mp3', 0.6], ['flac', 0.85]] as const)('a truncated %s plays as far as it goes', async (kind, share) => {
    const whole = fixture(`clicks.${kind}`);
    const source = await openAudio(put(`cut.${kind}`, whole.subarray(0, Math.floor(whole.length * share))));
    expect(source.duration).toBeGreaterThan(0.5);
    expect(source.duration).toBeLessThan(2.5);
  });
});

describe('bad files', () => {
  it('missing, folder, empty', async () => {
    expect(await refusal(join(folder, 'nowhere.mp3'))).toContain('no file at');
    mkdirSync(join(folder, 'album.mp3'));
    expect(await refusal(join(folder, 'album.mp3'))).toContain('is a folder');
    expect(await refusal(put('empty.mp3', ''))).toContain('empty (0 bytes)');
  });

  it('text and junk renamed', async () => {
    expect(await refusal(put('notes.mp3', 'Liebe Grüße, das ist kein Lied.\n'.repeat(40)))).toContain('text file');
    expect(await refusal(put('junk.mp3', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251))))).toContain('is not sound');
    expect(await refusal(put('header.wav', fixture('clicks.flac').subarray(8, 2000)))).toContain('is not sound');
  });

  it('headers without music', async () => {
    expect(await refusal(put('head.flac', fixture('clicks.flac').subarray(0, 60)))).toContain('head.flac');
    expect(await refusal(put('head.m4a', fixture('clicks.m4a').subarray(0, 500)))).toContain('head.m4a');
    expect(await refusal(put('head.wav', wav24(new Float32Array(0), 44_100, 2)))).toContain('0 ms of sound');
    expect(await refusal(put('half.wav', wav24(new Float32Array(0), 44_100, 2).subarray(0, 30)))).toContain('cannot be read as WAV');
  });

  it('too short to be music', async () => {
    await writeWav(join(folder, 'blip.wav'), tone(400, 1), 44_100, 1);
    expect(await refusal(join(folder, 'blip.wav'))).toContain('9 ms of sound');
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('no read permission', async () => {
    const path = put('secret.mp3', fixture('clicks.mp3'));
    chmodSync(path, 0);
    expect(await refusal(path)).toContain('may not be read');
  });

  it('leaves nothing half written', () => {
    expect(readdirSync(decoded).length).toBeGreaterThan(0);
    expect(readdirSync(decoded).filter((name) => !/^[0-9a-f]{64}-v\d+\.wav$/.test(name))).toEqual([]);
  });

  it('a decoder over its time limit is stopped, or another takes over', async () => {
    const path = put('slow.mp3', Buffer.concat(Array.from({ length: 40 }, () => fixture('clicks.mp3'))));
    process.env['LATENTBEAT_FFMPEG'] = join(folder, 'no-such-program');
    const result = await openAudio(path, { timeLimitSeconds: 0.001 }).then(
      (source) => source.duration,
      (error: unknown) => (error as UserError).message,
    );
    delete process.env['LATENTBEAT_FFMPEG'];
    if (typeof result === 'number') expect(result).toBeGreaterThan(100);
    else expect(result).toContain('within 0.001 s');
  });
});

describe('probing', () => {
  it.each([
    ['clicks.mp3', 'mp3'], ['clicks-vbr.mp3', 'mp3'], ['clicks.flac', 'flac'], ['clicks.ogg', 'ogg'], ['clicks.opus', 'opus'],
    ['clicks.m4a', 'm4a'], ['clicks-alac.m4a', 'm4a'], ['clicks.aac', 'aac'],
  ])('%s lasts about 3 s', async (name, kind) => {
    copyFileSync(fileURLToPath(new URL(`../fixtures/audio/${name}`, import.meta.url)), join(folder, name));
    expect(existsSync(join(folder, name))).toBe(true);
    const probe = await probeFile(join(folder, name));
    expect(probe.kind).toBe(kind);
    expect(Math.abs((probe.duration as number) - 3)).toBeLessThan(0.15);
  });

  it('reads an mp3 without a length tag by its bit rate', async () => {
    const frames = fixture('clicks.mp3');
    const second = frames.indexOf(Buffer.from([0xff, 0xfb]), 200);
    const probe = await probeFile(put('untagged.mp3', frames.subarray(second)));
    expect(probe).toMatchObject({ kind: 'mp3', exact: false });
    expect(Math.abs((probe.duration as number) - 3)).toBeLessThan(0.2);
  });
});
