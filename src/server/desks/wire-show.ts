/** The desks that make and change the show, and what the rest of the session does for them. */

import type { Tick } from '../../base/units.ts';
import type { Desks } from './desks.ts';
import { EffectDesk } from './effect-desk.ts';
import { FramesAhead } from '../frames-ahead.ts';
import { GridDesk } from './grid-desk.ts';
import { QueueDesk, type QueueStage } from './queue-desk.ts';
import { RenderDesk } from './render-desk.ts';
import { ShowEditor, type EditedStage } from './show-editor.ts';
import { claimUpload } from '../web/uploads.ts';

export function createEffects({ pages, options }: Desks): EffectDesk {
  return new EffectDesk((text) => {
    options.notice('warn', text);
    // The stage that found it says so itself.
    pages.tellPanels({ type: 'notice', level: 'warn', text });
  });
}

export function createRenders({ pages, options }: Desks): RenderDesk {
  return new RenderDesk(options.tools, (progress) => pages.broadcast({ type: 'render', progress }));
}

export function createFrames(desks: Desks): FramesAhead {
  const { clock, pages, slot, options } = desks;
  return new FramesAhead({
    clock,
    now: options.now,
    show: () => slot.get(),
    onFrame: (frame) => pages.sendFrame(frame, clock.transport.epoch),
    onNotice: (text) => pages.notice('warn', text),
    onSpeed: (multiplier, fromTick) => slowWalk(desks, multiplier, fromTick),
  });
}

/** The governor's last resort is a logged change that a render ignores. */
function slowWalk({ slot, controls, frames, pages, options }: Desks, multiplier: number, fromTick: Tick): void {
  const show = slot.get();
  const value = Number(controls.values['/walk/speed'] ?? 1) * multiplier;
  const change = { kind: 'value', path: '/walk/speed', value, source: 'governor', arrival: options.now(), appliesFromTick: fromTick } as const;
  show.log.add(change);
  show.score.apply(change);
  frames.replan(fromTick);
  pages.notice(multiplier < 1 ? 'warn' : 'info', multiplier < 1 ? 'The machine is slow, so the walk goes slower; the show goes on.' : 'The walk is back at its own speed.');
}

export function createEditor(desks: Desks): ShowEditor {
  const { options: { now, tools }, slot, frames, pages, storyboard } = desks;
  const stage: EditedStage = {
    now,
    show: () => slot.get(),
    replace: (show) => slot.replace(show),
    renewTimeline: () => desks.staging.renewTimeline(),
    nowTick: () => frames.nowTick(),
    nextTick: (atBar) => frames.nextTick(atBar),
    later: (key, tick, deed) => desks.perform.later(key, tick, deed),
    shownFrame: (tick) => frames.shownAt(tick),
    replan: (fromTick) => frames.replan(fromTick),
    tellShow: () => desks.teller.tellShow(),
    tellKeepers: () => desks.teller.tellKeepers(),
    notice: (level, text) => pages.notice(level, text),
  };
  return new ShowEditor(stage, tools, storyboard);
}

export function createGrid(desks: Desks): GridDesk {
  const { options: { now, tools }, slot, frames, clock } = desks;
  const renewed = (fromTick: Tick): void => {
    desks.storyboard.open(slot.get());
    desks.staging.renewTimeline(fromTick);
  };
  return new GridDesk({ now, show: () => slot.get(), replace: (show) => slot.replace(show), nextTick: () => frames.nextTick(false), renewed }, clock, tools);
}

export function createQueue(desks: Desks): QueueDesk {
  const { options: { now, tools, uploadFolder }, clock, frames, editor, pages } = desks;
  const stage: QueueStage = {
    now,
    openTrack: (path, preset, onProgress) => tools.open(path, onProgress, preset),
    claim: (uploadId, name) => claimUpload(uploadFolder, uploadId, name),
    preset: () => editor.worn.name,
    isPlaying: () => desks.live.desk === null && clock.transport.moving,
    nextBar: () => frames.nextTick(true),
    instantOf: (showTime) => clock.transport.instantOf(showTime, now()),
    epoch: () => clock.transport.epoch,
    cross: (show) => {
      desks.staging.open(show, true);
      desks.controls.tell('/transport/play', true);
    },
    broadcast: (message) => pages.broadcast(message),
    notice: (level, text) => pages.notice(level, text),
  };
  return new QueueDesk(stage);
}
