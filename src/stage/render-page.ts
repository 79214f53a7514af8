/**
 * The stage stepped from outside for the exporter (?render=1): `window.latentbeatRender`, contract in src/README.md.
 * Show time is the only clock here; effect memory advances by 1/fps.
 */

import type { Milliseconds, Seconds } from '../base/units.ts';
import type { Painter } from './painter.ts';
import type { ShowSession } from './show-session.ts';
import type { StageLoop } from './stage-loop.ts';

export interface RenderContract {
  ready(): Promise<void>;
  step(timeSeconds: Seconds): Promise<void>;
  readPixels(): Uint8Array;
  readBase64(): string;
  stepAndPost(timeSeconds: Seconds, url: string): Promise<void>;
}

const WAIT_FOR_FRAMES: Milliseconds = 120_000;
const LOOK_AGAIN: Milliseconds = 2;

export function createRenderContract(session: ShowSession, painter: Painter, loop: StageLoop, fps: number): RenderContract {
  const isReady = (): boolean => session.show !== null && (session.timeline !== null || session.isLive);
  let waited = false;
  const step = async (time: Seconds): Promise<void> => {
    const end = session.show?.duration ?? Infinity;
    await waitUntil(() => session.frames.covers(time, end), `no generated picture came for ${time.toFixed(3)} s within ${WAIT_FOR_FRAMES / 1000} s`);
    loop.drawStep(time, 1 / fps, time);
    if (waited) return;
    // A logo is asked for by the first step; that step is drawn again once it is there.
    waited = true;
    await loop.dressed;
    loop.drawStep(time, 0, time);
  };
  return {
    ready: () => waitUntil(isReady, 'the show was not opened by the server'),
    step,
    readPixels: () => painter.readPixels(),
    readBase64: () => toBase64(painter.readPixels()),
    stepAndPost: async (time, url) => {
      await step(time);
      const response = await fetch(url, { method: 'POST', mode: 'cors', headers: { 'content-type': 'text/plain' }, body: painter.readPixels() as Uint8Array<ArrayBuffer> });
      if (!response.ok) throw new Error(`the exporter did not take a picture (HTTP ${response.status})`);
    },
  };
}

async function waitUntil(isTrue: () => boolean, fault: string): Promise<void> {
  const begun = performance.now();
  while (!isTrue()) {
    if (performance.now() - begun > WAIT_FOR_FRAMES) throw new Error(fault);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
  }
}

function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(pieces.join(''));
}
