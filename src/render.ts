/**
 * The second driver of a show: the same walk, ticked by video frames instead of a clock, into a file with the original sound.
 * Used by `latentbeat render` and by the panel's Render.
 */

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheSubfolder } from './audio/cache.ts';
import { packageRoot } from './base/entry.ts';
import { notify } from './base/log.ts';
import { median } from './base/math.ts';
import type { Seconds } from './base/units.ts';
import type { ControlValue } from './score/control.ts';
import { presetToJson } from './score/preset.ts';
import type { WalkPlan } from './ahead/types.ts';
import type { Pipeline } from './diffusion/types.ts';
import type { OpenShow } from './server/open-show.ts';
import { feedbackMoves } from './server/feedback-move.ts';
import { showInfoOf } from './server/show-info.ts';
import { openShow, type ShowRequest } from './show.ts';
import { encodeTimeline } from './timeline/binary.ts';
import { openVideoBackend } from './video/backend.ts';
import { feedbackFrames } from './video/feedback-frames.ts';
import { findBrowser } from './video/browser.ts';
import { exportVideo, type ExportProgress, type FrameMaker } from './video/export.ts';
import { checkOutput, containerOf } from './video/output.ts';
import { titledFrames } from './render-title.ts';
import { createPlainFrames } from './video/plain-frames.ts';
import { chooseRange, type VideoRange } from './video/range.ts';
import type { VideoBackend, VideoSettings } from './video/sink.ts';
import { soundOf } from './video/sound.ts';
import { safeFrames } from './video/safe-frames.ts';
import { openStageFrames } from './video/stage-frames.ts';
import { rgbaToYuv, yuvBytes } from './video/yuv.ts';

export interface RenderRequest extends ShowRequest {
  /** Ends in .mp4 or .webm. Unused with `estimate`. */
  readonly out: string;
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  readonly fps?: number | undefined;
  readonly from?: Seconds | undefined;
  readonly to?: Seconds | undefined;
  readonly draft?: boolean | undefined;
  readonly plain?: boolean | undefined;
  readonly estimate?: boolean | undefined;
  readonly force?: boolean | undefined;
  /** Values that hold over the show's own (flash safety, the title). */
  readonly stageValues?: Readonly<Record<string, ControlValue>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RenderResult {
  /** Absolute path; '' for an estimate. */
  readonly path: string;
  readonly frames: number;
  /** How long it took, or would take. */
  readonly seconds: Seconds;
}

export type RenderNews = ExportProgress | { readonly stage: 'opening'; readonly fraction: number; readonly text: string };

const FULL_SIZE = { width: 1280, height: 720 };
const DRAFT_SIZE = { width: 640, height: 360 };
const DEFAULT_FPS = 30;
/** Frames that an estimate really draws and encodes, after a warm-up of `ESTIMATE_WARM_UP`. */
const ESTIMATE_FRAMES = 12;
const ESTIMATE_WARM_UP = 3;

/** Renders, or estimates. Throws UserError for anything a person can mend. */
export async function renderShow(request: RenderRequest, onProgress?: (news: RenderNews) => void): Promise<RenderResult> {
  const now = (): number => performance.now();
  const out = request.estimate === true ? '' : await checkOutput(request.out, request.force === true);
  const backend = await openVideoBackend();
  const settings = settingsOf(request);
  const show = await openShow({ screen: settings, ...request }, (fraction, text) => onProgress?.({ stage: 'opening', fraction, text }));
  try {
    const range = chooseRange(show.timeline, { ...request, fps: settings.fps });
    const maker = await openMaker(request, show, settings, range, now);
    try {
      if (request.estimate === true) return await estimate(maker, backend, settings, range, now);
      const started = now();
      const sound = show.audio === null ? null : soundOf(show.audio, range.from, range.to);
      const key = keyOf(request, show, settings, range);
      const common = { maker, backend, settings, frames: range.frames, sound, out, key, now };
      await exportVideo({ ...common, ...(onProgress === undefined ? {} : { onProgress }), ...(request.signal === undefined ? {} : { signal: request.signal }) });
      return { path: out, frames: range.frames, seconds: (now() - started) / 1000 };
    } finally {
      await maker.close();
    }
  } finally {
    await show.close();
    await show.pipeline.dispose();
  }
}

function settingsOf(request: RenderRequest): VideoSettings {
  const draft = request.draft === true;
  const { width, height } = request.size ?? (draft ? DRAFT_SIZE : FULL_SIZE);
  return { width, height, fps: request.fps ?? DEFAULT_FPS, container: request.estimate === true ? 'mp4' : containerOf(request.out), quality: draft ? 'draft' : 'full' };
}

/** The stage page in a browser, or the bare pictures with `plain` or where there is no browser. */
async function openMaker(request: RenderRequest, show: OpenShow, settings: VideoSettings, range: VideoRange, now: () => number): Promise<FrameMaker> {
  const { width, height, fps } = settings;
  const common = { ...walkOf(show, range), width, height, tickOf: range.tickOf, frames: range.frames };
  const browserPath = request.plain === true ? null : findBrowser();
  if (browserPath === null) {
    if (request.plain !== true) notify('warn', 'no Chromium, Chrome or Edge was found, so the video is rendered without look effects, as with --plain');
    const titled = titledFrames(createPlainFrames(common), { ...common, fps, values: valuesOf(request, show, range), title: show.title });
    return request.estimate === true ? titled : safeFrames(titled, { ...common, fps, profile: request.stageValues?.['/stage/safety'] });
  }
  const values = valuesOf(request, show, range);
  const transport = { playing: false, showTime: range.from, at: 0, rate: 1, duration: show.timeline.duration, soundPage: null, clockSource: 'render', confidence: 1, tempo: 0, beat: 0, bar: 0, epoch: 0, loop: null };
  const welcome = { show: showInfoOf(show, [show.preset], 0), parameters: [...show.table.values()], values, effects: show.effects, transport };
  const webRoot = fileURLToPath(new URL('dist/web', distParent()));
  return openStageFrames({ ...common, browserPath, webRoot, overlayFolder: cacheSubfolder('overlays'), welcome, timelineBytes: encodeTimeline(show.timeline), fps, timeOf: range.timeOf, now });
}

/** Values of all controls at the start of the range. */
function valuesOf(request: RenderRequest, show: OpenShow, range: VideoRange): Record<string, ControlValue> {
  const values: Record<string, ControlValue> = {};
  for (const [path, parameter] of show.table) if (parameter.kind !== 'trigger') values[path] = parameter.default;
  return Object.assign(values, show.preset.look.values, show.score.valuesAt(range.tickOf(0)), { '/stage/safety': 'strict' }, request.stageValues);
}

/** The show's own walk, or the same as a chain of feedback. */
function walkOf(show: OpenShow, { tickOf, timeOf }: VideoRange): { readonly plan: WalkPlan; readonly pipeline: Pipeline } {
  const { feedback } = show;
  if (feedback === undefined) return { plan: show.walk, pipeline: show.pipeline };
  const moveAt = feedbackMoves(feedback, show);
  return feedbackFrames({ plan: show.walk, pipeline: show.pipeline, strength: feedback.strength, tickOf, moveAt: (index) => moveAt(timeOf(index)) });
}

/** The package's root, from src/render.ts and dist/render.js alike. */
function distParent(): URL {
  return packageRoot(new URL('./video/x', import.meta.url).href);
}

/** Everything that decides the pictures: a resumed export must not mix two shows. */
function keyOf(request: RenderRequest, show: OpenShow, settings: VideoSettings, range: VideoRange): string {
  const parts = {
    settings, from: range.from, frames: range.frames, plain: request.plain === true, stageValues: request.stageValues, feedback: show.feedback, seed: show.seed,
    preset: presetToJson(show.preset), storyboard: show.storyboard, model: show.pipeline.card.sha256, drawing: request.drawing, audio: show.audio?.sha256 ?? '',
    beats: [...show.timeline.grid.beats], effects: show.effects.map(({ source }) => source), log: show.log, asPlayed: request.asPlayed === true,
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Draws and encodes a few real frames from the middle and multiplies honestly. */
async function estimate(maker: FrameMaker, backend: VideoBackend, settings: VideoSettings, range: VideoRange, now: () => number): Promise<RenderResult> {
  const folder = await mkdtemp(join(tmpdir(), 'latentbeat-estimate-'));
  const yuv = new Uint8Array(yuvBytes(settings.width, settings.height));
  const costs: number[] = [];
  try {
    const writer = await backend.openSegment(join(folder, `probe.${settings.container}`), settings);
    const first = Math.max(0, Math.floor(range.frames / 2) - ESTIMATE_FRAMES);
    const last = Math.min(range.frames, first + ESTIMATE_WARM_UP + ESTIMATE_FRAMES);
    for (let index = first; index < last; index++) {
      const started = now();
      rgbaToYuv(await maker.frame(index), settings.width, settings.height, yuv);
      await writer.write(yuv);
      if (index >= first + ESTIMATE_WARM_UP || last - first <= ESTIMATE_WARM_UP) costs.push(now() - started);
    }
    await writer.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { path: '', frames: range.frames, seconds: (median(costs) * range.frames) / 1000 };
}
