/**
 * Prompt pads: a prompt typed live, four pictures of it from what the stage leaves over, one of them armed: the walk lands
 * there on a boundary far enough off that the way is measured before it sets out. What is armed stands in the control log.
 */

import { UserError } from '../../base/errors.ts';
import { clamp, lerp } from '../../base/math.ts';
import { randomFor } from '../../base/random.ts';
import { secondsOfTick, tickOfSeconds, type Milliseconds, type Seconds, type Tick } from '../../base/units.ts';
import type { PadState, PadTile, ServerMessage } from '../../protocol/messages.ts';
import type { ControlChange, ControlValue } from '../../score/control.ts';
import type { Place } from '../../score/modulation.ts';
import { placeOf, samePlace } from '../../score/place.ts';
import { placeInGrid, timeOfBeat } from '../../timeline/timeline.ts';
import type { OpenShow } from '../open-show.ts';
import { drawnOf, nextSlot, type PadSlots } from './pad-slots.ts';
import type { PerformStage } from './perform-desk.ts';
import { encodeJpeg, pointOfScene } from './storyboard-desk.ts';

export const PADS = 4;
export const PAD_PICTURES = 4;
/** A picture is drawn while at least this much show is in hand (live input never holds more than its short horizon); after a while with less. */
const COMFORT: Seconds = 1;
const LITTLE: Seconds = 0.5;
const LIVE_COMFORT: Seconds = 0.3;
const PATIENCE: Milliseconds = 6_000;
const RETRY: Milliseconds = 2_000;
/** Pictures that sizing a stretch takes (latent/segments.ts), each in turn with one of the stage. */
const PROBE_DRAWS = 2 * (17 + 33);
/** Of a model not yet seen drawing. */
const GUESSED_COST: Milliseconds = 60;
const LONGEST_GLIDE = 4;
/** What has not landed this long after its time was led elsewhere. */
const LATEST: Seconds = 4;
/** Pictures asked for at once: one is drawn while the one before is packed and sent. */
const AT_ONCE = 2;
const SEED_BOUND = 2_147_483_648;

interface Armed {
  readonly index: number;
  readonly place: Place;
  readonly change: ControlChange;
  readonly landTick: Tick;
  isOn: boolean;
}

interface Pad {
  readonly id: number;
  prompt: string;
  roll: number;
  /** JPEGs in the order of the seeds. */
  readonly slots: PadSlots;
  /** Calls off what is on its way. */
  drawing: AbortController;
  version: number;
  wantedAt: Milliseconds;
  armed: Armed | null;
}

export class PadDesk {
  readonly #stage: PerformStage;
  readonly #pads: readonly Pad[] = Array.from({ length: PADS }, (_, i) => ({ id: i + 1, prompt: '', roll: 0, slots: [], drawing: new AbortController(), version: 0, wantedAt: 0, armed: null }));
  #cost = GUESSED_COST;
  #underWay = 0;
  #restUntil: Milliseconds = 0;
  #told = '';

  constructor(stage: PerformStage) {
    this.#stage = stage;
  }

  message(): ServerMessage {
    return { type: 'pads', pads: this.#pads.map((pad) => this.#tile(pad)) };
  }

  get prompts(): string[] {
    return this.#pads.map(({ prompt }) => prompt).filter((prompt) => prompt !== '');
  }

  get isDrawing(): boolean {
    return this.#underWay > 0;
  }

  /** JPEG of picture `pad-index`; null for none yet. */
  picture(id: string): Uint8Array | null {
    const [pad, index] = id.split('-').map(Number);
    return this.#pads[(pad ?? 0) - 1]?.slots[index ?? 0] ?? null;
  }

  /** Another show, perhaps with another model. */
  open(): void {
    for (const pad of this.#pads) {
      pad.armed = null;
      this.#renew(pad);
    }
  }

  /** Takes a change of `/pad/…`: type, arm, disarm, reroll, or the number of a pad. Pads and pictures count from 1. */
  take(path: string, args: readonly ControlValue[]): void {
    const what = path.slice('/pad/'.length);
    const number = Number(what);
    const pad = this.#padOf(Number.isInteger(number) ? number : Number(args[0] ?? 1));
    if (Number.isInteger(number)) this.#toggle(pad);
    else if (what === 'type') this.#type(pad, String(args[1] ?? '').trim());
    else if (what === 'reroll') this.#roll(pad);
    else if (what === 'arm') this.#arm(pad, Number(args[1] ?? 1) - 1);
    else if (what === 'disarm') this.#disarm(pad);
    this.#tell();
    this.#work();
  }

  /** Called a few times a second. */
  tend(): void {
    for (const pad of this.#pads) this.#follow(pad);
    this.#tell();
    this.#work();
  }

  #padOf(id: number): Pad {
    const pad = this.#pads[id - 1];
    if (pad === undefined) throw new UserError('usage', `There is no pad ${id}: choose 1 to ${PADS}.`);
    return pad;
  }

  #type(pad: Pad, prompt: string): void {
    if (prompt === pad.prompt) return;
    this.#letGo(pad);
    pad.armed = null;
    pad.prompt = prompt;
    pad.roll = 0;
    this.#renew(pad);
  }

  #roll(pad: Pad): void {
    this.#letGo(pad);
    pad.armed = null;
    pad.roll++;
    this.#renew(pad);
  }

  #renew(pad: Pad): void {
    pad.drawing.abort(new Error('another prompt'));
    pad.drawing = new AbortController();
    pad.slots.length = 0;
    pad.version++;
    pad.wantedAt = this.#stage.now();
  }

  /** A pad's own key: arms its first picture, or takes that back. */
  #toggle(pad: Pad): void {
    if (pad.armed !== null && !pad.armed.isOn) this.#disarm(pad);
    else this.#arm(pad, 0);
  }

  #arm(pad: Pad, index: number): void {
    if (pad.prompt === '' || !Number.isInteger(index) || index < 0 || index >= PAD_PICTURES) throw new UserError('usage', `Pad ${pad.id} has no picture ${index + 1} to arm: type a prompt first.`);
    this.#letGo(pad);
    const place = placeOf(pad.prompt, this.#seedOf(pad, index));
    const { departTick, landTick, beats } = this.#wayIn();
    const change: ControlChange = { kind: 'trigger', path: '/walk/to', args: [JSON.stringify(place), beats, 'morph'], source: `pad ${pad.id}`, arrival: this.#stage.now(), appliesFromTick: departTick };
    this.#stage.log(change);
    pad.armed = { index, place, change, landTick, isOn: false };
    // Measured now, not when the look-ahead comes there; a failure is told when it does.
    this.#stage.show().walk.prepare(departTick, landTick).catch(() => undefined);
  }

  #disarm(pad: Pad): void {
    if (pad.armed === null || pad.armed.isOn) return;
    if (!this.#letGo(pad)) throw new UserError('usage', 'The walk is on its way there already: arm another place to leave it.');
  }

  /** Takes the armed place out of the log, if the walk has not set out. */
  #letGo(pad: Pad): boolean {
    const { armed } = pad;
    if (armed === null) return true;
    const until = (tick: Tick): Seconds => this.#stage.secondsUntil(secondsOfTick(tick));
    const isOpen = until(armed.change.appliesFromTick) > until(this.#stage.nextTick());
    if (isOpen) this.#stage.retract(armed.change);
    if (isOpen || armed.isOn) pad.armed = null;
    return isOpen;
  }

  /** The nearest boundary to land on, at least a probe pass and a beat away, and the beat to set out on. */
  #wayIn(): { readonly departTick: Tick; readonly landTick: Tick; readonly beats: number } {
    const { grid } = this.#stage.show().timeline;
    const earliest = this.#stage.nextTick() + tickOfSeconds((PROBE_DRAWS * this.#cost) / 1000);
    const next = Math.ceil(placeInGrid(grid, secondsOfTick(earliest)).beat - 0.01);
    const wanted = this.#stage.boundary(tickOfSeconds(timeOfBeat(grid, next + 1)));
    // The boundary of a loop that turns first is its start: the walk sets out there.
    const out = wanted <= earliest ? Math.round(placeInGrid(grid, secondsOfTick(wanted) + 0.004).beat) : next;
    const at = out === next ? wanted : this.#stage.boundary(tickOfSeconds(timeOfBeat(grid, out + 1)));
    const landing = Math.max(out + 1, Math.round(placeInGrid(grid, secondsOfTick(at) + 0.004).beat));
    const beats = clamp(landing - out, 1, LONGEST_GLIDE);
    return { departTick: tickOfSeconds(timeOfBeat(grid, landing - beats)), landTick: tickOfSeconds(timeOfBeat(grid, landing)), beats };
  }

  /** Landed, or left again. */
  #follow(pad: Pad): void {
    const { armed } = pad;
    if (armed === null) return;
    const away = this.#stage.secondsUntil(secondsOfTick(armed.landTick));
    if (away > 0) return;
    const stands = samePlace(this.#stage.show().score.peekAt(this.#stage.nowTick()).modulation.segment.from, armed.place);
    if (!stands && (armed.isOn || away < -LATEST)) pad.armed = null;
    armed.isOn = stands;
  }

  /** Draws pictures as long as the stage has enough in hand, of the pad that was asked last. */
  #work(): void {
    while (this.#underWay < AT_ONCE && this.#stage.now() >= this.#restUntil) {
      const pad = this.#pads.filter(({ prompt, slots }) => prompt !== '' && nextSlot(slots) < PAD_PICTURES).toSorted((a, b) => b.wantedAt - a.wantedAt)[0];
      if (pad === undefined || !this.#hasTime(pad)) return;
      void this.#fill(pad, nextSlot(pad.slots));
    }
  }

  async #fill(pad: Pad, index: number): Promise<void> {
    const { drawing: { signal }, slots } = pad;
    slots[index] = null;
    this.#underWay++;
    const jpeg = await this.#draw(this.#stage.show(), pad, index, signal).catch(() => undefined);
    this.#underWay--;
    if (!signal.aborted) {
      slots[index] = jpeg;
      if (jpeg === undefined) this.#restUntil = this.#stage.now() + RETRY;
    }
    this.#tell();
    this.#work();
  }

  #hasTime(pad: Pad): boolean {
    if (!this.#stage.moving()) return true;
    const isPatient = this.#stage.now() - pad.wantedAt < PATIENCE;
    return this.#stage.bufferSeconds() >= (this.#stage.show().live ? LIVE_COMFORT : isPatient ? COMFORT : LITTLE);
  }

  async #draw(show: OpenShow, pad: Pad, index: number, signal: AbortSignal): Promise<Uint8Array> {
    const picture = await show.pipeline.draw(pointOfScene(show, { prompt: pad.prompt, seed: this.#seedOf(pad, index) }), signal);
    this.#cost = lerp(this.#cost, picture.cost, 0.3);
    return await encodeJpeg(picture);
  }

  #seedOf({ prompt, roll }: Pad, index: number): number {
    return randomFor(this.#stage.show().seed, `pad ${prompt}`, roll * PAD_PICTURES + index).integer(SEED_BOUND);
  }

  #tell(): void {
    const message = this.message();
    const text = JSON.stringify(message);
    if (text === this.#told) return;
    this.#told = text;
    this.#stage.tellPanels(message);
  }

  #tile(pad: Pad): PadTile {
    const { id, prompt, slots, version, armed } = pad;
    return {
      id, prompt, state: stateOf(pad), chosen: armed?.index ?? -1, landsAt: armed === null ? null : secondsOfTick(armed.landTick),
      pictures: Array.from({ length: drawnOf(slots) }, (_, index) => ({ seed: this.#seedOf(pad, index), url: `/api/pads/${id}-${index}.jpg?v=${version}` })),
    };
  }
}

function stateOf({ prompt, slots, armed }: Pad): PadState {
  if (prompt === '') return 'empty';
  if (armed !== null) return armed.isOn ? 'on' : 'armed';
  return drawnOf(slots) < PAD_PICTURES ? 'thinking' : 'ready';
}
