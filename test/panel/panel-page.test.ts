/** The panel page in a real Chromium: faders, pads, echoes, the beat lamp, grid correction, storyboard. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchTestBrowser } from '../helpers/browser.ts';
import { StageShow } from '../helpers/stage-show.ts';

const SCENE = { id: 'a', start: 0, end: 8, label: 'A', kind: 'intro', prompt: 'deep space nebula', seed: 1, locked: false, picture: '' };

let browser: Browser;
let show: StageShow;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  browser = await launchTestBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  show = await StageShow.start({ ahead: 0, scenes: [SCENE], keepers: [{ id: 7, prompt: 'aurora', seed: 3, picture: '', safe: false }] });
  page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(`${show.server.url}/panel`);
  await page.waitForSelector('.upright');
});
afterEach(async () => {
  await page.close();
  await show.close();
  expect(faults.splice(0)).toEqual([]);
});

const faderText = (path: string): Promise<string | null> => page.textContent(`.upright[data-path="${path}"] .fader-value`);

describe('the panel', () => {
  it('shows the eight faders of the table in order, and the whole table on Mix', async () => {
    const labels = await page.$$eval('.upright .fader-label', (all) => all.map(({ textContent }) => textContent));
    expect(labels).toEqual(['Speed', 'Pulse', 'Noise', 'Palette', 'Looks', 'Zoom', 'Master', 'Fade']);
    expect(await page.isVisible('[data-path="/look/bloom/radius"]')).toBe(false);
    await page.click('.tab >> text=Mix');
    expect(await page.isVisible('[data-path="/look/bloom/radius"]')).toBe(true);
  });

  it('moves a fader by dragging, is not pulled back meanwhile, and goes home on a double click', async () => {
    const box = await page.locator('.upright[data-path="/walk/speed"] .fader-track').boundingBox();
    if (box === null) throw new Error('no fader');
    const x = box.x + box.width / 2;
    await page.mouse.move(x, box.y + box.height * 0.7);
    await page.mouse.down();
    await page.mouse.move(x, box.y + box.height * 0.2, { steps: 8 });
    await expect.poll(() => Number(show.values['/walk/speed'])).toBeCloseTo(3, 1);
    show.broadcast({ type: 'values', values: { '/walk/speed': 0.2, '/stage/master': 0.4 }, source: 'osc' });
    await expect.poll(() => faderText('/stage/master')).toBe('40 %');
    expect(Number(await faderText('/walk/speed'))).toBeCloseTo(3, 1);
    await page.mouse.up();
    await page.locator('.upright[data-path="/walk/speed"] .fader-track').dblclick();
    await expect.poll(() => show.values['/walk/speed']).toBe(1);
  });

  it('shows what comes in, and arms what is touched while learning', async () => {
    show.broadcast({ type: 'controllers', controllers: [{ name: 'nanoKONTROL2', isPage: false, bindings: [{ source: 'cc 1 0', path: '/walk/speed' }] }], armed: null });
    show.broadcast({ type: 'monitor', entries: [{ via: 'midi', from: 'nanoKONTROL2', what: 'cc 1 0', value: '0.50', path: '/walk/speed' }, { via: 'midi', from: 'nanoKONTROL2', what: 'cc 1 23', value: '0.71', path: null }, { via: 'osc', from: '127.0.0.1:5', what: '/walk/sped', value: '1', path: null }] });
    await page.click('.tab >> text=Gear');
    await page.waitForSelector('.monitor .line.unmapped');
    expect(await page.$$eval('.monitor .line', (all) => all.map(({ textContent }) => textContent))).toEqual(['osc/walk/sped1unknown', 'midicc 1 230.71learn', 'midicc 1 00.50/walk/speed']);
    show.broadcast({ type: 'telemetry', telemetry: { bufferSeconds: 2, picturesPerSecond: 9, lateFrames: 0, generation: 1, subdivision: 4, provider: 'cpu', oscReceived: 1234, oscBad: 5, clients: 1 } });
    await expect.poll(() => page.textContent('.counters')).toBe('1,234 messages understood, 5 were junk or moved nothing');
    await page.click('.monitor .link');
    await page.click('.tab >> text=Play');
    await page.click('.upright[data-path="/stage/master"] .fader-track');
    await expect.poll(() => show.messages('learn')).toEqual([{ type: 'learn', action: 'arm', path: '/stage/master' }]);
    expect(show.messages('value').map(({ path }) => path)).not.toContain('/stage/master');
    show.broadcast({ type: 'controllers', controllers: [], armed: '/stage/master' });
    await page.click('.tab >> text=Gear');
    await expect.poll(() => page.textContent('.controllers .hint')).toBe('/stage/master: move a control of your controller.');
    show.broadcast({ type: 'controllers', controllers: [], armed: null });
    await expect.poll(() => page.isVisible('.controllers .hint')).toBe(false);
  });

  it('fires pads on press and lights toggles', async () => {
    await page.click('.safety [data-path="/tempo/tap"]');
    await page.click('.safety [data-path="/keep"]');
    await expect.poll(() => show.messages('trigger').map(({ path }) => path)).toEqual(['/tempo/tap', '/keep']);
    await page.click('[data-path="/stage/blackout"]');
    await expect.poll(() => show.values['/stage/blackout']).toBe(true);
    expect(await page.getAttribute('[data-path="/stage/blackout"]', 'aria-pressed')).toBe('true');
    await page.click('.keeper-go');
    await expect.poll(() => show.messages('trigger').at(-1)).toMatchObject({ path: '/keep/go', args: [7, 4] });
    await page.keyboard.press('l');
    await expect.poll(() => show.messages('trigger').at(-1)).toMatchObject({ path: '/transport/loop/bars', args: [4] });
    show.broadcast({ type: 'values', values: { '/transport/loop/out': 8, '/transport/loop': true }, source: 'show' });
    await expect.poll(async () => (await page.keyboard.press('l'), show.messages('value').at(-1))).toMatchObject({ path: '/transport/loop', value: false });
  });

  it('lights the lamp of the beat that plays', async () => {
    show.transport.setClock('free', performance.now());
    show.transport.play(performance.now());
    show.tell();
    const { glows, most } = await page.evaluate(async () => {
      const glows = [0, 0, 0, 0];
      let most = 0;
      for (const end = performance.now() + 4200; performance.now() < end; ) {
        await new Promise(requestAnimationFrame);
        const now = [...document.querySelectorAll<HTMLElement>('.lamp')].map((lamp) => Number(lamp.style.getPropertyValue('--glow')));
        now.forEach((glow, i) => (glows[i] = Math.max(glows[i] ?? 0, glow)));
        most = Math.max(most, now.filter((glow) => glow > 0).length);
      }
      return { glows, most };
    });
    for (const glow of glows) expect(glow).toBeGreaterThan(0.2);
    expect(most).toBe(1);
  });

  it('says what the machine does', async () => {
    show.broadcast({ type: 'telemetry', telemetry: { bufferSeconds: 0.3, picturesPerSecond: 8.25, lateFrames: 2, generation: 1, subdivision: 4, provider: 'cpu', oscReceived: 12, oscBad: 3, clients: 1 } });
    await page.waitForSelector('.gauge-buffer.lack');
    expect(await page.$$eval('.machine .gauge b', (all) => all.map(({ textContent }) => textContent).slice(0, 3))).toEqual(['0.3 s', '8.3', '2']);
  });

  it('says beside the clock how far the light of a beat is from its sound, once a stage has said', async () => {
    const tell = (beatToLightMs?: number): void => show.broadcast({ type: 'telemetry', telemetry: { bufferSeconds: 5, picturesPerSecond: 16, lateFrames: 0, generation: 1, subdivision: 4, provider: 'cpu', oscReceived: 0, oscBad: 0, clients: 2, ...(beatToLightMs === undefined ? {} : { beatToLightMs }) } });
    tell();
    await expect.poll(() => page.textContent('.gauge-buffer b')).toBe('5.0 s');
    expect(await page.isVisible('.gauge-beattolight')).toBe(false);
    tell(17.6);
    await expect.poll(() => page.textContent('.gauge-clock + .gauge-beattolight b')).toBe('18 ms');
    expect(await page.getAttribute('.gauge-beattolight', 'class')).not.toContain('worry');
    tell(30);
    await page.waitForSelector('.gauge-beattolight.worry:not(.lack)');
    tell(60);
    await page.waitForSelector('.gauge-beattolight.lack');
  });

  it('seeks by a tap on the waveform; in grid mode a tap is the downbeat and a drag moves the beats', async () => {
    await expect.poll(() => page.inputValue('.bpm')).toBe('124');
    const box = await page.locator('.waveform').boundingBox();
    if (box === null) throw new Error('no waveform');
    await page.mouse.click(box.x + box.width / 2, box.y + 40);
    await expect.poll(() => Number(show.values['/transport/position'])).toBeCloseTo(show.timeline.duration / 2, 0);
    await page.click('.tab >> text=Track');
    await page.click('text=Correct beats');
    await page.mouse.click(box.x + box.width / 4, box.y + 40);
    await page.mouse.move(box.x + 300, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 340, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => show.messages('grid').map(({ action }) => action)).toEqual(['downbeat', 'shift']);
    const bars8 = (60 / 124) * 32;
    expect(show.messages('grid')[1]?.value).toBeCloseTo((40 / box.width) * bars8, 2);
  });

  it('edits, re-rolls and locks a scene, and asks for a render in the chosen shape', async () => {
    await page.click('.tab >> text=Track');
    await page.fill('.scene-prompt', 'stained glass');
    await page.press('.scene-prompt', 'Enter');
    await page.click('.scene-tools button >> nth=0');
    await page.click('.scene-tools button >> nth=1');
    await expect.poll(() => show.messages('scene').map(({ action, prompt }) => [action, prompt])).toEqual([['edit', 'stained glass'], ['reroll', ''], ['lock', '']]);
    await page.click('text=9:16');
    await page.click('text=Render video');
    await expect.poll(() => show.messages('render').map(({ action, aspect }) => [action, aspect])).toEqual([['estimate', '9:16'], ['start', '9:16']]);
    show.broadcast({ type: 'render', progress: { id: 'r', state: 'running', framesDone: 50, framesTotal: 200, framesPerSecond: 9.5, secondsLeft: 900, url: '', message: '' } });
    await page.waitForSelector('text=50 of 200 pictures · 9.5 a second · 15 min left');
    show.broadcast({ type: 'render', progress: { id: 'r', state: 'done', framesDone: 200, framesTotal: 200, framesPerSecond: 9.5, secondsLeft: 0, url: '/api/renders/r', message: '' } });
    await page.waitForSelector('a[href="/api/renders/r"]');
  });

  it('loads a preset and saves under a name', async () => {
    await page.click('text=Neon Drive');
    await page.click('.tab >> text=Gear');
    await page.fill('[aria-label="Name for saving"]', 'mine');
    await page.click('text=Save preset');
    await expect.poll(() => show.values['/preset/load']).toBe('Neon Drive');
    await expect.poll(() => show.messages('savePreset')[0]).toMatchObject({ name: 'mine' });
  });
});
