/**
 * Video frames from the stage page itself, in a browser without a window: a private server, the same page as on stage, stepped
 * frame by frame (src/README.md, "Render contract"). The next picture is drawn by the model while the page paints this one.
 */

import type { Browser, Page } from 'playwright-core';
import type { Frame, WalkPlan } from '../ahead/types.ts';
import { UserError } from '../base/errors.ts';
import { secondsOfTick, type Seconds, type Tick } from '../base/units.ts';
import type { Pipeline } from '../diffusion/types.ts';
import type { ShowHost, Welcome } from '../server/web/host.ts';
import { startServer, type RunningServer } from '../server/web/server.ts';
import { launchBrowser } from './browser.ts';
import type { FrameMaker } from './export.ts';
import { openPixelCollector, type PixelCollector } from './pixel-collector.ts';

export interface StageFramesRequest {
  readonly browserPath: string;
  /** Folder of the built pages (dist/web). */
  readonly webRoot: string;
  /** Logos of the overlay. */
  readonly overlayFolder?: string;
  readonly welcome: Welcome;
  readonly timelineBytes: Uint8Array;
  readonly plan: WalkPlan;
  readonly pipeline: Pipeline;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly frames: number;
  /** Show time of a video frame. */
  readonly timeOf: (index: number) => Seconds;
  readonly tickOf: (index: number) => Tick;
  readonly now: () => number;
}

/** Seconds that the page runs unseen before a resumed or late start, so that effects with memory have settled. */
const PREROLL_SECONDS = 2;
const PREPARE_TICKS = 480;

/** Calls in the page; `latentbeatRender` is the stage's own object. */
interface RenderPage {
  latentbeatRender: { ready(): Promise<void>; step(time: number): Promise<void>; stepAndPost(time: number, url: string): Promise<void> };
}

/** Opens server, browser and page; throws UserError 'device' when the page does not come up. */
export async function openStageFrames(request: StageFramesRequest): Promise<FrameMaker> {
  const source = new FrameSource(request);
  const server = await startServer({ host: hostFor(request, source), port: 0, now: request.now, webRoot: request.webRoot, ...(request.overlayFolder === undefined ? {} : { overlayFolder: request.overlayFolder }) });
  const collector = await openPixelCollector(request.width * request.height * 4);
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await collector.close();
    await server.close();
  };
  try {
    browser = await launchBrowser(request.browserPath);
    const page = await openPage(browser, server, request);
    source.onFrame = (frame) => server.sendFrame(frame, 0);
    return new StageFrames(request, source, page, collector, close);
  } catch (error) {
    await close();
    throw new UserError('device', `the browser at ${request.browserPath} could not show the stage: use --plain to render without it, or name another in LATENTBEAT_BROWSER`, { cause: error });
  }
}

async function openPage(browser: Browser, server: RunningServer, request: StageFramesRequest): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: request.width, height: request.height }, deviceScaleFactor: 1 });
  await page.goto(`${server.url}/?render=1&width=${request.width}&height=${request.height}&fps=${request.fps}`);
  await page.waitForFunction(() => 'latentbeatRender' in globalThis);
  await page.evaluate(() => (globalThis as unknown as RenderPage).latentbeatRender.ready());
  return page;
}

class StageFrames implements FrameMaker {
  readonly #request: StageFramesRequest;
  readonly #source: FrameSource;
  readonly #page: Page;
  readonly #collector: PixelCollector;
  readonly #close: () => Promise<void>;
  #next = -1;

  constructor(request: StageFramesRequest, source: FrameSource, page: Page, collector: PixelCollector, close: () => Promise<void>) {
    this.#request = request;
    this.#source = source;
    this.#page = page;
    this.#collector = collector;
    this.#close = close;
  }

  async frame(index: number): Promise<Uint8Array> {
    if (index !== this.#next) await this.#preroll(index);
    this.#next = index + 1;
    const pixels = this.#collector.next();
    const time = this.#request.timeOf(index);
    const painted = this.#page.evaluate(([at, url]) => (globalThis as unknown as RenderPage).latentbeatRender.stepAndPost(at, url), [time, this.#collector.url] as const);
    const [bytes] = await Promise.all([pixels, painted, this.#source.sendUpTo(index + 1)]);
    return bytes;
  }

  async #preroll(index: number): Promise<void> {
    const first = Math.max(0, index - Math.round(PREROLL_SECONDS * this.#request.fps));
    this.#source.restart(first);
    for (let i = first; i < index; i++) {
      const painted = this.#page.evaluate((at) => (globalThis as unknown as RenderPage).latentbeatRender.step(at), this.#request.timeOf(i));
      await Promise.all([painted, this.#source.sendUpTo(i + 1)]);
    }
    await this.#source.sendUpTo(index);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** Draws the frames of the video in order and hands them on, each once. */
class FrameSource {
  onFrame: (frame: Frame) => void = () => {};
  newest: Frame | null = null;
  readonly #request: StageFramesRequest;
  #sent = 0;
  #preparedTo = -1;

  constructor(request: StageFramesRequest) {
    this.#request = request;
  }

  restart(index: number): void {
    this.#sent = index;
  }

  /** Sends all frames up to `index`; one past the end closes the range for the page. */
  async sendUpTo(index: number): Promise<void> {
    for (; this.#sent <= Math.min(index, this.#request.frames); this.#sent++) {
      this.newest = await this.#draw(this.#sent);
      this.onFrame(this.newest);
    }
  }

  async #draw(index: number): Promise<Frame> {
    const { plan, pipeline, tickOf, frames } = this.#request;
    const tick = tickOf(index);
    if (tick >= this.#preparedTo) {
      this.#preparedTo = Math.min(tick + PREPARE_TICKS, tickOf(frames) + 1);
      await plan.prepare(tick, this.#preparedTo);
    }
    const picture = await pipeline.draw(plan.pointAt(tick));
    const cut = index > 0 && plan.isCutAt(tickOf(index - 1), tick);
    return { tick, due: secondsOfTick(tick), height: picture.height, width: picture.width, pixels: picture.pixels, cost: picture.cost, generation: 0, cut };
  }
}

/** The host of one page that is stepped by hand: nothing moves on its own. */
function hostFor(request: StageFramesRequest, source: FrameSource): ShowHost {
  const { welcome, pipeline, now } = request;
  const started = now();
  return {
    health: () => ({ ok: true, version: '', model: pipeline.card.id, provider: pipeline.card.provider, track: welcome.show.track, uptimeSeconds: (now() - started) / 1000 }),
    state: () => ({ showTimeSeconds: 0, beat: 0, bar: 0, tempo: 0, clockSource: 'render', bufferSeconds: 0, picturesPerSecond: 0, lateFrames: 0, generation: 0, parameters: welcome.values }),
    welcome: () => welcome,
    timelineBytes: () => request.timelineBytes,
    pcmPath: () => null,
    picture: async () => null,
    download: () => null,
    newestFrame: () => source.newest,
    bufferedFrames: () => [],
    joined: () => {},
    left: () => {},
    receive: () => {},
    receiveSound: () => {},
  };
}
