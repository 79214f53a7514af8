/**
 * Changes to the open show itself: another preset at a bar, scenes, the beat grid, keepers, and saving. Each answers to the
 * pages through its stage, and lets the walk be made anew from the first tick that can still be met.
 */

import type { Frame } from '../../ahead/types.ts';
import { UserError } from '../../base/errors.ts';
import type { Milliseconds, Tick } from '../../base/units.ts';
import type { ClientMessage } from '../../protocol/messages.ts';
import type { ControlValue } from '../../score/control.ts';
import type { Preset } from '../../score/preset.ts';
import type { RouteSpec } from '../../score/route-types.ts';
import { parseRoutes } from '../../score/routes-text.ts';
import type { Scene } from '../../score/storyboard.ts';
import type { ControlDesk } from './control-desk.ts';
import { editKeeper, keepPlace, lookOfKeeper, presetOfKeeper, resolveKeeperTrigger } from './keeper-desk.ts';
import type { GridEdit, OpenShow, ShowTools } from '../open-show.ts';
import type { StoryboardDesk } from './storyboard-desk.ts';

/** What the editor needs of the session. */
export interface EditedStage {
  now(): Milliseconds;
  show(): OpenShow;
  /** The same track with other parts. */
  replace(show: OpenShow): void;
  /** The timeline differs: pages fetch it again. */
  renewTimeline(): void;
  nowTick(): Tick;
  /** First tick that can still be made anew; at the next bar line with `atBar`. */
  nextTick(atBar: boolean): Tick;
  /** When the show reaches a tick; the same key again replaces what waits. */
  later(key: string, tick: Tick, deed: () => void): void;
  shownFrame(tick: Tick): Frame | undefined;
  replan(fromTick: Tick): void;
  tellShow(): void;
  tellKeepers(): void;
  notice(level: 'info' | 'warn', text: string): void;
}

export class ShowEditor {
  readonly #stage: EditedStage;
  readonly #tools: ShowTools;
  readonly #storyboard: StoryboardDesk;
  #worn: Preset | null = null;
  /** Routes made by hand over the worn preset's own. */
  #routes: readonly RouteSpec[] | null = null;

  constructor(stage: EditedStage, tools: ShowTools, storyboard: StoryboardDesk) {
    this.#stage = stage;
    this.#tools = tools;
    this.#storyboard = storyboard;
  }

  /** The preset whose look is on. */
  get worn(): Preset {
    const preset = this.#worn ?? this.#stage.show().preset;
    return this.#routes === null ? preset : { ...preset, routes: this.#routes };
  }

  open(show: OpenShow): void {
    this.#worn = show.preset;
    this.#routes = parseRoutesOf(show);
    this.#storyboard.open(show);
  }

  /** Another character from a tick on; its look comes on when its walk does. */
  loadPreset(name: string, source: string, appliesFromTick: Tick, controls: ControlDesk): void {
    const show = this.#stage.show();
    const preset = this.#tools.findPreset(name);
    const arrival = this.#stage.now();
    const change = { kind: 'value', path: '/preset/load', value: preset.name, source, arrival, appliesFromTick } as const;
    show.log.add(change);
    show.score.apply(change);
    this.#stage.replan(appliesFromTick);
    const wear = (): void => {
      if (this.#stage.show().score !== show.score) return;
      this.#worn = preset;
      this.#routes = null;
      controls.wear(show, preset);
      this.#stage.tellShow();
    };
    this.#stage.later('preset', appliesFromTick, wear);
  }

  /** Other routes than the preset's own, or its own again (null). */
  wearRoutes(routes: readonly RouteSpec[] | null): void {
    this.#routes = routes;
    this.#stage.tellShow();
  }

  editScene(message: Extract<ClientMessage, { type: 'scene' }>): void {
    this.#setScenes(this.#storyboard.edit(message));
  }

  /** Stores the correction and plays on with the corrected timeline. */
  async correctGrid({ action, value }: GridEdit): Promise<void> {
    const show = this.#stage.show();
    if (show.live) throw new UserError('usage', 'Live input has no stored beats to correct: tap the tempo instead.');
    const timeline = await this.#tools.correctGrid(show, { action, value });
    const current = this.#stage.show();
    if (current.audio !== show.audio) return;
    this.#stage.replace({ ...this.#tools.restage(current, { timeline }), beatsByHand: false });
    this.#storyboard.open(this.#stage.show());
    this.#stage.renewTimeline();
  }

  /** A show that was opened on its beginning gets the rest of its timeline as soon as that is heard. */
  async awaitWhole(show: OpenShow): Promise<void> {
    const { whole } = show;
    if (whole === undefined) return;
    const timeline = await whole;
    const current = this.#stage.show();
    if (current.audio !== show.audio || current.whole !== whole) return;
    const { grid } = current.timeline;
    const heard = current.beatsByHand === true ? this.#tools.layBeats(timeline, Array.from(grid.beats, (time, i) => ({ time, position: grid.positions[i] ?? 1 }))) : timeline;
    this.#stage.replace(this.#tools.restage(current, { timeline: this.#tools.keepParts(heard, current) }));
    this.#storyboard.open(this.#stage.show());
    this.#stage.renewTimeline();
  }

  async keep(): Promise<void> {
    const tick = this.#stage.nowTick();
    await keepPlace(this.#stage.show(), tick, this.#stage.shownFrame(tick));
    this.#stage.tellKeepers();
  }

  editKeeper(message: Extract<ClientMessage, { type: 'keeper' }>): void {
    const scenes = editKeeper(this.#stage.show().keepers, this.#storyboard.scenes, message);
    this.#stage.tellKeepers();
    if (scenes !== null) this.#setScenes(scenes);
  }

  /** Saves a keeper as a preset of the user's own. */
  async exportKeeper(id: number, name: string): Promise<void> {
    const keep = this.#stage.show().keepers.go(id);
    const path = await this.#tools.savePreset(presetOfKeeper(keep, this.worn), name.trim() || (keep.place.prompts[0]?.text ?? ''));
    this.#stage.tellShow();
    this.#stage.notice('info', `The keeper is saved as the preset ${path}`);
  }

  /** Arguments of a trigger as the score takes them; going to a keeper brings its look along. */
  resolveTrigger(path: string, args: readonly ControlValue[], controls: ControlDesk): readonly ControlValue[] {
    const { keepers } = this.#stage.show();
    const resolved = resolveKeeperTrigger(keepers, path, args);
    if ((path === '/keep/go' || path === '/keep/orbit') && args.length > 0) controls.apply(Object.entries(lookOfKeeper(keepers, args)).map(([look, value]) => ({ kind: 'value', path: look, value, source: 'keep' })));
    return resolved;
  }

  /** Saves the preset with the look as it is set now. */
  async savePreset(name: string, values: Readonly<Record<string, ControlValue>>): Promise<void> {
    const preset = this.worn;
    const look = Object.entries(values).filter((entry): entry is [string, number] => entry[0].startsWith('/look/') && typeof entry[1] === 'number');
    const path = await this.#tools.savePreset({ ...preset, look: { ...preset.look, values: { ...preset.look.values, ...Object.fromEntries(look) } } }, name);
    this.#stage.tellShow();
    this.#stage.notice('info', `The preset is saved as ${path}`);
  }

  async saveShow(name: string): Promise<void> {
    this.#stage.notice('info', `The show is saved as ${await this.#tools.saveShow(this.#stage.show(), name)}`);
  }

  #setScenes(scenes: readonly Scene[]): void {
    const show = { ...this.#stage.show(), storyboard: scenes };
    const fromTick = this.#stage.nextTick(false);
    this.#stage.replace(show);
    this.#storyboard.open(show);
    show.score.setScenes(scenes, fromTick);
    this.#stage.replan(fromTick);
  }
}

/** The routes by hand that a show's log ends with; null: the worn preset's own, also where the text is none. */
function parseRoutesOf({ log }: OpenShow): readonly RouteSpec[] | null {
  const last = log.changes.toSorted((a, b) => a.appliesFromTick - b.appliesFromTick).findLast(({ path }) => path === '/patch/routes' || path === '/preset/load');
  try {
    return last?.kind === 'value' && last.path === '/patch/routes' ? parseRoutes(String(last.value)) : null;
  } catch {
    return null;
  }
}
