/** What moves the picture before, with feedback: the flags, and the look's own routes of zoom, rotation and shift. */

import type { Seconds } from '../base/units.ts';
import type { FeedbackMove, FeedbackSettings } from '../diffusion/types.ts';
import { StageRoutes } from '../score/stage-routes.ts';
import type { OpenShow } from './open-show.ts';

/** The move of one frame at a show time. */
export function feedbackMoves({ zoom, rotate, shift }: FeedbackSettings, { preset, timeline }: Pick<OpenShow, 'preset' | 'timeline'>): (time: Seconds) => FeedbackMove {
  const routes = new StageRoutes(preset.routes, timeline);
  return (time) => {
    const { 'look.zoom': nearer = 0, 'look.rotate': turned = 0, 'look.shift': aside = 0 } = routes.valuesAt(time);
    return { zoom: zoom * (1 + nearer), rotate: rotate + turned, shift: [shift[0] + aside, shift[1]] };
  };
}
