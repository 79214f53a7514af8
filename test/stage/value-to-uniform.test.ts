/** A value that comes in is in a uniform by the next display frame, counted in frames and not in milliseconds. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchTestBrowser } from '../helpers/browser.ts';
import { StageShow } from '../helpers/stage-show.ts';

const PATH = '/look/kaleidoscope/amount';
const CHANGES = 6;

interface Watched {
  /** Display frames so far, told by their time stamps. */
  frame: number;
  /** Frame in which the last value message came; −1: the uniform has it. */
  messageIn: number;
  /** Frames from message to uniform. */
  waits: number[];
}

let browser: Browser;
let show: StageShow;
beforeAll(async () => {
  browser = await launchTestBrowser();
  show = await StageShow.start({ lookChain: ['kaleidoscope'] });
});
afterAll(async () => {
  await browser.close();
  await show.close();
});

/** Runs in the page before its own script: counts frames, notes messages, sees uniforms being set. */
function watch(path: string): void {
  const watched: Watched = { frame: 0, messageIn: -1, waits: [] };
  Object.assign(window, { watched });
  let stamp = -1;
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => request((now) => {
    if (now !== stamp) watched.frame++;
    stamp = now;
    callback(now);
  });
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string' && data.includes('"values"') && data.includes(path) && !data.includes('"hello"')) watched.messageIn = watched.frame;
      });
    }
  };
  const names = new WeakMap<WebGLUniformLocation, string>();
  const last = new WeakMap<WebGLUniformLocation, number>();
  const context = HTMLCanvasElement.prototype;
  const open = Reflect.get(context, 'getContext') as (this: HTMLCanvasElement, kind: string, options: unknown) => unknown;
  Object.assign(context, { getContext(this: HTMLCanvasElement, kind: string, options: unknown): unknown {
    const made = open.call(this, kind, options);
    return made instanceof WebGL2RenderingContext ? watchUniforms(made) : made;
  } });
  function watchUniforms(gl: WebGL2RenderingContext): WebGL2RenderingContext {
    const locate = gl.getUniformLocation.bind(gl);
    const set = gl.uniform1f.bind(gl);
    gl.getUniformLocation = (program, name) => {
      const location = locate(program, name);
      if (location !== null) names.set(location, name);
      return location;
    };
    gl.uniform1f = (location, value) => {
      set(location, value);
      if (location === null || names.get(location) !== 'amount') return;
      if (watched.messageIn >= 0 && last.get(location) !== value) {
        watched.waits.push(watched.frame - watched.messageIn);
        watched.messageIn = -1;
      }
      last.set(location, value);
    };
    return gl;
  }
}

it('sets the uniform in the first display frame after the message', async () => {
  const page = await browser.newPage({ viewport: { width: 160, height: 90 } });
  await page.addInitScript(watch, PATH);
  await page.goto(`${show.server.url}/?obs=1&quality=fixed`);
  show.transport.setClock('free', performance.now());
  show.transport.play(performance.now());
  show.tell();
  await page.waitForFunction('window.latentbeatProbe?.displayFrames > 3');
  for (let i = 0; i < CHANGES; i++) {
    show.setValue(PATH, i % 2 === 0 ? 0.9 : 0.2);
    await page.waitForFunction((count) => (window as unknown as { watched: Watched }).watched.waits.length > count, i);
  }
  const { waits } = await page.evaluate(() => (window as unknown as { watched: Watched }).watched);
  expect(waits).toEqual(Array.from({ length: CHANGES }, () => 1));
}, 60_000);
