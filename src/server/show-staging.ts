/** Puts shows on stage, and goes on with another part or state of one: a new timeline, what a restart remembered. */

import { messageOf, UserError } from '../base/errors.ts';
import type { Tick } from '../base/units.ts';
import type { ControlRequest } from '../control/osc/osc-change.ts';
import type { EffectSource } from '../protocol/messages.ts';
import type { Desks } from './desks/desks.ts';
import type { OpenShow } from './open-show.ts';
import type { ShowState } from './library/show-memory.ts';
import { claimUpload } from './web/uploads.ts';

export class ShowStaging {
  readonly #desks: Desks;
  /** A track is on its way. */
  #isOpening = false;

  constructor(desks: Desks) {
    this.#desks = desks;
  }

  /** Puts a show on stage; what was there before is closed. `plays`: without a pause, while pictures of the one before stay until its own come. */
  open(show: OpenShow, plays = false): void {
    const { slot, live, pages, editor, queue } = this.#desks;
    const before = [slot.current, live.resting];
    live.forget();
    this.stage(show, plays);
    pages.inBackground(editor.awaitWhole(show));
    queue.left(show);
    for (const one of before) if (one !== show) void one?.close();
  }

  /** An uploaded track. Throws a UserError while another is being opened. */
  openUpload(id: string, name: string): void {
    const { options: { uploadFolder, tools }, pages } = this.#desks;
    if (this.#isOpening) throw new UserError('usage', 'Another track is being opened: wait a moment.');
    this.#isOpening = true;
    const opening = claimUpload(uploadFolder, id, name)
      .then((path) => tools.open(path, (fraction, text) => pages.broadcast({ type: 'progress', task: 'open', fraction, text })))
      .then((show) => this.open(show))
      .finally(() => (this.#isOpening = false));
    pages.inBackground(opening);
  }

  /** Every desk turns to this show; what was on stage stays open. */
  stage(show: OpenShow, plays = false): void {
    const { slot, clock, transport, pages, options } = this.#desks;
    transport.open();
    slot.put(show);
    clock.load(show, options.now());
    if (plays) clock.setPlaying(true, options.now());
    this.#turnTo(show);
    if (!plays && clock.startsByItself) pages.inBackground(transport.setPlaying(true));
    this.#startLinks();
    pages.welcomeAll();
    this.#tellOpened();
  }

  #turnTo(show: OpenShow): void {
    const { controls, editor, perform, grid, thumbnails, preview, frames } = this.#desks;
    controls.reset(show);
    editor.open(show);
    perform.open();
    grid.open();
    thumbnails.open(show);
    preview.open(show);
    frames.start(show);
  }

  #startLinks(): void {
    const { outs, controllers, time, options } = this.#desks;
    outs.start();
    controllers.useProfiles(options.tools.controllers());
    controllers.start();
    time.start();
  }

  #tellOpened(): void {
    const { links, teller } = this.#desks;
    links.pathChanged('/');
    teller.tellShow();
    teller.tellKeepers();
  }

  /** The beats or curves of the open show differ from a tick on: the next, where none is named. */
  renewTimeline(fromTick?: Tick): void {
    const { slot, clock, frames, teller, pages } = this.#desks;
    const { timeline, beatsByHand } = slot.get();
    slot.renew();
    clock.tempo.useGrid(timeline.grid, beatsByHand === true ? 'tap' : 'track');
    frames.replan(fromTick ?? frames.nextTick(false));
    teller.tellShow();
    pages.refill();
  }

  /** The files of shaders/ have changed: stages compile them anew, and the table follows their headers. */
  changeEffects(sources: readonly EffectSource[]): void {
    const { slot: { current }, effects, controls, pages, links } = this.#desks;
    const inputsDiffer = effects.change(sources, current);
    if (current === null) return;
    controls.fillGaps(current);
    pages.broadcast({ type: 'effects', effects: sources, parameters: [...current.table.values()], values: controls.values });
    if (inputsDiffer) links.pathChanged('/look');
  }

  /** What a controller asks for, applied together; what cannot be is told to the pages. */
  control(requests: readonly ControlRequest[]): void {
    const { slot, controls, pages } = this.#desks;
    if (slot.current === null) return;
    try {
      controls.apply(requests);
    } catch (thrown) {
      pages.notice('warn', messageOf(thrown));
    }
  }

  /** What a restart goes on with; null before a show is open. */
  toRemember(): { readonly show: OpenShow; readonly state: ShowState } | null {
    const { slot, live, clock: { transport }, controls, options: { now } } = this.#desks;
    const show = live.resting ?? slot.current;
    if (show === null) return null;
    const isTrack = live.desk === null && !show.live;
    const showTime = isTrack && !transport.endedAt(now()) ? transport.showTimeAt(now()) : 0;
    return { show, state: { showTime, playing: isTrack && transport.playing, values: controls.values } };
  }

  /** Values, place and motion of before a restart. */
  restore({ showTime, playing, values }: ShowState): void {
    const { table, live } = this.#desks.slot.get();
    const now = this.#desks.controls.values;
    const moved = Object.entries(values).filter(([path, value]) => typeof value !== 'string' && value !== now[path] && !path.startsWith('/transport/') && table.has(path));
    this.control(moved.map(([path, value]) => ({ kind: 'value', path, value, source: 'restart' })));
    if (live) return;
    const loop = ['/transport/loop/in', '/transport/loop/out', '/transport/loop'].flatMap((path) => (values[path] === undefined ? [] : [{ path, value: values[path] }]));
    this.control(loop.map(({ path, value }) => ({ kind: 'value', path, value, source: 'restart' })));
    this.control([{ kind: 'value', path: '/transport/position', value: showTime, source: 'restart' }]);
    if (playing) this.control([{ kind: 'value', path: '/transport/play', value: true, source: 'restart' }]);
  }
}
