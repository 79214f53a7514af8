/**
 * The loop that hands have set on the track. The transport turns by itself; this desk sees to it that at each turn the values
 * stay where hands have put them: show time goes back, and the log would bring what stood there in an earlier lap.
 */

import { UserError } from '../../base/errors.ts';
import { SHORTEST_LOOP, type Loop } from '../../base/loop.ts';
import { secondsOfTick, tickOfSeconds, type Milliseconds } from '../../base/units.ts';
import type { ControlChange, ValueChange } from '../../score/control.ts';
import { barsFrom } from '../../timeline/bars.ts';
import type { Desks } from './desks.ts';

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

  /** What was set within the lap that has just ended stands from the loop's start on. */
  #carry({ start, end }: Loop): void {
    const { slot, clock, frames, options } = this.#desks;
    const { log, score } = slot.get();
    const [from, to] = [tickOfSeconds(start), tickOfSeconds(end)];
    const turned = options.now() - (clock.timeAt(options.now()) - start) * 1000;
    // What was asked for after its tick had passed waits there for the lap that begins.
    const hasCome = ({ appliesFromTick, arrival }: ControlChange): boolean => appliesFromTick > from && appliesFromTick < to && arrival <= turned - secondsOfTick(to - appliesFromTick) * 1000;
    const moved = log.changes.filter(isByHand).filter(hasCome);
    for (const change of moved) {
      log.remove(change);
      score.retract(change);
    }
    for (const last of newestOf(moved)) {
      const change = { ...last, source: 'loop', appliesFromTick: from };
      log.add(change);
      score.apply(change);
    }
    if (moved.length > 0) frames.replan(from);
  }
}

/** Not of the governor, whose changes a render leaves out. */
function isByHand(change: ControlChange): change is ValueChange {
  return change.kind === 'value' && change.source !== 'governor';
}

/** One a path, in the order of their arrival. */
function newestOf(changes: readonly ValueChange[]): ValueChange[] {
  const newest = new Map<string, ValueChange>();
  for (const change of changes.toSorted((a, b) => a.arrival - b.arrival)) {
    newest.delete(change.path);
    newest.set(change.path, change);
  }
  return [...newest.values()];
}
