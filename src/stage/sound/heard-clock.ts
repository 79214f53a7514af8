/**
 * Which context time is being heard at a page instant. `getOutputTimestamp` pairs the two clocks but jitters by its
 * block size, so its offset is smoothed; where a browser lacks it, current time minus output latency stands in.
 */

import type { Milliseconds, Seconds } from '../../base/units.ts';

/** Share of a new measurement that is taken over. */
const GAIN = 0.05;
/** Beyond this the clocks have really moved apart (s). */
const JUMP: Seconds = 0.05;

export interface TimedContext {
  readonly currentTime: Seconds;
  readonly outputLatency?: Seconds;
  getOutputTimestamp?(): AudioTimestamp;
}

export class HeardClock {
  #offset: Seconds | null = null;

  reset(): void {
    this.#offset = null;
  }

  /** Context time (s) whose sound leaves the speaker at `instant`; smooth and without steps below 50 ms. */
  contextTimeAt(context: TimedContext, instant: Milliseconds): Seconds {
    const measured = measureOffset(context, instant);
    if (this.#offset === null || Math.abs(measured - this.#offset) > JUMP) this.#offset = measured;
    else this.#offset += (measured - this.#offset) * GAIN;
    return this.#offset + instant / 1000;
  }
}

/** Context time heard minus page time (s). */
function measureOffset(context: TimedContext, instant: Milliseconds): Seconds {
  const stamp = context.getOutputTimestamp?.();
  if (stamp?.contextTime !== undefined && stamp.performanceTime !== undefined && stamp.performanceTime > 0) return stamp.contextTime - stamp.performanceTime / 1000;
  return context.currentTime - (context.outputLatency ?? 0) - instant / 1000;
}
