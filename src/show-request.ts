/** What a show is asked for, by play and by render. */

import type { StemFile } from './analysis/stems.ts';
import type { PixelSize } from './base/picture-shape.ts';
import type { Unit } from './base/units.ts';
import type { FeedbackSettings, ModelSettings, Pipeline } from './diffusion/types.ts';

export interface ShowRequest {
  /** A sound file, or 'demo' (also where nothing is named). */
  readonly track?: string | undefined;
  /** A *.show.json. */
  readonly showFile?: string | undefined;
  readonly prompts?: readonly string[] | undefined;
  /** A preset's name or a preset file. */
  readonly preset?: string | undefined;
  /** A model folder, or 'fake'. Default: the embedded model. */
  readonly model?: string | undefined;
  readonly seed?: number | undefined;
  /** How the model is sampled. */
  readonly drawing?: ModelSettings | undefined;
  /** What is not to be drawn, instead of the preset's. */
  readonly negative?: string | undefined;
  /** Each picture starts from the one before it, moved by this and by the look's routes of zoom, rotation and shift. */
  readonly feedback?: FeedbackSettings | undefined;
  /** Parts of the mix as files of their own. */
  readonly stems?: readonly StemFile[] | undefined;
  /** A .lrc, .srt or .vtt whose lines become the prompts. */
  readonly lyrics?: string | undefined;
  readonly provider?: string | undefined;
  readonly threads?: number | undefined;
  /** Pixels of the generated pictures; default: the model's native size whose shape is nearest to `screen`. */
  readonly pictureSize?: PixelSize | undefined;
  /** Where the pictures will be seen; only its shape counts. Default 16:9. */
  readonly screen?: PixelSize | undefined;
  /** A running pipeline to draw with, which stays the caller's. */
  readonly pipeline?: Promise<Pipeline> | undefined;
  /** A long track opens as soon as its beginning is heard; `OpenShow.whole` brings the rest. */
  readonly early?: boolean | undefined;
  /** Keeps the governor's interventions of the log. */
  readonly asPlayed?: boolean | undefined;
  /** Folder of the look effects instead of the package's. */
  readonly shaders?: string | undefined;
}

export type OnProgress = (fraction: Unit, text: string) => void;
