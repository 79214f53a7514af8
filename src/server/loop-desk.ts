/**
 * The loop that hands have set on the track. The transport turns by itself; this desk sees to it that at each turn the values
 * stay where hands have put them: show time goes back, and the log would bring what stood there in an earlier lap.
 */

import { UserError } from '../base/errors.ts';
import { SHORTEST_LOOP, type Loop } from '../base/loop.ts';
import { tickOfSeconds, type Milliseconds, type Tick } from '../base/units.ts';
import type { ControlValue, ValueChange } from '../score/control.ts';
import { barsFrom } from '../timeline/bars.ts';
import type { Desks } from './desks.ts';
import type { OpenShow } from './open-show.ts';

/** The turn is met by a timer of its own when it is so near; `tend` comes a few times a second. */
const NEAR: Milliseconds = 400;

export class LoopDesk {
  readonly #desks: Desks;
  #timer: NodeJS.Timeout | undefined;
  #jumps = 0;
  #epoch = -1;

  constructor(desks: Desks) {
    this.#desks = desks;
  }

  /** Nothing drawn is void: the look-ahead turns to what comes now. Live input has no loop. */
  set(loop: Loop | null): void {
    const { live, clock, teller, options } = this.#desks;
    if (live.desk !== null) return;
    clock.transport.setLoop(loop, options.now());
    this.#jumps = clock.transport.jumpsAt(options.now());
    teller.tellTransport();
  }

  /** `count` bars from the `first` (1 …), or from the one that plays. Throws a UserError where there are none. */
  ofBars(count: number, first: number | undefined): Loop {
    const { live, slot, clock, options } = this.#desks;
    if (live.desk !== null) throw new UserError('usage', 'Live input has no bars to loop.');
    const loop = barsFrom(slot.get().timeline, clock.timeAt(options.now()), Math.max(1, Math.round(count) || 1), first);
    if (loop.end - loop.start < SHORTEST_LOOP) throw new UserError('usage', 'The track has no such bars to loop.');
    return loop;
  }

  /** Called a few times a second, and just after a turn. */
  tend(now: Milliseconds): void {
    const { transport } = this.#desks.clock;
    const jumps = transport.jumpsAt(now);
    // A seek and another track count as jumps too, and then the log is right.
    if (jumps !== this.#jumps && transport.loop !== null && transport.epoch === this.#epoch) this.#carry(transport.loop);
    this.#jumps = jumps;
    this.#epoch = transport.epoch;
    clearTimeout(this.#timer);
    const wait = transport.loop === null ? Infinity : transport.instantOf(transport.loop.start, now) - now;
    if (wait > 0 && wait < NEAR) this.#timer = setTimeout(() => this.tend(this.#desks.options.now()), wait + 1).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** What stands now stands from the loop's start on, in place of what was set within it. */
  #carry({ start, end }: Loop): void {
    const { slot, controls, frames, options } = this.#desks;
    const show = slot.get();
    const [from, to] = [tickOfSeconds(start), tickOfSeconds(end)];
    const moved = movedWithin(show, from, to).filter((path) => controls.values[path] !== undefined);
    for (const path of moved) replace(show, { kind: 'value', path, value: controls.values[path] as ControlValue, source: 'loop', arrival: options.now(), appliesFromTick: from }, to);
    if (moved.length > 0) frames.replan(from);
  }
}

/** Paths of values that were set after the start of the stretch; not by the governor, whose changes are no hand's. */
function movedWithin({ log }: OpenShow, from: Tick, to: Tick): string[] {
  return [...new Set(log.changes.filter((change) => isWithin(change, from, to)).map(({ path }) => path))];
}

function isWithin({ kind, source, appliesFromTick }: { readonly kind: string; readonly source: string; readonly appliesFromTick: Tick }, from: Tick, to: Tick): boolean {
  return kind === 'value' && source !== 'governor' && appliesFromTick > from && appliesFromTick < to;
}

function replace({ log, score }: OpenShow, change: ValueChange, to: Tick): void {
  for (const old of log.changes.filter((one) => one.path === change.path && isWithin(one, change.appliesFromTick, to))) {
    log.remove(old);
    score.retract(old);
  }
  log.add(change);
  score.apply(change);
}
