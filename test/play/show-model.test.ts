/** A show knows its model: what was saved with one folder and sampler is drawn again with them, without being told. */

import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { UserError } from '../../src/base/errors.ts';
import { renderShow } from '../../src/render.ts';
import { openShow, type OpenShow } from '../../src/show.ts';
import { readShowFile, saveShowFile } from '../../src/server/library/show-files.ts';
import { decodeVideo } from '../helpers/decode-video.ts';
import { drumSamples } from '../helpers/drum-samples.ts';
import { writeTinyDiffusion } from '../helpers/tiny-diffusion.ts';

const PIXELS = { width: 64, height: 64 };
let folder: string;
let track: string;
let model: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-model-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
  track = join(folder, 'drums.wav');
  await writeWav(track, drumSamples({ seconds: 4, bpm: 120, rate: 22_050 }), 22_050, 1);
  model = await writeTinyDiffusion(join(folder, 'tiny'), 'sd15-optimum');
});
afterAll(() => {
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

async function pictureOf(show: OpenShow): Promise<string> {
  await show.walk.prepare(0, 200);
  return Buffer.from((await show.pipeline.draw(show.walk.pointAt(120))).pixels).toString('base64');
}

describe('a show of another model', () => {
  let saved: string;
  let drawn: string;

  it('is saved with its folder and sampling', async () => {
    const show = await openShow({ track, model, drawing: { scheduler: 'euler-a', rng: 'numpy' }, pictureSize: PIXELS });
    drawn = await pictureOf(show);
    saved = await saveShowFile(show, 'other', folder, { corrections: {}, isDemo: false });
    await show.close();
    expect((await readShowFile(saved)).model).toMatchObject({ folder: 'tiny/sd15-optimum', sampling: { scheduler: 'euler-a', rng: 'numpy' } });
  });

  it('draws the same picture from its file alone, and another where another sampler is asked for', async () => {
    const same = await openShow({ showFile: saved, pictureSize: PIXELS });
    expect(await pictureOf(same)).toBe(drawn);
    await same.close();
    const other = await openShow({ showFile: saved, pictureSize: PIXELS, drawing: { scheduler: 'ddim' } });
    expect(await pictureOf(other)).not.toBe(drawn);
    await other.close();
  });

  it('says where its model is gone', async () => {
    renameSync(model, `${model}-moved`);
    try {
      await expect(openShow({ showFile: saved })).rejects.toSatisfy((thrown) => thrown instanceof UserError && thrown.exitCode === 3 && /not in .*sd15-optimum any more: say where it is with --model DIR/.test(thrown.message));
    } finally {
      renameSync(`${model}-moved`, model);
    }
  });
});

describe('render --feedback', () => {
  const feedback = { strength: 0.5, zoom: 1.03, rotate: 2, shift: [0, 0] } as const;
  const film = async (name: string, from: number, chained: boolean): Promise<readonly number[]> => {
    const out = join(folder, `${name}.mp4`);
    await renderShow({ track, model, out, plain: true, size: PIXELS, fps: 8, from, to: 2, ...(chained ? { feedback } : {}), pictureSize: PIXELS });
    return (await decodeVideo(out)).luma;
  };

  it('draws each frame over the one before, the same each time', async () => {
    const first = await film('first', 0.5, true);
    expect(first).toHaveLength(12);
    expect(await film('again', 0.5, true)).toEqual(first);
    expect(await film('bare', 0.5, false)).not.toEqual(first);
  });
});
