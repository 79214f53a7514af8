/** A show on stage, through a real socket with the fake pipeline: frames in time, controls, storyboard, keepers, live input. */

import { createHash } from 'node:crypto';

import { afterEach, describe, expect, it } from 'vitest';

import { encodeHop } from '../../src/protocol/hop.ts';
import { startServer, type RunningServer } from '../../src/server/web/server.ts';
import { Session, type SessionOptions } from '../../src/server/session.ts';
import { TestPage } from './fixtures.ts';
import { correctTimeline } from '../../src/analysis/corrections.ts';
import type { OpenShow, ShowTools } from '../../src/server/open-show.ts';
import type { Timeline } from '../../src/timeline/timeline.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';
import { makeLiveShow, makeShow, makeTools, PRESETS, type FixtureOptions } from './show-fixture.ts';

const now = (): number => performance.now();
const cleaners: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaners.splice(0).reverse()) await clean();
});

interface Stage {
  readonly session: Session;
  readonly server: RunningServer;
  readonly echoes: [string, unknown][];
}

async function putOnStage(options: Partial<SessionOptions> = {}, show: FixtureOptions = {}): Promise<Stage> {
  const session = new Session({ now, tools: makeTools(), version: '0', provider: 'cpu', freeClock: true, uploadFolder: '', thumbnailFolder: '', notice: () => undefined, ...options });
  const server = await startServer({ host: session, port: 0, now });
  session.attach(server);
  const echoes: [string, unknown][] = [];
  session.attachLink({ echo: (path, value) => void echoes.push([path, value]), counters: { packets: 0, received: 7, bad: 2, late: 0, refused: 0 } });
  const timer = setInterval(() => session.tend(), 50);
  cleaners.push(() => server.close(), () => session.close(), () => clearInterval(timer));
  session.open(makeShow(show));
  return { session, server, echoes };
}

async function join(server: RunningServer, ...rest: Parameters<typeof TestPage.join> extends [string, ...infer R] ? R : never): Promise<TestPage> {
  const page = await TestPage.join(server.url, ...rest);
  cleaners.push(() => page.close());
  return page;
}

const hashesOf = (page: TestPage): Set<string> => new Set(page.frames.map(({ payload }) => createHash('sha256').update(payload).digest('hex')));

describe('a show on the free clock', () => {
  it('sends frames ahead of their time, none late, and tells how it goes', async () => {
    const { server, session } = await putOnStage();
    const page = await join(server);
    await page.until(() => (page.find('telemetry')?.telemetry.bufferSeconds ?? 0) > 1.5);
    const from = session.state().showTimeSeconds;
    await page.until(() => session.state().showTimeSeconds > from + 1.5);
    expect(page.find('transport')?.transport).toMatchObject({ playing: true, clockSource: 'track', tempo: 124 });
    expect(page.find('telemetry')?.telemetry).toMatchObject({ lateFrames: 0, oscReceived: 7, oscBad: 2, clients: 1 });
    expect(hashesOf(page).size).toBeGreaterThan(15);
    expect(session.health()).toMatchObject({ ok: true, model: 'fake', track: null });
  });

  it('plays on the beginning of a long track, and takes over the whole timeline when it is heard', async () => {
    let resolve: (timeline: Timeline) => void = () => undefined;
    const promise = new Promise<Timeline>((settle) => (resolve = settle));
    const whole = syntheticTimeline();
    const restage = (show: OpenShow, { timeline }: { timeline: Timeline }): OpenShow => ({ ...makeShow({ timeline }), title: show.title, whole: undefined });
    const { server, session } = await putOnStage({ tools: makeTools({ restage }) });
    const page = await join(server);
    session.open({ ...makeShow({ timeline: { ...whole, events: [], knownUntil: 8 } }), whole: promise });
    await page.until(() => (page.find('telemetry')?.telemetry.bufferSeconds ?? 0) > 1);
    const url = page.find('show')?.show.timelineUrl;
    const from = session.state().showTimeSeconds;
    resolve(whole);
    await page.until(() => page.find('show')?.show.timelineUrl !== url);
    expect(session.state().showTimeSeconds).toBeGreaterThanOrEqual(from);
    await page.until(() => session.state().showTimeSeconds > from + 1);
    expect(session.health().ok).toBe(true);
  });

  it('keeps the buffer of frames for a page that joins late', async () => {
    const { server, session } = await putOnStage();
    await session.buffered(2);
    const page = await join(server);
    await page.until(() => page.frames.length >= 10);
    const ticks = page.frames.slice(0, 10).map(({ header }) => header.tick);
    expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
    expect(page.find('hello')?.show.presets).toEqual([{ name: 'First', intent: 'First of two' }, { name: 'Second', intent: 'Second of two' }]);
  });
});

describe('the sound page', () => {
  it('is awaited with a full buffer, leads, and is followed by the next when it leaves', async () => {
    const { server, session } = await putOnStage({ freeClock: false });
    const panel = await join(server, { role: 'panel' });
    const first = await join(server);
    const second = await join(server);
    await session.buffered(2);
    const id = first.find('hello')?.clientId;
    panel.send({ type: 'value', path: '/transport/play', value: true, source: 'panel' });
    await panel.until(() => panel.find('transport')?.transport.playing === true);
    expect(panel.find('transport')?.transport).toMatchObject({ soundPage: id, showTime: 0 });
    expect(session.state().showTimeSeconds).toBe(0);
    second.send({ type: 'clock', showTime: 9, at: now(), outputLatency: 0, playing: true });
    first.send({ type: 'clock', showTime: 0.5, at: now(), outputLatency: 0.02, playing: true });
    await panel.until(() => session.state().showTimeSeconds > 0.55);
    expect(session.state().showTimeSeconds).toBeLessThan(3);
    first.close();
    await panel.until(() => panel.find('transport')?.transport.soundPage === second.find('hello')?.clientId);
    const at = session.state().showTimeSeconds;
    await panel.until(() => session.state().showTimeSeconds > at + 0.1);
  });

  it('jumps on a seek, and all schedules made before are void', async () => {
    const { server, session } = await putOnStage();
    const page = await join(server);
    const epoch = page.find('hello')?.transport.epoch ?? 0;
    page.send({ type: 'value', path: '/transport/position', value: 30, source: 'panel' });
    await page.until(() => page.frames.some(({ header }) => header.due >= 30 && header.epoch === ((epoch + 1) & 0xffff)));
    expect(session.state().showTimeSeconds).toBeGreaterThanOrEqual(30);
    expect(page.find('transport')?.transport.epoch).toBe(epoch + 1);
  });
});

describe('controls', () => {
  it('move the walk from a tick that can still be met, and are told to everyone else', async () => {
    const { server, session, echoes } = await putOnStage();
    const mover = await join(server);
    const other = await join(server, { role: 'panel' });
    await session.buffered(1.5);
    const before = session.state().generation;
    mover.send({ type: 'value', path: '/walk/speed', value: 9, source: 'panel' });
    await other.until(() => other.find('values') !== undefined);
    expect(other.find('values')).toEqual({ type: 'values', values: { '/walk/speed': 4 }, source: 'panel' });
    expect(mover.find('values')).toBeUndefined();
    expect(echoes).toEqual([['/walk/speed', 4]]);
    await other.until(() => other.frames.some(({ header }) => header.generation > before));
    expect(session.state().parameters['/walk/speed']).toBe(4);
  });

  it('sweep at 60 Hz without a late frame or a flood', async () => {
    const { server, session } = await putOnStage();
    const mover = await join(server);
    const other = await join(server, { role: 'panel' });
    await session.buffered(1.5);
    const moves = 60;
    for (let i = 0; i < moves; i++) {
      mover.send({ type: 'value', path: '/walk/noise', value: (i % 20) / 10, source: 'panel' });
      await new Promise((resolve) => setTimeout(resolve, 1000 / 60));
    }
    mover.send({ type: 'value', path: '/walk/noise', value: 1.25, source: 'panel' });
    await other.until(() => other.find('values')?.values['/walk/noise'] === 1.25);
    const told = other.messages.filter(({ type }) => type === 'values').length;
    expect(told).toBeGreaterThan(10);
    expect(told).toBeLessThanOrEqual(moves);
    expect(session.state().lateFrames).toBe(0);
  });

  it('answer what cannot be with one sentence', async () => {
    const { server } = await putOnStage();
    const page = await join(server);
    page.send({ type: 'value', path: '/walk/sped', value: 1, source: 'panel' });
    await page.until(() => page.find('notice') !== undefined);
    expect(page.find('notice')?.text).toBe('There is no parameter /walk/sped: did you mean /walk/speed?');
    page.send({ type: 'trigger', path: '/walk/speed', args: [], source: 'panel' });
    await page.until(() => page.find('notice')?.text.includes('not a trigger') === true);
    page.send({ type: 'trigger', path: '/keep/go', args: [5, 4], source: 'panel' });
    await page.until(() => page.find('notice')?.text.includes('There is no keeper 5') === true);
  });

  it('move the beat of a track that plays: twice the tempo from the next beat on, saved with the show, without a jump', async () => {
    const layBeats: ShowTools['layBeats'] = (timeline, beats) => correctTimeline(timeline, { beats });
    let saved: OpenShow | undefined;
    const saveShow: ShowTools['saveShow'] = (show) => Promise.resolve(((saved = show), 'x.show.json'));
    const restage: ShowTools['restage'] = (show, { timeline }) => ({ ...makeShow({ timeline }), title: show.title });
    const { server, session } = await putOnStage({ tools: makeTools({ layBeats, restage, saveShow }) });
    const page = await join(server);
    await page.until(() => (page.find('telemetry')?.telemetry.bufferSeconds ?? 0) > 1);
    expect(session.state()).toMatchObject({ tempo: 124, clockSource: 'track' });
    page.send({ type: 'trigger', path: '/tempo/double', args: [], source: 'panel' });
    await page.until(() => session.state().clockSource === 'tap');
    await page.until(() => Math.abs(session.state().tempo - 248) < 1);
    const tick = session.state().showTimeSeconds * 120;
    await page.until(() => page.frames.filter(({ header }) => header.tick > tick && header.generation > 0).length > 20);
    page.send({ type: 'saveShow', name: 'x' });
    await page.until(() => saved !== undefined);
    expect(saved?.beatsByHand).toBe(true);
    expect(saved?.timeline.grid.tempo.at(-1)).toBeCloseTo(248, 0);
    expect(session.state().lateFrames).toBe(0);
  });

  it('load a preset at a bar, with its look', async () => {
    const { server, session } = await putOnStage();
    const page = await join(server);
    page.send({ type: 'value', path: '/preset/load', value: 'Second', source: 'panel' });
    await page.until(() => page.find('show')?.show.presetName === 'Second');
    expect(page.find('show')?.values['/look/hue']).toBe(0.2);
    expect(session.state().showTimeSeconds % (240 / 124)).toBeLessThan(0.5);
  });
});

describe('storyboard and keepers', () => {
  it('draws a picture for each scene, and another one for a re-roll', async () => {
    const { server } = await putOnStage();
    const page = await join(server);
    await page.until(() => page.find('storyboard')?.scenes.every(({ picture }) => picture !== '') === true);
    const scene = page.find('storyboard')?.scenes[0];
    const fetched = await fetch(`${server.url}${scene?.picture}`);
    expect([fetched.status, fetched.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    page.send({ type: 'scene', action: 'reroll', id: scene?.id ?? '', prompt: '' });
    await page.until(() => page.find('storyboard')?.scenes[0]?.seed !== scene?.seed && page.find('storyboard')?.scenes[0]?.picture !== '');
    page.send({ type: 'scene', action: 'edit', id: scene?.id ?? '', prompt: 'a lighthouse' });
    await page.until(() => page.find('storyboard')?.scenes[0]?.prompt === 'a lighthouse');
    expect(page.find('storyboard')?.scenes[0]?.locked).toBe(true);
  });

  it('keeps what is on screen, walks to it, pins it and lets it go', async () => {
    const { server, session } = await putOnStage();
    const page = await join(server);
    await session.buffered(1.5);
    page.send({ type: 'trigger', path: '/keep', args: [], source: 'key' });
    await page.until(() => (page.find('keepers')?.keepers.length ?? 0) === 1);
    const [keeper] = page.find('keepers')?.keepers ?? [];
    expect(PRESETS[0]?.prompts.map(({ text }) => text)).toContain(keeper?.prompt);
    expect((await fetch(`${server.url}${keeper?.picture}`)).status).toBe(200);
    const before = session.state().generation;
    page.send({ type: 'trigger', path: '/keep/go', args: [1, 4], source: 'panel' });
    await page.until(() => page.frames.some(({ header }) => header.generation > before));
    page.send({ type: 'keeper', action: 'pin', id: 1, sceneId: 'D1' });
    await page.until(() => page.find('storyboard')?.scenes.some(({ id, locked }) => id === 'D1' && locked) === true);
    page.send({ type: 'keeper', action: 'delete', id: 1, sceneId: '' });
    await page.until(() => page.find('keepers')?.keepers.length === 0);
  });
});

describe('live input', () => {
  it('takes over from the track, and gives the stage back', async () => {
    const live = makeLiveShow();
    const { server, session } = await putOnStage({ tools: makeTools({ openLive: () => live }) });
    const page = await join(server);
    page.send({ type: 'live', on: true, sampleRate: 48_000 });
    await page.until(() => page.find('show')?.show.title === 'Live');
    for (let i = 0; i < 60; i++) {
      page.socket.send(encodeHop({ first: i * 1024, at: Number.NaN, samples: new Float32Array(1024) }));
      await new Promise((resolve) => setTimeout(resolve, 21));
    }
    await page.until(() => (page.find('live')?.time ?? 0) > 1.2);
    // Hops that a busy machine brings late are replaced by silence: the count is what has to be right.
    expect(live.heard).toBeGreaterThanOrEqual(60 * 1024);
    expect(page.find('live')?.features).toEqual({ energy: 0.5, level: 0.8 });
    expect(page.messages.filter(({ type }) => type === 'live').length).toBeGreaterThan(20);
    expect(Math.abs(session.state().showTimeSeconds - 1.28)).toBeLessThan(0.5);
    // A page that crashes takes nothing with it: time runs on, and the next one goes on with the same show.
    page.socket.terminate();
    const { showTimeSeconds } = session.state();
    const second = await join(server);
    second.send({ type: 'live', on: true, sampleRate: 48_000 });
    await second.until(() => (second.find('live')?.time ?? 0) > showTimeSeconds + 1);
    expect(session.state().showTimeSeconds).toBeGreaterThan(showTimeSeconds + 1);
    second.send({ type: 'live', on: false, sampleRate: 48_000 });
    await second.until(() => second.find('show')?.show.title === 'Synthetic');
    await second.until(() => second.find('transport')?.transport.clockSource === 'track');
  });
});

describe('clocks of other machines', () => {
  it('MIDI clock leads the beat of live input, grid included; the nudge obeys', async () => {
    const live = makeLiveShow();
    const { server, session } = await putOnStage({ tools: makeTools({ openLive: () => live }) });
    const page = await join(server);
    page.send({ type: 'live', on: true, sampleRate: 48_000 });
    await page.until(() => page.find('show')?.show.title === 'Live');
    session.controllers.plug('drums');
    session.controllers.receiveBytes('drums', [0xfa]);
    let sent = 0;
    const started = performance.now();
    // Six beats are enough where time is kept; a busy machine bunches the pulses, and the clock waits until they are even.
    for (let pulse = 0; pulse < 24 * 6 || (session.state().clockSource !== 'midi' && pulse < 24 * 75);) {
      for (; pulse * (60_000 / (150 * 24)) <= performance.now() - started; pulse++) session.controllers.receiveBytes('drums', [0xf8]);
      page.socket.send(encodeHop({ first: sent++ * 960, at: Number.NaN, samples: new Float32Array(960) }));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(session.state().clockSource).toBe('midi');
    await page.until(() => page.find('live')?.tempo !== live.tracker.timeline.grid.tempo[0]);
    expect(live.led.grid).not.toBe(live.led.heardGrid);
    page.send({ type: 'trigger', path: '/tempo/later', args: [], source: 'panel' });
    await page.until(() => page.messages.some((message) => message.type === 'values' && message.values['/tempo/nudge'] === 10));
  });

  it('time code moves the track once it may', async () => {
    const { server, session } = await putOnStage();
    const page = await join(server);
    session.controllers.plug('tape');
    const address = (seconds: number): number[] => {
      const nibbles = [0, 0, seconds & 15, seconds >> 4, 0, 0, 0, 1 << 1];
      return nibbles.flatMap((nibble, piece) => [0xf1, (piece << 4) | nibble]);
    };
    session.controllers.receiveBytes('tape', address(5));
    await page.until(() => page.messages.some((message) => message.type === 'notice' && message.text.includes('/transport/timecode')));
    page.send({ type: 'value', path: '/transport/timecode', value: true, source: 'panel' });
    await page.until(() => session.values['/transport/timecode'] === true);
    session.controllers.receiveBytes('tape', [0xf0, 0x7f, 0x7f, 1, 1, 0x20, 0, 5, 0, 0xf7]);
    session.controllers.receiveBytes('tape', [0xf0, 0x7f, 0x7f, 1, 1, 0x20, 0, 5, 1, 0xf7]);
    await page.until(() => page.find('transport')?.transport.clockSource === 'timecode' || session.state().showTimeSeconds > 4.9);
    expect(session.state().showTimeSeconds).toBeGreaterThan(4.9);
  });
});
