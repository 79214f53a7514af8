/**
 * The whole driver in this process with the fake model in its own: the demo from sound to frames, an upload that becomes
 * the show, corrections of the beat, saving, a render from the panel, and an end that leaves no process behind.
 */

import { encodeHop } from '../../src/protocol/hop.ts';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { writeWav } from '../../src/audio/wav.ts';
import { startPlaying, type Playing, type PlayRequest } from '../../src/play.ts';
import { decodeTimeline } from '../../src/timeline/binary.ts';
import { TestPage } from '../server/fixtures.ts';

let folder: string;
const cleaners: (() => unknown)[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-play-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
});
afterEach(async () => {
  for (const clean of cleaners.splice(0).reverse()) await clean();
});
afterAll(() => {
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

async function start(request: PlayRequest = {}): Promise<Playing> {
  const playing = await startPlaying({ model: 'fake', port: 0, oscPort: 0, oscqueryPort: 0, open: false, clock: 'free', ...request });
  cleaners.push(() => playing.close());
  await playing.opened;
  return playing;
}

async function joinPage(playing: Playing): Promise<TestPage> {
  const page = await TestPage.join(playing.url, { canPlaySound: false });
  cleaners.push(() => page.close());
  return page;
}

/** Clicks at 120 BPM over quiet noise, mono float32. */
async function writeClicks(path: string, seconds: number): Promise<Buffer> {
  const rate = 22_050;
  const samples = Float32Array.from({ length: rate * seconds }, (_, i) => {
    const since = i % (rate / 2);
    return since < 400 ? 0.8 * Math.exp(-since / 80) * Math.sin(since * 0.3) : 0.001 * Math.sin(i * 12.9898);
  });
  await writeWav(path, samples, rate, 1);
  return readFileSync(path);
}

describe('play', () => {
  it('puts the demo on stage, in time, with its sound and timeline', async () => {
    const playing = await start();
    const page = await joinPage(playing);
    await page.until(() => playing.session.state().showTimeSeconds > 1.5);
    expect(playing.session.state()).toMatchObject({ lateFrames: 0, clockSource: 'track' });
    expect(playing.session.state().tempo).toBeCloseTo(124, 0);
    expect(playing.session.health()).toMatchObject({ ok: true, model: 'fake', track: 'Demo' });
    const show = page.find('hello')?.show;
    const timeline = decodeTimeline(new Uint8Array(await (await fetch(`${playing.url}${show?.timelineUrl}`)).arrayBuffer()));
    expect(timeline.duration).toBeCloseTo(show?.duration ?? 0, 3);
    const sound = await fetch(`${playing.url}${show?.pcmUrl}`, { headers: { Range: 'bytes=0-11' } });
    expect([sound.status, Buffer.from(await sound.arrayBuffer()).toString('latin1', 0, 4)]).toEqual([206, 'RIFF']);
    expect(page.find('hello')?.effects.map(({ name }) => name)).toContain('feedback');
    expect(show?.presets.length).toBeGreaterThanOrEqual(8);
    await page.until(() => page.find('storyboard')?.scenes.every(({ picture }) => picture !== '') === true);
  });

  it('opens a dropped song as a new show, and takes corrections of its beat', async () => {
    const playing = await start();
    const page = await joinPage(playing);
    const body = await writeClicks(join(folder, 'clicks.wav'), 12);
    const token = page.find('hello')?.token ?? '';
    const put = await fetch(`${playing.url}/api/uploads/abc`, { method: 'PUT', body: new Uint8Array(body), headers: { 'x-latentbeat-token': token } });
    expect(put.status).toBe(204);
    page.send({ type: 'openTrack', uploadId: 'abc', name: 'My Clicks.wav' });
    await page.until(() => page.find('show')?.show.title === 'My Clicks');
    expect(page.find('show')?.show.duration).toBeCloseTo(12, 1);
    expect(page.find('progress')).toBeDefined();
    const before = page.find('show')?.show.timelineUrl;
    page.send({ type: 'grid', action: 'shift', value: 0.1 });
    await page.until(() => page.find('show')?.show.timelineUrl !== before);
    const shifted = decodeTimeline(new Uint8Array(await (await fetch(`${playing.url}${page.find('show')?.show.timelineUrl}`)).arrayBuffer()));
    const offset = ((shifted.grid.beats[4] as number) + 0.25) % 0.5 - 0.25;
    expect(Math.abs(offset - 0.1)).toBeLessThan(0.02);
  });

  it('says in one sentence what is wrong with a dropped file, and the show goes on', async () => {
    const playing = await start();
    const page = await joinPage(playing);
    await fetch(`${playing.url}/api/uploads/bad`, { method: 'PUT', body: 'this is no sound', headers: { 'x-latentbeat-token': page.find('hello')?.token ?? '' } });
    page.send({ type: 'openTrack', uploadId: 'bad', name: 'bad.mp3' });
    await page.until(() => page.messages.some(({ type }) => type === 'notice'));
    expect(page.find('notice')?.level).toBe('error');
    expect(page.find('notice')?.text).toContain('bad.mp3');
    const at = playing.session.state().showTimeSeconds;
    await page.until(() => playing.session.state().showTimeSeconds > at + 0.2);
  });

  it('saves the show, which plays again with what hands did', async () => {
    const playing = await start();
    const page = await joinPage(playing);
    page.send({ type: 'value', path: '/walk/speed', value: 2, source: 'panel' });
    page.send({ type: 'saveShow', name: 'evening' });
    await page.until(() => page.find('notice')?.text.startsWith('The show is saved as') === true);
    const path = (page.find('notice')?.text ?? '').replace('The show is saved as ', '');
    expect(existsSync(path)).toBe(true);
    await playing.close();
    const again = await start({ showFile: path });
    expect(again.session.state().parameters['/walk/speed']).toBe(2);
    expect(again.session.health().track).toBe('Demo');
  });

  it('saves a preset under its own name, never over a shipped one', async () => {
    const playing = await start();
    const page = await joinPage(playing);
    page.send({ type: 'savePreset', name: 'deep nebula' });
    await page.until(() => page.find('notice') !== undefined);
    expect(page.find('notice')?.text).toContain('shipped preset');
    page.send({ type: 'savePreset', name: 'My Nebula' });
    await page.until(() => page.find('show')?.show.presets.some(({ name }) => name === 'My Nebula') === true);
    page.send({ type: 'value', path: '/preset/load', value: 'my-nebula', source: 'panel' });
    await page.until(() => page.find('show')?.show.presetName === 'My Nebula');
  });

  it('names the preset that was meant', async () => {
    const playing = await startPlaying({ model: 'fake', port: 0, oscPort: 0, oscqueryPort: 0, open: false, preset: 'depp nebula' });
    cleaners.push(() => playing.close());
    await expect(playing.opened).rejects.toThrow('did you mean deep-nebula?');
  });

  it('opens with live input, and moves when it is heard', async () => {
    const playing = await start({ live: true, clock: undefined });
    const page = await joinPage(playing);
    expect(page.find('hello')?.show).toMatchObject({ timelineUrl: null, pcmUrl: null });
    page.send({ type: 'live', on: true, sampleRate: 44_100 });
    await page.until(() => page.find('show') !== undefined);
    const hop = Float32Array.from({ length: 1024 }, (_, i) => 0.3 * Math.sin(i * 0.05));
    for (let i = 0; i < 90; i++) {
      page.socket.send(Buffer.from(encodeHop({ first: i * hop.length, at: Number.NaN, samples: hop })));
      await new Promise((resolve) => setTimeout(resolve, 23));
    }
    await page.until(() => (page.find('live')?.time ?? 0) > 1.5 && page.frames.length > 4);
    expect(page.find('live')?.features['level']).toBeGreaterThan(0.3);
    expect(playing.session.state().showTimeSeconds).toBeGreaterThan(1);
  });
});

describe('a render from the panel', () => {
  it('runs beside the show, tells how far it is, and offers the video', async () => {
    const playing = await start();
    const page = await joinPage(playing);
    const body = await writeClicks(join(folder, 'short.wav'), 2);
    await fetch(`${playing.url}/api/uploads/short`, { method: 'PUT', body: new Uint8Array(body), headers: { 'x-latentbeat-token': page.find('hello')?.token ?? '' } });
    page.send({ type: 'openTrack', uploadId: 'short', name: 'short.wav' });
    await page.until(() => page.find('show')?.show.title === 'short');
    page.send({ type: 'render', action: 'draft', aspect: '1:1' });
    page.send({ type: 'render', action: 'start', aspect: '16:9' });
    await page.until(() => page.find('notice')?.text.includes('running already') === true);
    await page.until(() => ['done', 'failed'].includes(page.find('render')?.progress.state ?? ''), 180_000);
    expect(page.find('render')?.progress).toMatchObject({ state: 'done', framesTotal: 60 });
    const video = await fetch(`${playing.url}${page.find('render')?.progress.url}`);
    expect(Buffer.from(await video.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
    expect(video.headers.get('content-disposition')).toContain('short-1x1-draft.mp4');
  }, 200_000);
});
