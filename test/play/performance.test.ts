/** A live performance becomes a show on file: its sound, its beats and what hands did, played and rendered again. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWavSource } from '../../src/audio/wav-source.ts';
import { startPlaying, type Playing } from '../../src/play.ts';
import { encodeHop } from '../../src/protocol/hop.ts';
import { renderShow } from '../../src/render.ts';
import { parseShow, type Show } from '../../src/score/show-file.ts';
import { openShow } from '../../src/show.ts';
import { decodeVideo } from '../helpers/decode-video.ts';
import { drumSamples } from '../helpers/drum-samples.ts';
import { TestPage } from '../server/fixtures.ts';

const RATE = 44_100;
const HOP = 882;
const SECONDS = 7;
const samples = drumSamples({ seconds: SECONDS, bpm: 120, rate: RATE });

let folder: string;
let playing: Playing;
let page: TestPage;
let path: string;
let show: Show;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-performance-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
  playing = await startPlaying({ live: true, model: 'fake', port: 0, oscPort: 0, oscqueryPort: 0, open: false, seed: 3 });
  await playing.opened;
  page = await TestPage.join(playing.url);
  page.send({ type: 'live', on: true, sampleRate: RATE });
  await page.until(() => page.find('show')?.show.title === 'Live');
  const started = performance.now();
  for (let first = 0; first < samples.length; first += HOP) {
    page.socket.send(encodeHop({ first, at: Number.NaN, samples: samples.subarray(first, first + HOP) }));
    if (first === HOP * 100) page.send({ type: 'value', path: '/walk/speed', value: 3, source: 'panel' });
    await sleep(Math.max(0, started + ((first + HOP) / RATE) * 1000 - performance.now()));
  }
  await page.until(() => (page.find('live')?.time ?? 0) >= SECONDS - 0.1);
  page.send({ type: 'saveShow', name: 'friday' });
  await page.until(() => page.find('notice')?.text.startsWith('The show is saved as') === true);
  path = (page.find('notice')?.text ?? '').replace('The show is saved as ', '');
  show = parseShow(readFileSync(path, 'utf8'), path);
}, 90_000);
afterAll(async () => {
  page.close();
  await playing.close();
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

describe('a live performance', () => {
  it('is saved with the sound that came, the beats that passed and the log', async () => {
    const wav = join(dirname(path), show.track?.path ?? '');
    const sound = await openWavSource(wav, '', wav);
    expect(await sound.read(0, samples.length)).toEqual(samples);
    const times = show.live?.beats.map(({ time }) => time) ?? [];
    expect(times.length).toBeGreaterThan(6);
    for (const time of times.slice(4)) expect(Math.abs(time * 2 - Math.round(time * 2))).toBeLessThan(0.15);
    expect(show.log.some((change) => change.path === '/walk/speed' && change.source === 'panel')).toBe(true);
  });

  it('opens as a track whose walk knows no more than it did on stage, the same each time', async () => {
    const draw = async (): Promise<readonly string[]> => {
      const open = await openShow({ showFile: path });
      try {
        expect(open).toMatchObject({ live: false, storyboard: [], title: 'Live' });
        expect([...open.timeline.grid.beats.subarray(0, show.live?.beats.length)]).toEqual(show.live?.beats.map(({ time }) => time));
        await open.walk.prepare(0, SECONDS * 120);
        const pictures: string[] = [];
        for (let tick = 60; tick < SECONDS * 120; tick += 120) pictures.push(Buffer.from((await open.pipeline.draw(open.walk.pointAt(tick))).pixels).toString('base64'));
        return pictures;
      } finally {
        await open.close();
      }
    };
    const first = await draw();
    expect(new Set(first).size).toBeGreaterThan(4);
    expect(await draw()).toEqual(first);
  });

  it('becomes a video with its own sound', async () => {
    const out = join(folder, 'friday.mp4');
    await renderShow({ showFile: path, out, plain: true, size: { width: 64, height: 36 }, fps: 10 });
    const video = await decodeVideo(out);
    expect(video.luma.length).toBeGreaterThanOrEqual(SECONDS * 10 - 2);
    expect(video.sound.reduce((most, value) => Math.max(most, value), 0)).toBeGreaterThan(0.3);
  });

  it('leaves no sound behind that was not saved', async () => {
    const recordings = join(folder, 'cache', 'recordings');
    expect(readdirSync(recordings)).toHaveLength(1);
    await playing.close();
    expect(readdirSync(recordings)).toEqual([]);
  });
});
