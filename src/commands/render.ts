/** `render`: the music video. Shows progress, turns Ctrl-C into a clean stop that the same command resumes. */

import type { StemFile } from '../analysis/stems.ts';
import { UserError } from '../base/errors.ts';
import { print } from '../base/log.ts';
import { renderShow, type RenderNews, type RenderRequest } from '../render.ts';
import { formatDuration, Progress, type ProgressState } from './progress.ts';
import { stageValuesOf, type StageFlags } from './stage-options.ts';
import { takeModelFlags, type ModelFlags } from './model-options.ts';
import { feedbackOf, type FeedbackFlags } from './feedback-options.ts';
import type { Size } from './options.ts';
import { requestedTrack } from './track.ts';

export interface RenderOptions extends ModelFlags, FeedbackFlags, StageFlags {
  /** Needed for all but an estimate. */
  readonly out?: string;
  readonly prompt: readonly string[];
  readonly preset?: string;
  readonly size?: Size;
  readonly fps?: number;
  readonly from?: number;
  readonly to?: number;
  readonly seed?: number;
  readonly stem: readonly StemFile[];
  readonly lyrics?: string;
  readonly model?: string;
  readonly negative?: string;
  readonly draft?: boolean;
  readonly plain?: boolean;
  readonly asPlayed?: boolean;
  readonly estimate?: boolean;
  readonly force?: boolean;
  /** One line of JSON (render.ts RenderNews) at a time on standard output, for a program that started us. */
  readonly jsonProgress?: boolean;
}

export async function renderCommand(track: string, options: RenderOptions): Promise<void> {
  const { rest: own, drawing } = takeModelFlags(options);
  const { prompt, stem, jsonProgress, out, feedback: _feedback, zoom: _zoom, rotate: _rotate, shift: _shift, safety: _safety, confirmFlashes: _confirm, title: _title, ...rest } = own;
  checkRange(options);
  if (out === undefined && options.estimate !== true) throw new UserError('usage', 'A render needs a place for the video: say --out FILE.mp4, or --estimate to learn only how long it would take.');
  const progress = new Progress();
  const stop = stopOnSignal();
  const request: RenderRequest = { ...rest, drawing, feedback: feedbackOf(options), ...(stem.length > 0 ? { stems: stem } : {}), out: out ?? '', ...requestedTrack(track), prompts: prompt, stageValues: stageValuesOf(options), signal: stop.signal };
  const show = (news: RenderNews): void => (jsonProgress === true ? print(JSON.stringify(news)) : progress.update(describe(news), performance.now()));
  try {
    const result = await renderShow(request, show);
    progress.end();
    const minutes = formatDuration(result.seconds);
    if (jsonProgress === true) print(JSON.stringify({ stage: 'result', ...result }));
    else print(options.estimate === true ? `About ${minutes} for ${result.frames} frames on this machine.` : `${out} is done: ${result.frames} frames in ${minutes}.`);
  } catch (thrown) {
    if (stop.signal.aborted) throw new UserError('again', `The render was stopped: the same command goes on where it stopped.`, { cause: thrown });
    throw thrown;
  } finally {
    progress.end();
    stop.forget();
  }
}

function checkRange({ from, to }: RenderOptions): void {
  if (from !== undefined && to !== undefined && to <= from) throw new UserError('usage', `--to is a time after --from, and --from ${from} --to ${to} came.`);
}

function describe(news: RenderNews): ProgressState {
  switch (news.stage) {
    case 'opening':
      return { fraction: news.fraction, text: news.text };
    case 'joining':
      return { fraction: 1, text: 'joining the parts and the sound' };
    case 'done':
      return { fraction: 1, text: 'done' };
    case 'drawing':
      return { fraction: news.framesDone / Math.max(1, news.framesTotal), text: 'rendering', detail: `frame ${news.framesDone} of ${news.framesTotal}`, ...paceOf(news) };
  }
}

/** Nothing before the first frame is drawn: a resumed render starts with what was there. */
function paceOf({ framesPerSecond, secondsLeft }: Exclude<RenderNews, { readonly stage: 'opening' }>): Pick<ProgressState, 'framesPerSecond' | 'secondsLeft'> {
  return framesPerSecond > 0 ? { framesPerSecond, secondsLeft } : {};
}

/** Aborts on the first Ctrl-C or request to end; a second one ends the process the usual way. */
function stopOnSignal(): { readonly signal: AbortSignal; forget(): void } {
  const controller = new AbortController();
  const abort = (): void => {
    forget();
    controller.abort();
  };
  const forget = (): void => {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  };
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  return { signal: controller.signal, forget };
}
