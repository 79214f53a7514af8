/** WAV of any depth in, float32 WAV out. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeWavSamples, openWavWriter, parseWavHeader, WAV_HEADER_BYTES, wavHeader, writeWav } from '../../src/audio/wav.ts';
import { openWavSource } from '../../src/audio/wav-source.ts';
import { useScratchCache } from './cache-folder.ts';

const folder = useScratchCache();
const ramp = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i / 7) * 0.9);

describe('float32 WAV', () => {
  it('reads back what was written, to the bit', async () => {
    const path = join(folder, 'ramp.wav');
    await writeWav(path, ramp, 48_000, 2);
    const bytes = readFileSync(path);
    const format = parseWavHeader(bytes);
    expect(format).toEqual({ sampleRate: 48_000, channels: 2, bits: 32, float: true, dataOffset: WAV_HEADER_BYTES, dataBytes: 8000 });
    expect(decodeWavSamples(bytes.subarray(format.dataOffset), format)).toEqual(ramp);
  });

  it('joins blocks and turns NaN and infinities into silence', async () => {
    const path = join(folder, 'blocks.wav');
    const writer = await openWavWriter(path, 8000, 1);
    await writer.write(Float32Array.of(0.5, NaN, Infinity));
    await writer.write(Float32Array.of(-0.25));
    await writer.close();
    const source = await openWavSource('x', 'y', path);
    expect([source.length, source.duration, source.channels]).toEqual([4, 4 / 8000, 1]);
    expect([...(await source.read(0, 10))]).toEqual([0.5, 0, 0, -0.25]);
  });

  it('reads any block, clipped to the ends, and mixes down', async () => {
    const path = join(folder, 'source.wav');
    await writeWav(path, ramp, 44_100, 2);
    const source = await openWavSource('x', 'y', path);
    expect(await source.read(100, 50)).toEqual(ramp.subarray(200, 300));
    expect(await source.read(-10, 20)).toEqual(ramp.subarray(0, 20));
    expect((await source.read(990, 50)).length).toBe(20);
    expect((await source.read(5000, 5)).length).toBe(0);
    const mono: number[] = [];
    const sizes: number[] = [];
    for await (const block of source.monoBlocks(300)) {
      sizes.push(block.length);
      mono.push(...block);
    }
    expect(sizes).toEqual([300, 300, 300, 100]);
    mono.forEach((value, i) => expect(value).toBeCloseTo(((ramp[2 * i] as number) + (ramp[2 * i + 1] as number)) / 2, 6));
  });

  it('is refused when cut short', async () => {
    const path = join(folder, 'whole.wav');
    await writeWav(path, ramp, 44_100, 2);
    writeFileSync(join(folder, 'cut.wav'), readFileSync(path).subarray(0, 4000));
    await expect(openWavSource('x', 'y', join(folder, 'cut.wav'))).rejects.toThrow('not a whole float32 WAV');
  });
});

describe('other depths', () => {
  const expected = Float32Array.of(0, 0.5, -0.5, -1);
  const cases = [
    { name: '8 bit', bits: 8, float: false, bytes: [128, 192, 64, 0] },
    { name: '16 bit', bits: 16, float: false, bytes: [0, 0, 0, 0x40, 0, 0xc0, 0, 0x80] },
    { name: '24 bit', bits: 24, float: false, bytes: [0, 0, 0, 0, 0, 0x40, 0, 0, 0xc0, 0, 0, 0x80] },
    { name: '32 bit', bits: 32, float: false, bytes: [0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0xc0, 0, 0, 0, 0x80] },
    { name: 'float 64', bits: 64, float: true, bytes: [...new Uint8Array(Float64Array.from(expected).buffer)] },
  ];
  it.each(cases)('$name', ({ bits, float, bytes }) => {
    expect(decodeWavSamples(Uint8Array.from(bytes), { bits, float })).toEqual(expected);
  });

  it('reads WAVE_FORMAT_EXTENSIBLE and skips chunks it does not know', () => {
    const header = Buffer.alloc(12 + 12 + 48 + 8);
    header.write('RIFF', 0, 'latin1');
    header.write('WAVEjunk', 8, 'latin1');
    header.writeUInt32LE(3, 16); // odd size: padded to 4
    header.write('fmt ', 24, 'latin1');
    header.writeUInt32LE(40, 28);
    header.writeUInt16LE(0xfffe, 32);
    header.writeUInt16LE(6, 34);
    header.writeUInt32LE(96_000, 36);
    header.writeUInt16LE(24, 46);
    header.writeUInt16LE(1, 56);
    header.write('data', 72, 'latin1');
    header.writeUInt32LE(1800, 76);
    expect(parseWavHeader(header)).toEqual({ sampleRate: 96_000, channels: 6, bits: 24, float: false, dataOffset: 80, dataBytes: 1800 });
  });

  it('says what is wrong', () => {
    expect(() => parseWavHeader(Buffer.from('hello there, this is text'))).toThrow('RIFF');
    expect(() => parseWavHeader(wavHeader(44_100, 2, 0).subarray(0, 40))).toThrow('ends before its samples');
    const compressed = wavHeader(44_100, 2, 0);
    compressed[20] = 0x11;
    expect(() => parseWavHeader(compressed)).toThrow('compressed (format 17)');
  });
});
