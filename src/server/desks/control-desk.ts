/**
 * Takes what hands ask for (pages, OSC), checks it against the parameter table, stamps it with the first score tick that
 * can still be made with it, and gives it to whom it concerns: the score and walk, the tempo clock, the transport, the
 * show. Everyone else hears of it: pages through the value feed, controllers through `echo`.
 */

import { UserError } from '../../base/errors.ts';
import type { Loop } from '../../base/loop.ts';
import { clamp } from '../../base/math.ts';
import type { Milliseconds, Tick } from '../../base/units.ts';
import { toControlValue, type ControlRequest } from '../../control/osc/osc-change.ts';
import { NUDGE_STEP, type TempoClock } from '../../control/clock/tempo.ts';
import { UndoBook } from '../../control/undo.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import type { ControlChange, ControlValue } from '../../score/control.ts';
import type { Parameter, ParameterTable } from '../../score/parameters.ts';
import { nearestWord } from '../../base/nearest.ts';
import type { Preset } from '../../score/preset.ts';
import type { RouteSpec } from '../../score/route-types.ts';
import { parseRoutes } from '../../score/routes-text.ts';
import type { OpenShow } from '../open-show.ts';
import { SAFETY_PATH, SafetyLock } from './safety-lock.ts';
import { ValueFeed } from '../web/value-feed.ts';

/** The session's deeds that a control can ask for. */
export interface Deeds {
  now(): Milliseconds;
  show(): OpenShow;
  /** First tick that can still be made with a change that arrives now; for the look the tick of now. */
  tickFor(parameter: Parameter): Tick;
  /** Points of the walk differ from this tick on. */
  replan(fromTick: Tick): void;
  setPlaying(playing: boolean): void;
  seek(showTime: number): void;
  /** Turns at the end of the loop from now on; null: no more. */
  setLoop(loop: Loop | null): void;
  /** These bars as a loop: how many, and which is the first (1 …); without it the one that plays. Throws a UserError where there are none. */
  barsAsLoop(count: number, first: number | undefined): Loop;
  /** MIDI time code may move the track. */
  followTimecode(on: boolean): void;
  /** The operator moves the beat: that of the tempo clock, or a track's grid. `act` gets the clock and the instant on it. */
  leadTempo<T>(arrival: Milliseconds, act: (clock: TempoClock, at: Milliseconds) => T): T;
  /** Another program beats. */
  hearBeat(arrival: Milliseconds, position?: number, tempo?: number): void;
  /** MIDI clock goes out. */
  sendClock(on: boolean): void;
  loadPreset(name: string, source: string): void;
  /** Other routes are on from the first tick that can be made with them; null: the preset's own. */
  wearRoutes(routes: readonly RouteSpec[] | null): void;
  keep(): void;
  /** Acts on a control of cues, snapshots or pads; false for any other. */
  perform(path: string, args: readonly ControlValue[], source: string): boolean;
  /** Arguments of a trigger as the score needs them (keeper numbers become places). */
  resolveTrigger(path: string, args: readonly ControlValue[]): readonly ControlValue[];
  broadcast(message: ServerMessage, exceptClientId?: string): void;
  echo(path: string, value: ControlValue): void;
}

export class ControlDesk {
  readonly #deeds: Deeds;
  readonly #feed: ValueFeed;
  readonly #undo = new UndoBook();
  readonly #safety = new SafetyLock();
  readonly #startValues: Readonly<Record<string, ControlValue>>;
  #values: Record<string, ControlValue> = {};
  /** First tick to be planned anew once all of one packet is taken; null between packets. */
  #replanFrom: Tick | null = null;
  /** What is moved now is taken back together. */
  #gesture: string | undefined;

  constructor(deeds: Deeds, startValues: Readonly<Record<string, ControlValue>> = {}) {
    this.#startValues = startValues;
    this.#deeds = deeds;
    this.#feed = new ValueFeed({
      broadcast: (message, except) => deeds.broadcast(message, except),
      now: () => deeds.now(),
      // A timer of 0 ms waits for one at least, and behind all others that are due.
      later: (action, after) => void (after === 0 ? setImmediate(action) : setTimeout(action, after).unref()),
    });
  }

  /** Targets of all controls by path (not smoothed). */
  get values(): Record<string, ControlValue> {
    return { ...this.#values };
  }

  /** Another show: its table's defaults, its preset's look, then what its log says. */
  reset(show: OpenShow): void {
    this.#undo.clear();
    // Flash safety belongs to this place and its people, not to a show.
    const safety = this.#values[SAFETY_PATH] ?? this.#startValues[SAFETY_PATH] ?? 'strict';
    const moved = new Set(show.log.changes.map(({ path }) => path));
    this.#values = { ...show.log.valuesAt(Number.MAX_SAFE_INTEGER, show.table), ...this.#startValues, [SAFETY_PATH]: safety };
    for (const [path, value] of lookOf(show, show.preset)) if (!moved.has(path)) this.#values[path] = value;
    // What the first load of another one is taken back to.
    if (!moved.has('/preset/load')) this.#values['/preset/load'] = show.preset.name;
  }

  /** Parameters that have joined the table stand at their defaults. */
  fillGaps({ table }: OpenShow): void {
    for (const { path, kind, default: fallback } of table.values()) if (kind !== 'trigger') this.#values[path] ??= fallback;
  }

  /** Another preset's look: its own values, and the defaults of what it does not name. */
  wear(show: OpenShow, preset: Preset): void {
    for (const { path, group, default: fallback } of show.table.values()) if (group === 'look') this.#values[path] = fallback;
    for (const [path, value] of lookOf(show, preset)) this.#values[path] = value;
    this.#values['/patch/routes'] = '';
  }

  /** A value that the session itself changed (play at the end of the track). */
  tell(path: string, value: ControlValue): void {
    this.#values[path] = value;
    this.#feed.push(path, value, 'show');
    this.#deeds.echo(path, value);
  }

  /** Applies all of one packet or message. Throws a UserError for the first that cannot be. */
  apply(requests: readonly ControlRequest[], clientId?: string): void {
    this.#together(() => {
      for (const request of requests) {
        const parameter = findParameter(this.#deeds.show().table, request.path);
        if (request.kind === 'value') this.#applyValue(parameter, request.value, request.source, clientId);
        else this.#applyTrigger(parameter, request.args, request.source, clientId);
      }
    });
  }

  /** Sets those that differ and that this show has; one step of undo. */
  setValues(values: Readonly<Record<string, ControlValue>>, source: string, gesture: string): void {
    const { table } = this.#deeds.show();
    const before = this.#gesture;
    this.#gesture = gesture;
    try {
      this.#together(() => {
        for (const [path, value] of Object.entries(values)) {
          const parameter = table.get(path);
          if (parameter !== undefined && this.#values[path] !== value) this.#applyValue(parameter, value, source, undefined);
        }
      });
    } finally {
      this.#gesture = before;
    }
  }

  /** The walk is planned anew once for all that the work changes. */
  #together(work: () => void): void {
    if (this.#replanFrom !== null) return work();
    this.#replanFrom = Infinity;
    try {
      work();
    } finally {
      const from = this.#replanFrom;
      this.#replanFrom = null;
      this.#feed.flush();
      if (from < Infinity) this.#deeds.replan(from);
    }
  }

  #applyValue(parameter: Parameter, given: ControlValue, source: string, clientId: string | undefined): void {
    const { path } = parameter;
    const value = toControlValue(parameter, given);
    if (value === undefined) throw new UserError('usage', `${path} takes ${describeKind(parameter)}, not ${JSON.stringify(given)}.`);
    // Checked before anything is stored: a set of routes is taken whole or not at all.
    const routes = path === '/patch/routes' ? parseRoutes(String(value)) : undefined;
    const arrival = this.#deeds.now();
    const before = this.#values[path];
    this.#safety.admit(path, value, before, source, arrival);
    // The transport is no knob: taking back a seek in the middle of a show helps nobody.
    if (before !== undefined && before !== value && parameter.group !== 'transport' && path !== SAFETY_PATH && source !== 'undo') this.#undo.note(path, before, arrival, this.#gesture ?? (path.startsWith('/snapshot/') ? '/snapshot' : path));
    this.#values[path] = value;
    this.#feed.push(path, value, source, clientId);
    this.#deeds.echo(path, value);
    if (this.#deeds.perform(path, [value], source)) return;
    if (parameter.group === 'transport') this.#moveTransport(path, value);
    else if (parameter.group === 'tempo') this.#setTempo(path, value, arrival, source);
    else if (path === SAFETY_PATH) return;
    else if (path === '/preset/load') this.#deeds.loadPreset(String(value), source);
    else this.#score(parameter, { kind: 'value', path, value, source, arrival, appliesFromTick: this.#deeds.tickFor(parameter) });
    if (routes !== undefined) this.#deeds.wearRoutes(routes);
  }

  #applyTrigger(parameter: Parameter, args: readonly ControlValue[], source: string, clientId: string | undefined): void {
    const { path } = parameter;
    if (parameter.kind !== 'trigger') throw new UserError('usage', `${path} is not a trigger: it takes ${describeKind(parameter)}.`);
    const arrival = this.#deeds.now();
    this.#deeds.broadcast({ type: 'trigger', path, args, source }, clientId);
    if (parameter.group === 'tempo') this.#fireTempo(path, args, arrival, source);
    else if (path === '/transport/loop/bars') this.#loopBars(args, source);
    else if (this.#deeds.perform(path, args, source)) return;
    else if (path === '/undo') this.#takeBack();
    else if (path === '/keep') this.#deeds.keep();
    else this.#score(parameter, { kind: 'trigger', path, args: this.#deeds.resolveTrigger(path, args), source, arrival, appliesFromTick: this.#deeds.tickFor(parameter) });
  }

  #fireTempo(path: string, args: readonly ControlValue[], arrival: Milliseconds, source: string): void {
    const operator = source === 'osc' ? 'osc' : 'tap';
    const lead = (act: (clock: TempoClock, at: Milliseconds) => void): void => this.#deeds.leadTempo(arrival, act);
    switch (path) {
      case '/tempo/tap': return lead((clock, at) => clock.tap(at));
      case '/tempo/downbeat': return lead((clock, at) => clock.setDownbeat(at, operator));
      case '/tempo/double': return lead((clock, at) => clock.scaleTempo(at, 2, operator));
      case '/tempo/halve': return lead((clock, at) => clock.scaleTempo(at, 0.5, operator));
      case '/tempo/round': return lead((clock, at) => clock.roundTempo(at, operator));
      case '/tempo/beat': return this.#deeds.hearBeat(arrival, args[0] === undefined ? undefined : Number(args[0]), args[1] === undefined ? undefined : Number(args[1]));
      case '/tempo/earlier': return this.#nudgeBy(-NUDGE_STEP);
      case '/tempo/later': return this.#nudgeBy(NUDGE_STEP);
    }
  }

  /** Sets what the last gesture changed to what it was, as a change of its own in the log. */
  #takeBack(): void {
    const { table } = this.#deeds.show();
    const steps = this.#undo.take();
    if (steps.length === 0) throw new UserError('usage', 'There is nothing to take back.');
    for (const { path, value } of steps) {
      const parameter = table.get(path);
      if (parameter !== undefined) this.#applyValue(parameter, value, 'undo', undefined);
    }
  }

  #nudgeBy(step: Milliseconds): void {
    const parameter = findParameter(this.#deeds.show().table, '/tempo/nudge');
    const nudge = clamp(Number(this.#values['/tempo/nudge'] ?? 0) + step, parameter.min, parameter.max);
    this.#deeds.leadTempo(this.#deeds.now(), (clock) => clock.setNudge(nudge));
    this.tell('/tempo/nudge', nudge);
  }

  #moveTransport(path: string, value: ControlValue): void {
    if (path === '/transport/play') this.#deeds.setPlaying(Boolean(value));
    else if (path === '/transport/timecode') this.#deeds.followTimecode(Boolean(value));
    else if (path === '/transport/position') this.#deeds.seek(Number(value));
    else this.#deeds.setLoop(this.#values['/transport/loop'] === true ? { start: Number(this.#values['/transport/loop/in']), end: Number(this.#values['/transport/loop/out']) } : null);
  }

  /** Sets in, out and on as by hand, so that everyone hears of them. */
  #loopBars([count = 1, first]: readonly ControlValue[], source: string): void {
    const { start, end } = this.#deeds.barsAsLoop(Number(count), first === undefined ? undefined : Number(first));
    this.apply([['/transport/loop/in', start], ['/transport/loop/out', end], ['/transport/loop', true]].map(([path, value]) => ({ kind: 'value', path: String(path), value: value as ControlValue, source })));
  }

  #setTempo(path: string, value: ControlValue, arrival: Milliseconds, source: string): void {
    if (path === '/tempo/bpm') this.#deeds.leadTempo(arrival, (clock, at) => clock.setTempo(at, Number(value), source === 'osc' ? 'osc' : 'tap'));
    else if (path === '/tempo/nudge') this.#deeds.leadTempo(arrival, (clock) => clock.setNudge(Number(value)));
    else if (path === '/tempo/send') this.#deeds.sendClock(Boolean(value));
    else if (path === '/tempo/push') this.tell('/tempo/nudge', Math.round(this.#deeds.leadTempo(arrival, (clock, at) => clock.setPush(at, Number(value)))));
  }

  #score(parameter: Parameter, change: ControlChange): void {
    const show = this.#deeds.show();
    show.log.add(change);
    show.score.apply(change);
    if (parameter.group !== 'walk' && parameter.group !== 'show') return;
    if (this.#replanFrom === null) this.#deeds.replan(change.appliesFromTick);
    else this.#replanFrom = Math.min(this.#replanFrom, change.appliesFromTick);
  }
}

/** A preset's look values that exist in this show. */
function lookOf(show: OpenShow, preset: Preset): [string, number][] {
  return Object.entries(preset.look.values).filter(([path]) => show.table.has(path));
}

function findParameter(table: ParameterTable, path: string): Parameter {
  const parameter = table.get(path);
  if (parameter !== undefined) return parameter;
  const near = nearestWord(path, [...table.keys()]);
  throw new UserError('usage', `There is no parameter ${path}${near === undefined ? '; GET /api/parameters lists them' : `: did you mean ${near}?`}`);
}

function describeKind({ kind, min, max, choices }: Parameter): string {
  if (choices !== undefined) return `one of ${choices.join(', ')}`;
  if (kind === 'number') return `a number from ${min} to ${max}`;
  if (kind === 'boolean') return 'true or false';
  return kind === 'text' ? 'a text' : 'no value, it is a trigger';
}
