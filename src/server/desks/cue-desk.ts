/**
 * The set list on stage. A cue fires by hand (at the next boundary) or by the track (bar, section, time). What it does to the
 * walk goes into the control log on its tick, ahead of time; values of parameters move on that tick as by hand. `/cue/on` in
 * the log says which cue was on, so that a seek and a saved show know.
 */

import { UserError } from '../../base/errors.ts';
import { secondsOfTick, tickOfSeconds, TICKS_PER_SECOND, type Seconds, type Tick } from '../../base/units.ts';
import type { Cue, CueGoal, CueTrigger } from '../../control/cues.ts';
import { snapshotOf } from '../../control/snapshots.ts';
import type { ClientMessage, CueTile, ServerMessage } from '../../protocol/messages.ts';
import type { ControlChange, ControlValue } from '../../score/control.ts';
import { placeOn } from '../../score/place.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import { placeInGrid } from '../../timeline/timeline.ts';
import type { OpenShow } from '../open-show.ts';
import type { PerformStage } from './perform-desk.ts';
import type { ValueGlides } from './value-glides.ts';

export type CueMessage = Extract<ClientMessage, { type: 'cue' | 'cueAdd' | 'cueEdit' }>;

/** Cues of the track are planned this far ahead, beyond what is drawn. */
const AHEAD: Tick = 8 * TICKS_PER_SECOND;
const BEATS = 4;

export class CueDesk {
  readonly #stage: PerformStage;
  readonly #glides: ValueGlides;
  /** The cue fired last; the next one comes after it. */
  #last: number | null = null;
  #epoch = -1;
  /** Tick up to which the track was looked at for its cues. */
  #watchedTo: Tick = -1;
  readonly #planned = new Map<number, Tick>();
  #told = '';

  constructor(stage: PerformStage, glides: ValueGlides) {
    this.#stage = stage;
    this.#glides = glides;
  }

  message(): ServerMessage {
    return { type: 'cues', cues: this.#tiles() };
  }

  /** `/cue/go`, with or without an id. False where there is no list: then it is the walk's. */
  go(args: readonly ControlValue[]): boolean {
    const { cues } = this.#stage.show();
    if (cues.list.length === 0) return false;
    const cue = args[0] === undefined || typeof args[0] === 'boolean' ? cues.after(this.#last) : cues.get(Number(args[0]));
    if (cue === undefined) throw new UserError('usage', 'That was the last cue: tap one to fire it again.');
    this.#fire(cue, this.#stage.boundary(this.#stage.nextTick()));
    this.tell();
    return true;
  }

  receive(message: CueMessage): void {
    const { cues } = this.#stage.show();
    if (message.type === 'cueAdd') this.#add(message);
    else if (message.type === 'cueEdit') cues.edit(message.id, { name: message.name.trim() || cues.get(message.id).name, transition: message.transition, beats: message.beats });
    else if (message.action === 'remove') cues.remove(message.id);
    else if (message.action === 'earlier' || message.action === 'later') cues.move(message.id, message.action === 'earlier' ? -1 : 1);
    else cues.edit(message.id, { trigger: triggerHere(message.action, this.#stage.show(), this.#stage.nowTick()) });
    if (message.type !== 'cueAdd') this.#unplan(message.id);
    this.tell();
  }

  /** Called a few times a second: fires what the track brings, and tells what changed. */
  tend(): void {
    const epoch = this.#stage.epoch();
    if (epoch !== this.#epoch) this.#jump(epoch);
    if (this.#stage.moving()) this.#fireByTrack();
    this.tell();
  }

  /** To panels, where something differs. */
  tell(): void {
    const message = this.message();
    const text = JSON.stringify(message);
    if (text === this.#told) return;
    this.#told = text;
    this.#stage.tellPanels(message);
  }

  /** Elsewhere in the show, or another one. */
  #jump(epoch: number): void {
    this.#epoch = epoch;
    this.#planned.clear();
    this.#watchedTo = this.#stage.nowTick() - 1;
    this.#last = this.#onAt(this.#stage.nowTick());
  }

  #fireByTrack(): void {
    const show = this.#stage.show();
    const end = this.#stage.nowTick() + AHEAD;
    for (const cue of show.cues.list) {
      const tick = tickOfTrigger(cue.trigger, show);
      if (tick === null || tick <= this.#watchedTo || tick > end || this.#stage.reachable(tick) !== tick || this.#planned.get(cue.id) === tick) continue;
      this.#planned.set(cue.id, tick);
      this.#fire(cue, Math.max(tick, this.#stage.nextTick()));
    }
    this.#watchedTo = Math.max(this.#watchedTo, this.#stage.nowTick() - 1);
  }

  /** Where the log holds it already (the track was sought back), only the values move again. */
  #fire(cue: Cue, tick: Tick): void {
    const { snapshots, log } = this.#stage.show();
    const values = { ...(cue.snapshot === null ? {} : snapshots.get(cue.snapshot)), ...cue.values };
    const isLogged = log.changes.some((change) => change.appliesFromTick === tick && isMarkOf(change, cue.id));
    if (!isLogged) this.#move(cue, tick);
    const lasts = cue.transition === 'cut' ? 0 : this.#beatsFrom(tick, cue.beats);
    if (Object.keys(values).length > 0) this.#glides.start(sourceOf(cue.id), values, tick, lasts);
    this.#last = cue.id;
  }

  #move(cue: Cue, appliesFromTick: Tick): void {
    const stamp = { kind: 'trigger', source: sourceOf(cue.id), arrival: this.#stage.now(), appliesFromTick } as const;
    this.#stage.log({ ...stamp, path: '/cue/on', args: [cue.id] });
    if (cue.preset !== null && cue.preset !== this.#stage.presetAt(appliesFromTick)) this.#stage.loadPreset(cue.preset, stamp.source, appliesFromTick);
    if (cue.place !== null || cue.preset !== null) this.#stage.log({ ...stamp, path: '/walk/to', args: [cue.place === null ? '' : JSON.stringify(cue.place), cue.beats, cue.transition] });
  }

  #beatsFrom(tick: Tick, beats: number): Tick {
    return tickOfSeconds((beats * 60) / placeInGrid(this.#stage.show().timeline.grid, secondsOfTick(tick)).tempo);
  }

  /** What an edited cue had planned and nobody has seen is taken out of the log. */
  #unplan(id: number): void {
    const from = this.#stage.nextTick();
    for (const change of this.#stage.show().log.changes.filter(({ source, appliesFromTick }) => source === sourceOf(id) && appliesFromTick > from)) this.#stage.retract(change);
    this.#planned.delete(id);
    this.#glides.drop(sourceOf(id));
  }

  #add({ of, what, on }: Extract<CueMessage, { type: 'cueAdd' }>): void {
    const show = this.#stage.show();
    const { name, ...goal } = this.#goalOf(of, what);
    show.cues.add({ ...goal, name, transition: 'morph', beats: BEATS, trigger: triggerHere(on, show, this.#stage.nowTick()) });
  }

  #goalOf(of: 'air' | 'preset' | 'keeper' | 'snapshot', what: string): CueGoal & { readonly name: string } {
    const show = this.#stage.show();
    const empty = { preset: null, place: null, snapshot: null, values: null };
    if (of === 'preset') return { ...empty, preset: this.#stage.findPreset(what), name: this.#stage.findPreset(what) };
    if (of === 'snapshot') {
      show.snapshots.get(Number(what));
      return { ...empty, snapshot: Number(what), name: `Snapshot ${what}` };
    }
    if (of === 'keeper') {
      const { place, look } = show.keepers.go(Number(what));
      return { ...empty, place, values: look, name: nameOf(place) };
    }
    const place = placeOn(show.score.modulationAt(this.#stage.nowTick()));
    return { ...empty, preset: this.#stage.presetAt(this.#stage.nowTick()), place, values: snapshotOf(this.#stage.values(), show.table), name: nameOf(place) };
  }

  #onAt(tick: Tick): number | null {
    const mark = this.#stage.show().log.changes.findLast((change) => change.appliesFromTick <= tick && change.kind === 'trigger' && change.path === '/cue/on');
    return mark?.kind === 'trigger' ? Number(mark.args[0]) : null;
  }

  #tiles(): CueTile[] {
    const show = this.#stage.show();
    const on = this.#onAt(this.#stage.nowTick());
    const next = show.cues.after(this.#last)?.id;
    return show.cues.list.map(({ id, name, transition, beats, trigger }) => ({ id, name, transition, beats, trigger: wordsOf(trigger, show), isNext: id === next, isOn: id === on }));
  }
}

function sourceOf(id: number): string {
  return `cue ${id}`;
}

function isMarkOf(change: ControlChange, id: number): boolean {
  return change.kind === 'trigger' && change.path === '/cue/on' && change.args[0] === id;
}

function nameOf({ prompts }: { readonly prompts: readonly { readonly text: string; readonly weight: number }[] }): string {
  return prompts.toSorted((a, b) => b.weight - a.weight)[0]?.text ?? '';
}

/** 'bar': the bar that sounds now, and so on. */
function triggerHere(on: CueTrigger['on'], show: OpenShow, now: Tick): CueTrigger {
  const time = secondsOfTick(now);
  if (on === 'hand') return { on };
  if (show.live) throw new UserError('usage', 'Live input has no bars, sections or times that are known before: this cue fires by hand.');
  if (on === 'bar') return { on, bar: Math.max(1, placeInGrid(show.timeline.grid, time + 1e-6).bar + 1) };
  if (on === 'time') return { on, time: Math.round(time * 100) / 100 };
  const scene = show.storyboard.findLast(({ start }) => start <= time) ?? show.storyboard[0];
  return scene === undefined ? { on: 'hand' } : { on, scene: scene.id };
}

/** Tick at which the track fires it; null: never. */
function tickOfTrigger(trigger: CueTrigger, show: OpenShow): Tick | null {
  if (show.live || trigger.on === 'hand') return null;
  if (trigger.on === 'time') return tickOfSeconds(trigger.time);
  const start = trigger.on === 'bar' ? timeOfBar(show.timeline, trigger.bar) : show.storyboard.find(({ id }) => id === trigger.scene)?.start;
  return start === undefined ? null : tickOfSeconds(start);
}

/** Bars count from 1 at the first downbeat. */
function timeOfBar({ grid }: Timeline, bar: number): Seconds | undefined {
  const downbeats = [...grid.beats].filter((_, index) => grid.positions[index] === 1);
  return downbeats[bar - 1];
}

function wordsOf(trigger: CueTrigger, show: OpenShow): string {
  switch (trigger.on) {
    case 'hand': return 'by hand';
    case 'bar': return `bar ${trigger.bar}`;
    case 'section': return `${show.storyboard.find(({ id }) => id === trigger.scene)?.kind ?? 'section'} ${trigger.scene}`;
    case 'time': return `${Math.floor(trigger.time / 60)}:${(trigger.time % 60).toFixed(1).padStart(4, '0')}`;
  }
}
