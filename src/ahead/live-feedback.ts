/**
 * Feedback on stage: each picture starts from the one drawn before it, moved and partly noised again. The look-ahead draws
 * in rising order but for changes, which send it back, and draws what the machine manages; so the chain is that of this
 * performance. A cut, a jump or a renewed inference process begins a new one.
 */

import { UserError } from '../base/errors.ts';
import { TICKS_PER_SECOND, type Tick } from '../base/units.ts';
import type { FeedbackLink, FeedbackMove, LatentPoint, Picture, Pipeline } from '../diffusion/types.ts';
import type { WalkPlan } from './types.ts';

export interface LiveFeedbackOptions {
  readonly plan: WalkPlan;
  readonly pipeline: Pipeline & { readonly alive?: boolean };
  readonly strength: number;
  /** The move of one frame of a video (30 a second) at a tick; pictures that are farther apart are moved as much more. */
  readonly moveAt: (tick: Tick) => FeedbackMove;
}

/** Ticks of a video's frame. */
const FRAME: Tick = TICKS_PER_SECOND / 30;
/** Pictures farther apart than this are no neighbours. */
const JUMP: Tick = 2 * TICKS_PER_SECOND;

/** A plan and a pipeline for the look-ahead that draw the same walk as a chain. */
export function liveFeedback(options: LiveFeedbackOptions): { readonly plan: WalkPlan; readonly pipeline: Pipeline & { readonly alive?: boolean } } {
  const chain = new LiveChain(options);
  const { plan, pipeline } = options;
  return {
    plan: { prepare: (from, to) => plan.prepare(from, to), isCutAt: (from, to) => plan.isCutAt(from, to), pointAt: (tick) => markedPoint(plan, tick) },
    pipeline: {
      card: pipeline.card, get alive() { return pipeline.alive ?? true; },
      draw: (point, signal) => chain.draw(point, signal), measureDifference: (points) => pipeline.measureDifference(points), dispose: () => pipeline.dispose(),
    },
  };
}

/** Which tick a point belongs to travels in its link; the real one is made when it is drawn. */
function markedPoint(plan: WalkPlan, tick: Tick): LatentPoint {
  return { ...plan.pointAt(tick), feedback: { chain: '', index: tick, strength: 1, zoom: 1, rotate: 0, shift: [0, 0] } };
}

class LiveChain {
  readonly #options: LiveFeedbackOptions;
  #turn: Promise<unknown> = Promise.resolve();
  #chain = 0;
  /** What was drawn last in this chain. */
  #last: { readonly index: number; readonly tick: Tick } | undefined;

  constructor(options: LiveFeedbackOptions) {
    this.#options = options;
  }

  /** One after the other: a picture needs the one before it. */
  draw(point: LatentPoint, signal?: AbortSignal): Promise<Picture> {
    const drawn = this.#turn.then(() => this.#drawNext(point, signal));
    this.#turn = drawn.catch(() => undefined);
    return drawn;
  }

  async #drawNext(point: LatentPoint, signal: AbortSignal | undefined): Promise<Picture> {
    signal?.throwIfAborted();
    const tick = (point.feedback as FeedbackLink).index;
    if (!this.#isNeighbour(tick)) this.#begin();
    try {
      return await this.#drawLink(point, tick, signal);
    } catch (reason) {
      // The process that knew the picture before has died.
      if (!(reason instanceof UserError) || reason.fault !== 'again' || this.#last === undefined) throw reason;
      this.#begin();
      return await this.#drawLink(point, tick, signal);
    }
  }

  async #drawLink(point: LatentPoint, tick: Tick, signal: AbortSignal | undefined): Promise<Picture> {
    const { pipeline, strength, moveAt } = this.#options;
    const index = this.#last === undefined ? 0 : this.#last.index + 1;
    const frames = this.#last === undefined ? 1 : Math.abs(tick - this.#last.tick) / FRAME;
    const picture = await pipeline.draw({ ...point, feedback: { chain: `live ${this.#chain}`, index, strength, ...scaledMove(moveAt(tick), frames) } }, signal);
    this.#last = { index, tick };
    return picture;
  }

  #isNeighbour(tick: Tick): boolean {
    if (this.#last === undefined) return false;
    const [from, to] = [Math.min(tick, this.#last.tick), Math.max(tick, this.#last.tick)];
    return to - from <= JUMP && !this.#options.plan.isCutAt(from, to);
  }

  #begin(): void {
    this.#chain++;
    this.#last = undefined;
  }
}

function scaledMove({ zoom, rotate, shift }: FeedbackMove, frames: number): FeedbackMove {
  return { zoom: zoom ** frames, rotate: rotate * frames, shift: [shift[0] * frames, shift[1] * frames] };
}
