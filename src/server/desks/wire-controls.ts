/** The desks that hands and other machines reach, and what the rest of the session does for them. */

import { ControlDesk, type Deeds } from './control-desk.ts';
import { ControllerDesk } from './controller-desk.ts';
import type { Desks } from './desks.ts';
import { OutDesk } from './out-desk.ts';
import { PerformDesk, type SessionStage } from './perform-desk.ts';
import { TimeDesk } from './time-desk.ts';

export function createControls(desks: Desks): ControlDesk {
  const { options, slot, pages, links } = desks;
  return new ControlDesk({
    now: options.now,
    show: () => slot.get(),
    broadcast: (message, except) => pages.broadcast(message, except),
    echo: (path, value) => links.echo(path, value),
    ...deedsOfTime(desks),
    ...deedsOfShow(desks),
  }, options.startValues);
}

type TimeDeeds = Pick<Deeds, 'tickFor' | 'setPlaying' | 'seek' | 'setLoop' | 'barsAsLoop' | 'leadTempo' | 'hearBeat' | 'followTimecode' | 'sendClock'>;

function deedsOfTime(desks: Desks): TimeDeeds {
  const { frames, pages, clock, grid } = desks;
  return {
    tickFor: ({ group }) => (group === 'look' || group === 'stage' ? frames.nowTick() : frames.nextTick(false)),
    setPlaying: (playing) => pages.inBackground(desks.transport.setPlaying(playing)),
    seek: (showTime) => desks.transport.seek(showTime),
    leadTempo: (arrival, act) => grid.lead(arrival, act),
    setLoop: (loop) => desks.loop.set(loop),
    barsAsLoop: (count, first) => desks.loop.ofBars(count, first),
    hearBeat: (arrival, position, tempo) => clock.tempo.hearBeat(arrival, position, tempo),
    followTimecode: (on) => desks.time.follow(on),
    sendClock: (on) => desks.time.send(on),
  };
}

type ShowDeeds = Pick<Deeds, 'replan' | 'loadPreset' | 'wearRoutes' | 'keep' | 'perform' | 'resolveTrigger'>;

function deedsOfShow(desks: Desks): ShowDeeds {
  const { frames, editor, pages, queue } = desks;
  return {
    replan: (fromTick) => frames.replan(fromTick),
    loadPreset: (name, source) => editor.loadPreset(name, source, desks.perform.boundary(frames.nextTick(false)), desks.controls),
    wearRoutes: (routes) => editor.wearRoutes(routes),
    keep: () => pages.inBackground(editor.keep()),
    perform: (path, args, source) => queue.take(path) || desks.perform.take(path, args, source),
    resolveTrigger: (path, args) => editor.resolveTrigger(path, args, desks.controls),
  };
}

export function createPerform({ options: { now, tools }, slot, controls, pages, frames, clock, editor }: Desks): PerformDesk {
  const stage: SessionStage = {
    now,
    show: () => slot.get(),
    values: () => controls.values,
    setValues: (values, source) => controls.setValues(values, source, '/snapshot'),
    tellPanels: (message) => pages.tellPanels(message),
    nowTick: () => frames.nowTick(),
    nextTick: () => frames.nextTick(false),
    instantOf: (showTime) => clock.transport.instantOf(showTime, now()),
    secondsUntil: (showTime) => clock.transport.secondsUntil(showTime, now()),
    onward: (showTime) => clock.transport.onward(showTime, now()),
    reachable: (tick) => frames.reachable(tick),
    moving: () => clock.transport.moving,
    epoch: () => clock.transport.jumpsAt(now()),
    bufferSeconds: () => frames.telemetry().bufferSeconds,
    replan: (fromTick) => frames.replan(fromTick),
    loadPreset: (name, source, tick) => editor.loadPreset(name, source, tick, controls),
    findPreset: (name) => tools.findPreset(name).name,
  };
  return new PerformDesk(stage);
}

export function createOuts(desks: Desks): OutDesk {
  const { options: { now }, clock, frames, links } = desks;
  return new OutDesk({
    now,
    place: (at) => clock.placeAt(at),
    moving: () => clock.beatsGoOn,
    energy: (at) => desks.teller.energyAt(at),
    section: (at) => desks.teller.sectionAt(at),
    shownFrame: () => frames.shownAt(frames.nowTick()) ?? null,
    send: (messages) => links.sendOut(messages),
  });
}

export function createControllers(desks: Desks): ControllerDesk {
  const { options: { now, tools }, slot, controls, pages } = desks;
  return new ControllerDesk({
    now,
    table: () => slot.current?.table ?? new Map(),
    values: () => controls.values,
    control: (requests) => desks.staging.control(requests),
    broadcast: (message) => pages.tellPanels(message),
    sendTo: (clientId, message) => pages.sendTo(clientId, message),
    notice: (level, text) => pages.notice(level, text),
    onTime: (device, message, at) => desks.time.hear(device, message, at),
    save: (device, profile) => pages.inBackground(tools.saveController(device, profile)),
  });
}

export function createTime(desks: Desks): TimeDesk {
  const { options: { now }, clock, controls, controllers, pages } = desks;
  return new TimeDesk({
    now,
    tempo: () => clock.tempo,
    place: (at) => clock.placeAt(at),
    moving: () => clock.beatsGoOn,
    track: () => ({ time: clock.timeAt(now()), playing: clock.transport.playing }),
    seek: (to) => desks.transport.seek(to),
    setPlaying: (playing) => controls.apply([{ kind: 'value', path: '/transport/play', value: playing, source: 'timecode' }]),
    sendMidi: (bytes) => controllers.sendAll(bytes),
    notice: (level, text) => pages.notice(level, text),
  });
}
