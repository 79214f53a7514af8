/** A session on a real socket with the fake pipeline, and pages that join it; all closed by `cleanStages`. */

import { createHash } from 'node:crypto';

import { expect } from 'vitest';
import { Session, type SessionOptions } from '../../src/server/session.ts';
import { startServer, type RunningServer } from '../../src/server/web/server.ts';
import type { OpenShow } from '../../src/server/open-show.ts';
import { TestPage } from './fixtures.ts';
import { makeShow, makeTools } from './show-fixture.ts';

const now = (): number => performance.now();
const cleaners: (() => unknown)[] = [];

export async function cleanStages(): Promise<void> {
  for (const clean of cleaners.splice(0).reverse()) await clean();
}

export interface TestStage {
  readonly session: Session;
  readonly server: RunningServer;
  readonly show: OpenShow;
  readonly echoes: [string, unknown][];
  /** Joins as a panel. */
  readonly panel: TestPage;
}

export async function putOnStage(options: Partial<SessionOptions> = {}, show: OpenShow = makeShow()): Promise<TestStage> {
  const session = new Session({ now, tools: makeTools(), version: '0', provider: 'cpu', freeClock: true, uploadFolder: '', thumbnailFolder: '', notice: () => undefined, ...options });
  const server = await startServer({ host: session, port: 0, now });
  session.attach(server);
  const echoes: [string, unknown][] = [];
  session.attachLink({ echo: (path, value) => void echoes.push([path, value]), counters: { packets: 0, received: 0, bad: 0, late: 0, refused: 0 } });
  const timer = setInterval(() => session.tend(), 50);
  cleaners.push(() => server.close(), () => session.close(), () => clearInterval(timer));
  session.open(show);
  const panel = await TestPage.join(server.url, { role: 'panel', canPlaySound: false });
  cleaners.push(() => panel.close());
  return { session, server, show, echoes, panel };
}

export const trigger = (page: TestPage, path: string, ...args: (string | number | boolean)[]): void => page.send({ type: 'trigger', path, args, source: 'panel' });
export const set = (page: TestPage, path: string, value: string | number | boolean): void => page.send({ type: 'value', path, value, source: 'panel' });

const hashOf = (pixels: Uint8Array): string => createHash('sha256').update(pixels).digest('hex');

/** What the pages got last is what a fresh show with the same log draws. */
export async function expectSameFrames({ show, session, panel }: TestStage): Promise<void> {
  await panel.until(() => panel.frames.filter(({ header }) => header.generation === session.state().generation).length > 12, 60_000);
  const seen = new Map(panel.frames.filter(({ header }) => header.generation === session.state().generation).map(({ header, payload }) => [header.tick, hashOf(payload)]));
  const again = makeShow();
  for (const change of show.log.changes) again.score.apply(change);
  const ticks = [...seen.keys()];
  await again.walk.prepare(Math.min(...ticks), Math.max(...ticks) + 1);
  const drawn = await Promise.all(ticks.map(async (tick) => [tick, hashOf((await again.pipeline.draw(again.walk.pointAt(tick))).pixels)] as const));
  expect(new Map(drawn)).toEqual(seen);
}
