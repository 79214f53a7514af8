/** What the sound page reads, and what a page sends: WAV headers in all their forms, live timelines, refusals. */

import { describe, expect, it } from 'vitest';
import { wavHeader } from '../../src/audio/wav.ts';
import { LiveTimeline, type LiveMessage } from '../../src/stage/live-timeline.ts';
import { refuseFile } from '../../src/stage/page/upload.ts';
import { parseWavHeader, splitChannels } from '../../src/stage/sound/wav-source.ts';
import { curveAt, placeInGrid } from '../../src/timeline/timeline.ts';

describe('wav header', () => {
  it('reads what the decoded cache writes', () => {
    const header = wavHeader(48_000, 2, 8 * 1000);
    const bytes = header.slice().buffer;
    expect(parseWavHeader(bytes, header.length + 8000)).toEqual({ sampleRate: 48_000, channels: 2, dataStart: header.length, frames: 1000 });
  });

  it('takes a length of all ones as "to the end"', () => {
    const header = wavHeader(44_100, 1, 0);
    new DataView(header.buffer, header.byteOffset).setUint32(header.length - 4, 0xffffffff, true);
    expect(parseWavHeader(header.slice().buffer, header.length + 400).frames).toBe(100);
  });

  it('refuses what is not 32-bit float', () => {
    const header = wavHeader(44_100, 1, 400);
    new DataView(header.buffer, header.byteOffset).setUint16(20, 1, true);
    expect(() => parseWavHeader(header.slice().buffer, 500)).toThrow(/32-bit float/);
    expect(() => parseWavHeader(new ArrayBuffer(64), 64)).toThrow(/not a WAV/);
  });

  it('splits channels', () => {
    expect(splitChannels(Float32Array.of(1, -1, 2, -2, 3, -3), 2)).toEqual([Float32Array.of(1, 2, 3), Float32Array.of(-1, -2, -3)]);
  });
});

describe('live timeline', () => {
  const message = (time: number, more: Partial<LiveMessage> = {}): LiveMessage => ({ type: 'live', time, features: { energy: time / 20, kick: 1 }, tempo: 120, lastBeat: Math.floor(time * 2) / 2, nextBeat: Math.floor(time * 2) / 2 + 0.5, positionInBar: (Math.floor(time * 2) % 4) + 1, confidence: 0.9, ...more });

  it('grows, reads the newest value now, and foretells the beats', () => {
    const timeline = new LiveTimeline();
    for (let time = 0; time < 90; time += 0.025) timeline.add(message(time));
    expect(timeline.duration).toBeGreaterThan(89.9);
    expect(curveAt(timeline, 'energy', 10)).toBeCloseTo(0.5, 1);
    expect(curveAt(timeline, 'kick', 90.01)).toBe(1);
    const ahead = placeInGrid(timeline.grid, 91.25);
    expect(ahead).toMatchObject({ positionInBar: 3 });
    expect(ahead.phase).toBeCloseTo(0.5, 6);
    const { beats } = timeline.grid;
    for (let i = 1; i < beats.length; i++) expect((beats[i] as number) - (beats[i - 1] as number)).toBeCloseTo(0.5, 6);
  });

  it('foretells no bars of beats while it is unsure', () => {
    const timeline = new LiveTimeline();
    timeline.add(message(1, { confidence: 0.1 }));
    expect(timeline.grid.beats.length).toBe(2);
    expect(timeline.grid.confidence).toBe(0.1);
  });
});

describe('a dropped file', () => {
  it('is refused in one sentence when it cannot be a song', () => {
    expect(refuseFile('song.MP3', 1000)).toBeNull();
    expect(refuseFile('notes.txt', 1000)).toMatch(/notes\.txt is no sound file/);
    expect(refuseFile('a.wav', 0)).toMatch(/is empty/);
    expect(refuseFile('a.wav', 600 * 1024 * 1024)).toMatch(/larger than 512 MB/);
  });
});
