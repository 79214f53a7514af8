/** `play`: a song, a show file or live input on stage. The command line becomes a request; play.ts does the work. */

import type { StemFile } from '../analysis/stems.ts';
import { UserError } from '../base/errors.ts';
import { play, type PlayRequest } from '../play.ts';
import { feedbackOf, type FeedbackFlags } from './feedback-options.ts';
import { stageValuesOf, type StageFlags } from './stage-options.ts';
import { takeModelFlags, type ModelFlags } from './model-options.ts';
import { requestedTrack } from './track.ts';

export interface PlayOptions extends ModelFlags, FeedbackFlags, StageFlags {
  readonly input?: 'live';
  readonly device?: string;
  readonly prompt: readonly string[];
  readonly preset?: string;
  readonly model?: string;
  readonly negative?: string;
  readonly seed?: number;
  readonly stem: readonly StemFile[];
  readonly lyrics?: string;
  readonly port: number;
  readonly oscPort: number;
  readonly oscqueryPort: number;
  readonly lan?: boolean;
  readonly oscAllow: readonly string[];
  readonly display?: number;
  readonly clock?: 'free';
  readonly open: boolean;
  readonly fresh?: boolean;
  /** False with --no-record. */
  readonly record: boolean;
}

export async function playCommand(track: string | undefined, options: PlayOptions): Promise<void> {
  const { rest: own, drawing } = takeModelFlags(options);
  const { input, prompt, stem, fresh, safety: _safety, confirmFlashes: _confirm, title: _title, feedback: _feedback, zoom: _zoom, rotate: _rotate, shift: _shift, ...rest } = own;
  if (input !== 'live' && options.device !== undefined) throw new UserError('usage', '--device names what --input live listens to: add --input live.');
  if (input === 'live' && (stem.length > 0 || options.lyrics !== undefined)) throw new UserError('usage', '--input live has no parts or lyrics beside it: leave --stem and --lyrics out.');
  // Preview: the tiny decoder where the model has one.
  const request: PlayRequest = { ...rest, feedback: feedbackOf(options), drawing: { ...drawing, decoder: drawing.decoder ?? 'auto' }, ...(stem.length > 0 ? { stems: stem } : {}), ...requestedTrack(track, input === 'live'), prompts: prompt, stageValues: stageValuesOf(options), live: input === 'live', resume: fresh !== true };
  await play(request);
  // Told to stop while a song is still being decoded or analysed: that work is of no use any more.
  process.exit(0);
}
