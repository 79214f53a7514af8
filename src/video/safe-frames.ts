/**
 * The flash limiter over frames that no stage page drew. A resumed export begins with the frames of two seconds before, so
 * that the limiter knows what was shown.
 */

import type { ControlValue } from '../score/control.ts';
import { SAFETY_PROFILES } from '../safety/rules.ts';
import { SafePictures } from '../safety/safe-pictures.ts';
import type { FrameMaker } from './export.ts';

export interface SafeFramesOptions {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** A profile of rules.ts; anything else is strict. */
  readonly profile: ControlValue | undefined;
}

const PREROLL_SECONDS = 2;

export function safeFrames(maker: FrameMaker, { width, height, fps, profile }: SafeFramesOptions): FrameMaker {
  const safe = new SafePictures(SAFETY_PROFILES.find((one) => one === profile) ?? 'strict', width, height);
  let next = 0;
  const take = async (index: number): Promise<Uint8Array> => safe.next(await maker.frame(index), index / fps);
  return {
    async frame(index) {
      if (index !== next) for (let before = Math.max(0, index - Math.round(PREROLL_SECONDS * fps)); before < index; before++) await take(before);
      next = index + 1;
      return take(index);
    },
    close: () => maker.close(),
  };
}
