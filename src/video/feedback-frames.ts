/**
 * Feedback as a way of drawing a video: each frame starts from the one before it, moved. Frames so depend on their order,
 * and yet a range that is resumed or rendered in parts gets the same bytes: what came before it since the last cut is
 * drawn again first, unseen. A cut begins a new chain.
 */

import type { WalkPlan } from '../ahead/types.ts';
import { UserError } from '../base/errors.ts';
import type { Tick } from '../base/units.ts';
import type { FeedbackMove, LatentPoint, Picture, Pipeline } from '../diffusion/types.ts';

export interface FeedbackFramesRequest {
  readonly plan: WalkPlan;
  readonly pipeline: Pipeline;
  readonly strength: number;
  /** Score tick of a video frame; rises with the index. */
  readonly tickOf: (index: number) => Tick;
  readonly moveAt: (index: number) => FeedbackMove;
}

/** A plan and a pipeline that draw the same walk as a chain. Ask for points at ticks of frames only. */
export function feedbackFrames(request: FeedbackFramesRequest): { readonly plan: WalkPlan; readonly pipeline: Pipeline } {
  const chain = new FrameChain(request);
  const { plan, pipeline } = request;
  return {
    plan: { prepare: (from, to) => plan.prepare(from, to), isCutAt: (from, to) => plan.isCutAt(from, to), pointAt: (tick) => chain.pointAt(tick) },
    pipeline: { card: pipeline.card, draw: (point, signal) => chain.draw(point, signal), measureDifference: (points) => pipeline.measureDifference(points), dispose: () => pipeline.dispose() },
  };
}

class FrameChain {
  readonly #request: FeedbackFramesRequest;
  /** Index of a frame by its tick, as far as they were looked at. */
  readonly #indices = new Map<Tick, number>();
  /** First frame of the chain each looked-at frame belongs to. */
  readonly #starts: number[] = [];
  #last: number | undefined;

  constructor(request: FeedbackFramesRequest) {
    this.#request = request;
  }

  pointAt(tick: Tick): LatentPoint {
    return this.#pointOf(this.#indexOf(tick));
  }

  async draw(point: LatentPoint, signal?: AbortSignal): Promise<Picture> {
    const link = point.feedback;
    if (link === undefined) return this.#request.pipeline.draw(point, signal);
    const start = Number(link.chain);
    const index = start + link.index;
    if (this.#last !== index - 1 && link.index > 0) await this.#drawFrom(start, index, signal);
    try {
      return await this.#drawLink(point, index, signal);
    } catch (reason) {
      // The process that knew the frame before has died: its successor is told the chain from the beginning.
      if (!(reason instanceof UserError) || reason.fault !== 'again') throw reason;
      await this.#drawFrom(start, index, signal);
      return this.#drawLink(point, index, signal);
    }
  }

  async #drawFrom(start: number, end: number, signal?: AbortSignal): Promise<void> {
    const { plan, tickOf } = this.#request;
    await plan.prepare(tickOf(start), tickOf(end));
    for (let index = start; index < end; index++) await this.#drawLink(this.#pointOf(index), index, signal);
  }

  async #drawLink(point: LatentPoint, index: number, signal?: AbortSignal): Promise<Picture> {
    const picture = await this.#request.pipeline.draw(point, signal);
    this.#last = index;
    return picture;
  }

  #pointOf(index: number): LatentPoint {
    const { plan, tickOf, strength, moveAt } = this.#request;
    const start = this.#startOf(index);
    return { ...plan.pointAt(tickOf(index)), feedback: { chain: String(start), index: index - start, strength, ...moveAt(index) } };
  }

  #startOf(index: number): number {
    const { plan, tickOf } = this.#request;
    for (let i = this.#starts.length; i <= index; i++) this.#starts.push(i === 0 || plan.isCutAt(tickOf(i - 1), tickOf(i)) ? i : (this.#starts[i - 1] as number));
    return this.#starts[index] as number;
  }

  #indexOf(tick: Tick): number {
    const { tickOf } = this.#request;
    for (let i = this.#indices.size; !this.#indices.has(tick); i++) {
      const own = tickOf(i);
      if (own > tick) throw new Error(`tick ${tick} is no frame of this video`);
      this.#indices.set(own, i);
    }
    return this.#indices.get(tick) as number;
  }
}
