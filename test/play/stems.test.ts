/** Parts in files of their own, from the WAV on disk to what a route moves: in play, in a saved show, in a rendered video. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { renderShow } from '../../src/render.ts';
import { saveShowFile } from '../../src/server/library/show-files.ts';
import { openShow, type OpenShow } from '../../src/show.ts';
import { decodeVideo } from '../helpers/decode-video.ts';

const RATE = 22_050;
const SECONDS = 8;
/** Where the drums' file has a kick; the mix has none anywhere. */
const KICKS = [2, 3, 4.5, 6];
const TICKS = 120;
let folder: string;
let track: string;
let stems: { name: string; path: string }[];
let preset: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-stems-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
  track = join(folder, 'mix.wav');
  stems = [{ name: 'drums', path: join(folder, 'drums.wav') }];
  preset = join(folder, 'kicks.json');
  await writeWav(track, Float32Array.from({ length: SECONDS * RATE }, (_, i) => 0.2 * Math.sin((2 * Math.PI * 220 * i) / RATE)), RATE, 1);
  await writeWav(join(folder, 'drums.wav'), kicks(), RATE, 1);
  const route = { feature: 'drums.kick', to: 'walk.pulse', gain: 1, attack: '0 ms', release: '50 ms' };
  writeFileSync(preset, JSON.stringify({ name: 'Kicks', prompts: [{ text: 'red plasma' }, { text: 'blue plasma' }], routes: [route], pulse: 0.5 }));
});
afterAll(() => {
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

function kicks(): Float32Array {
  const out = new Float32Array(SECONDS * RATE);
  for (const time of KICKS) {
    for (let i = 0; i < 0.2 * RATE; i++) out[time * RATE + i] = 0.8 * Math.exp((-18 * i) / RATE) * Math.sin(2 * Math.PI * ((48 * i) / RATE + 3 * (1 - Math.exp((-30 * i) / RATE))));
  }
  return out;
}

/** The pulse of each tick of the track. */
function pulsesOf(show: OpenShow): number[] {
  return Array.from({ length: SECONDS * TICKS - 60 }, (_, tick) => show.score.modulationAt(tick).pulse);
}

describe('a part in a file of its own', () => {
  it('moves what a route names it for, where it sounds and nowhere else, and does so again from the saved show', async () => {
    const show = await openShow({ track, stems, preset, model: 'fake' });
    const pulses = pulsesOf(show);
    for (const time of KICKS) expect(Math.max(...pulses.slice(Math.round((time - 0.03) * TICKS), Math.round((time + 0.05) * TICKS)))).toBeGreaterThan(0.25);
    const away = pulses.filter((_, tick) => KICKS.every((time) => tick / TICKS < time - 0.05 || tick / TICKS > time + 0.5));
    expect(Math.max(...away)).toBeLessThan(0.02);
    const saved = await saveShowFile(show, 'kicks', folder, { corrections: {}, isDemo: false });
    await show.close();
    const again = await openShow({ showFile: saved, model: 'fake' });
    expect(pulsesOf(again)).toEqual(pulses);
    await again.close();
  });

  it('moves nothing where it is not given: the mix has no kick', async () => {
    const show = await openShow({ track, preset, model: 'fake' });
    expect(Math.max(...pulsesOf(show))).toBe(0);
    await show.close();
  });

  it('is heard by a rendered video: the pictures are those without it up to its first kick, and others from there', async () => {
    const film = async (name: string, parts: typeof stems | undefined): Promise<readonly number[]> => {
      const out = join(folder, `${name}.mp4`);
      await renderShow({ track, preset, model: 'fake', plain: true, out, size: { width: 64, height: 64 }, fps: 20, from: 1.5, to: 2.4, ...(parts === undefined ? {} : { stems: parts }) });
      return (await decodeVideo(out)).luma;
    };
    const [without, heard] = [await film('without', undefined), await film('with', stems)];
    const change = heard.map((luma, i) => Math.abs(luma - (without[i] as number)));
    expect(heard).toHaveLength(18);
    expect(Math.max(...change.slice(0, 9))).toBeLessThan(0.5);
    expect(Math.max(...change.slice(10, 13))).toBeGreaterThan(1);
  });
});
