/** What a session is made from. */

import type { Milliseconds } from '../base/units.ts';
import type { ControlValue } from '../score/control.ts';
import type { ShowTools } from './open-show.ts';

export interface SessionOptions {
  readonly now: () => Milliseconds;
  readonly tools: ShowTools;
  readonly version: string;
  readonly provider: string;
  /** The track runs on the server's clock, with no page that plays sound. */
  readonly freeClock: boolean;
  readonly uploadFolder: string;
  /** Pictures of the presets are kept here. */
  readonly thumbnailFolder: string;
  readonly notice: (level: 'info' | 'warn', text: string) => void;
  /** Where the geometry of outputs is kept; without it only as long as the show runs. */
  readonly outputFile?: string;
  /** Hold from the start, over the show's own. */
  readonly startValues?: Readonly<Record<string, ControlValue>>;
}
