/**
 * Video frames straight from the model, without a browser: each frame is drawn at its own tick and enlarged to cover, bicubically: the
 * stage's kernel (stage/upscale) lives on the GPU, and in plain arithmetic a frame of 1920 x 1080 would take seconds.
 */

import sharp from 'sharp';
import type { WalkPlan } from '../ahead/types.ts';
import type { Tick } from '../base/units.ts';
import type { Pipeline } from '../diffusion/types.ts';
import type { FrameMaker } from './export.ts';

export interface PlainFramesRequest {
  readonly plan: WalkPlan;
  readonly pipeline: Pipeline;
  readonly width: number;
  readonly height: number;
  /** Score tick of a video frame. */
  readonly tickOf: (index: number) => Tick;
  readonly frames: number;
}

/** How far ahead (ticks) probes are measured in one go. */
const PREPARE_TICKS = 480;

export function createPlainFrames(request: PlainFramesRequest): FrameMaker {
  const { plan, pipeline, width, height, tickOf, frames } = request;
  let preparedTo = -1;
  return {
    async frame(index) {
      const tick = tickOf(index);
      if (tick >= preparedTo) {
        preparedTo = Math.min(tick + PREPARE_TICKS, tickOf(frames - 1) + 1);
        await plan.prepare(tick, preparedTo);
      }
      const picture = await pipeline.draw(plan.pointAt(tick));
      return sharp(picture.pixels, { raw: { width: picture.width, height: picture.height, channels: 4 } })
        .resize(width, height, { fit: 'cover', kernel: 'cubic' })
        .raw()
        .toBuffer();
    },
    close: async () => {},
  };
}
