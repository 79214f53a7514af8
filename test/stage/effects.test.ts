/** Look effects from files: all of shaders/ compile, ISF filters of others draw, and a file that is saved while a show plays is followed. */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { startPlaying, type Playing } from '../../src/play.ts';
import type { EffectSource } from '../../src/protocol/messages.ts';
import { parseEffectHeader } from '../../src/score/effect-header.ts';
import { readEffect } from '../../src/server/library/effects.ts';
import { wrapEffect } from '../../src/stage/isf.ts';
import type { RenderContract } from '../../src/stage/render-page.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { drumSamples } from '../helpers/drum-samples.ts';
import { loadEffects, StageShow } from '../helpers/stage-show.ts';

declare global {
  // eslint-disable-next-line no-var
  var latentbeatRender: RenderContract;
}

const SHADERS = fileURLToPath(new URL('../../shaders/', import.meta.url));
const FIXTURES = fileURLToPath(new URL('../fixtures/isf/', import.meta.url));
const WIDTH = 160;
const HEIGHT = 90;
const PATIENCE = { timeout: 60_000, interval: 150 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchTestBrowser();
});
afterAll(() => browser.close());

const fixtures = readdirSync(FIXTURES).map((file): EffectSource => readEffect(readFileSync(join(FIXTURES, file), 'utf8'), file.slice(0, -'.frag'.length)));
const fixture = (name: string): EffectSource => fixtures.find((effect) => effect.name === name) as EffectSource;

describe('effect files', () => {
  it('compile, every one of shaders/ and every ISF filter of the fixtures; a broken one does not', async () => {
    const broken: EffectSource = { ...fixture('spot-generator'), name: 'broken', source: '/*{}*/\nvoid main() { gl_FragColor = nothing; }' };
    const all = [...loadEffects(), ...fixtures, broken];
    const texts = all.map(({ name, source }) => [name, `#version 300 es\n${wrapEffect(source, parseEffectHeader(source, name))}`] as const);
    const page = await browser.newPage();
    const logs = await page.evaluate((shaders) => {
      const gl = document.createElement('canvas').getContext('webgl2') as WebGL2RenderingContext;
      return shaders.flatMap(([name, text]) => {
        const shader = gl.createShader(gl.FRAGMENT_SHADER) as WebGLShader;
        gl.shaderSource(shader, text);
        gl.compileShader(shader);
        return gl.getShaderParameter(shader, gl.COMPILE_STATUS) === true ? [] : [`${name}: ${gl.getShaderInfoLog(shader) ?? ''}`];
      });
    }, texts);
    await page.close();
    expect(all.length).toBeGreaterThan(20);
    expect(logs).toHaveLength(1);
    expect(logs[0]).toContain("broken: ERROR: 0:2: 'nothing' : undeclared identifier");
  });
});

describe('ISF filters of others', () => {
  it('have their inputs in the table: a colour as four, a point as two, and an amount', () => {
    const paths = fixtures.flatMap(({ parameters }) => parameters.map(({ path }) => path));
    expect(paths.filter((path) => path.startsWith('/look/tinted-blur/'))).toEqual(['amount', 'level', 'tint/r', 'tint/g', 'tint/b', 'tint/a', 'invert', 'mode'].map((end) => `/look/tinted-blur/${end}`));
    expect(paths).toContain('/look/spot-generator/place/x');
    expect(paths).toContain('/look/held-light/clear');
    const mode = fixture('tinted-blur').parameters.find(({ path }) => path.endsWith('/mode'));
    expect([mode?.min, mode?.max, mode?.default]).toEqual([0, 1, 0]);
  });

  it('draw: a generator its spot, a filter its colour through a small buffer, a persistent one what was bright', async () => {
    const spot = await drawFixture('spot-generator', [60], [0]);
    expect(at(spot, 0.25, 0.25)).toEqual([255, 255, 255]);
    expect(at(spot, 0.75, 0.25)).toEqual([0, 0, 0]);
    const [red, green, blue] = at(await drawFixture('tinted-blur', [200], [0]), 0.5, 0.5) as [number, number, number];
    expect(Math.abs(red - 200) + Math.abs(green - 100) + Math.abs(blue - 50)).toBeLessThan(9);
    const held = at(await drawFixture('held-light', [200, 40], [0, 0.1]), 0.5, 0.5);
    expect(Math.abs((held[0] as number) - 200)).toBeLessThan(4);
  });
});

/** The picture at the last of `times` with one fixture over grey pictures, 0.1 s apart. */
async function drawFixture(name: string, shades: readonly number[], times: readonly number[]): Promise<Buffer> {
  const picture = (tick: number) => ({ size: 16, pixels: new Uint8Array(16 * 16 * 4).fill(shades[Math.min(shades.length - 1, tick / 12)] as number) });
  const show = await StageShow.start({ lookChain: [name], extraEffects: [fixture(name)], stageRoutes: [], ahead: 0, picture });
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  try {
    await page.goto(`${show.server.url}/?render=1&width=${WIDTH}&height=${HEIGHT}&fps=10`);
    await page.evaluate(() => globalThis.latentbeatRender.ready());
    for (let i = 0; i <= shades.length; i++) show.sendFrame(i * 12);
    await page.evaluate(async (all) => {
      for (const time of all) await globalThis.latentbeatRender.step(time);
    }, times);
    return Buffer.from(await page.evaluate(() => globalThis.latentbeatRender.readBase64()), 'base64');
  } finally {
    await page.close();
    await show.close();
  }
}

const at = (pixels: Buffer, x: number, y: number): number[] => {
  const place = (Math.floor(y * HEIGHT) * WIDTH + Math.floor(x * WIDTH)) * 4;
  return [...pixels.subarray(place, place + 3)];
};

describe('a file in shaders/ that is saved while a show plays', () => {
  let folder: string;
  let playing: Playing;
  let stage: Page;
  let panel: Page;
  const paint = (colour: string): string => `/*{ "INPUTS": [{ "NAME": "inputImage", "TYPE": "image" }, { "NAME": "shine", "TYPE": "float", "DEFAULT": 0.5 }] }*/\nvoid main() {\n  gl_FragColor = vec4(${colour}, 1.0);\n}`;
  const save = (name: string, text: string): void => writeFileSync(join(folder, 'shaders', `${name}.frag`), text);
  const toasts = (): Promise<string> => panel.evaluate(() => document.querySelector('.toasts')?.textContent ?? '');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latentbeat-effects-'));
    process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
    cpSync(SHADERS, join(folder, 'shaders'), { recursive: true });
    // The last effect of neon-drive's chain has the last word on the picture.
    save('grade', paint('1.0, 0.0, 0.0').replace('"INPUTS": [', '"INPUTS": [{ "NAME": "saturation", "TYPE": "float", "MAX": 2.0, "DEFAULT": 1.0 }, '));
    const track = join(folder, 'drums.wav');
    await writeWav(track, drumSamples({ seconds: 8, bpm: 120, rate: 22_050 }), 22_050, 1);
    playing = await startPlaying({ track, model: 'fake', preset: 'neon-drive', shaders: join(folder, 'shaders'), port: 0, oscPort: 0, oscqueryPort: 0, open: false });
    await playing.opened;
    [stage, panel] = await Promise.all(['/?obs=1', '/panel'].map(async (path) => {
      const page = await browser.newPage({ viewport: { width: 320, height: 180 } });
      await page.goto(`${playing.url}${path}`);
      return page;
    })) as [Page, Page];
  }, 120_000);
  afterAll(async () => {
    await playing.close();
    delete process.env['LATENTBEAT_CACHE'];
    rmSync(folder, { recursive: true, force: true });
  });

  /** Mean colour of the stage, each 0..255. */
  const colour = async (): Promise<number[]> => (await sharp(await stage.screenshot()).removeAlpha().stats()).channels.map(({ mean }) => Math.round(mean));
  const isMostly = async (channel: number): Promise<boolean> => {
    const means = await colour();
    return (means[channel] as number) > 120 && means.every((mean, i) => i === channel || mean < 60);
  };

  it('is drawn anew; a fault is told to the panel with its line, and the last good one goes on', async () => {
    await expect.poll(() => isMostly(0), PATIENCE).toBe(true);
    save('grade', paint('0.0, 1.0, 0.0'));
    await expect.poll(() => isMostly(1), PATIENCE).toBe(true);
    save('grade', paint('0.0, missing, 1.0'));
    await expect.poll(toasts, PATIENCE).toMatch(/shaders\/grade\.frag does not compile: line 3: .*missing.*its last good version goes on/);
    expect(await isMostly(1)).toBe(true);
    save('grade', paint('0.0, 0.0, 1.0'));
    await expect.poll(() => isMostly(2), PATIENCE).toBe(true);
  }, 180_000);

  it('joins the table when it is new, and is checked though nothing shows it', async () => {
    save('spot-generator', fixture('spot-generator').source);
    await expect.poll(() => panel.evaluate(() => document.querySelector('[data-path="/look/spot-generator/size"]') !== null), PATIENCE).toBe(true);
    save('spot-generator', `${fixture('spot-generator').source}\nfloat more = ;`);
    await expect.poll(toasts, PATIENCE).toMatch(/spot-generator\.frag does not compile: line 1\d: .*not in use now/);
  }, 180_000);
});
