/**
 * The story of a show, in order: what to play → sound → timeline → preset → score → walk → pictures.
 * Both drivers (play.ts, render.ts) begin here. Reads no clock.
 */

import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startInference } from './ahead/inference.ts';
import { correctTimeline } from './analysis/corrections.ts';
import { LiveAnalyzer } from './analysis/live.ts';
import type { StemFile } from './analysis/stems.ts';
import { cacheSubfolder } from './audio/cache.ts';
import type { AudioSource } from './audio/types.ts';
import { packageRoot } from './base/entry.ts';
import { UserError } from './base/errors.ts';
import { notify } from './base/log.ts';
import { nearestWord } from './base/nearest.ts';
import { nearestShape, STAGE_SHAPE, type PixelSize } from './base/picture-shape.ts';
import type { Hertz, Seconds } from './base/units.ts';
import { findModel } from './commands/models-folder.ts';
import { CueList } from './control/cues.ts';
import { beatsAfter } from './control/clock/grid-hand.ts';
import { Keepers } from './control/keepers.ts';
import { LedTimeline } from './control/clock/led-timeline.ts';
import { ControlLog } from './control/log.ts';
import { Snapshots } from './control/snapshots.ts';
import type { FeedbackSettings, ModelSettings, Pipeline } from './diffusion/types.ts';
import { createWalk } from './latent/walk.ts';
import type { EffectSource } from './protocol/messages.ts';
import { buildParameterTable, type ParameterTable } from './score/parameters.ts';
import { presetFromPrompts, type Preset } from './score/preset.ts';
import { Score } from './score/score.ts';
import type { GridChange, Show } from './score/show-file.ts';
import { retimeScenes, storyboardOf, type Scene } from './score/storyboard.ts';
import { ControllerLibrary } from './server/library/controller-library.ts';
import { loadEffects } from './server/library/effects.ts';
import type { LiveRecording, LiveShow, OpenShow, Restaging } from './server/open-show.ts';
import { PresetLibrary } from './server/library/preset-library.ts';
import { readShowFile, stemsOfShow } from './server/library/show-files.ts';
import type { OnProgress, ShowRequest } from './show-request.ts';
import { hearTrack, openTrack, performanceOf, withParts } from './show-timeline.ts';
import { ownFolder, samplingOf, warnOfOtherModel, withShowModel } from './show-model.ts';
import type { Timeline } from './timeline/timeline.ts';

export type { OpenShow } from './server/open-show.ts';
export type { OnProgress, ShowRequest } from './show-request.ts';


const DEFAULT_PRESET = 'neon-drive';
const DEFAULT_SEED = 1;
/** How far back the curves of live input reach at least: hours take no more memory than minutes. */
const LIVE_KEPT: Seconds = 600;
const ROOT = packageRoot(new URL('./server/x', import.meta.url).href);

/** A file of the package: shaders, presets, models, dist/web. */
export function packagePath(relative: string): string {
  return fileURLToPath(new URL(relative, ROOT));
}

/** What a show is made of, before anything is opened that lives: read once, shared by all shows of a session. */
export interface Kit {
  readonly library: PresetLibrary;
  readonly controllers: ControllerLibrary;
  readonly effects: readonly EffectSource[];
  readonly table: ParameterTable;
}

export async function loadKit(shaders = packagePath('shaders')): Promise<Kit> {
  const library = await PresetLibrary.open({ shipped: packagePath('presets'), own: cacheSubfolder('presets') }, (text) => notify('warn', text));
  const controllers = await ControllerLibrary.open({ shipped: packagePath('presets/controllers'), own: cacheSubfolder('controllers') }, (text) => notify('warn', text));
  const effects = await loadEffects(shaders);
  return { library, controllers, effects, table: buildParameterTable(effects.flatMap(({ parameters }) => parameters)) };
}

/** Opens the sound, analyses it and lays out the walk. Throws UserErrors of one sentence. */
export async function openShow(asked: ShowRequest, onProgress: OnProgress = () => undefined): Promise<OpenShow> {
  const kit = await loadKit(asked.shaders);
  const file = asked.showFile === undefined ? null : await readShowFile(asked.showFile);
  const request = asked.pipeline === undefined ? await withShowModel(asked) : asked;
  const preset = await choosePreset(request, file, kit.library);
  checkLook(preset, kit.table, request.preset ?? request.showFile ?? preset.name);
  const pipeline = request.pipeline ?? startPipeline(request);
  // It may fail while the track is still being heard; the sentence is thrown where the pipeline is awaited.
  pipeline.catch(() => undefined);
  try {
    const audio = await openTrack(request, file, onProgress);
    const { heard, whole } = await hearTrack(audio, file, request.early === true, (fraction) => onProgress(0.4 + 0.5 * fraction, 'listening for beats and sections'));
    const stemFiles = request.stems ?? (file === null ? [] : stemsOfShow(file, request.showFile as string));
    const timeline = await withParts(heard, { stemFiles, lyrics: request.lyrics, lines: file?.lines }, preset, onProgress);
    onProgress(0.97, 'starting the image model');
    const made = assemble({ request, kit, file, preset, audio, timeline, whole, stemFiles, pipeline: await pipeline });
    onProgress(1, 'ready');
    return made;
  } catch (thrown) {
    if (request.pipeline === undefined) void pipeline.then((started) => started.dispose(), () => undefined);
    throw thrown;
  }
}

export interface LiveShowRequest {
  readonly preset: Preset;
  readonly seed: number;
  /** Of the samples to come. */
  readonly sampleRate: Hertz;
  readonly drawing?: ModelSettings | undefined;
  readonly feedback?: FeedbackSettings | undefined;
  /** Where the sound is kept, so that the performance can be saved. */
  readonly recording?: LiveRecording | undefined;
}

/** A show without a track: its timeline grows with what is heard. */
export function openLiveShow(kit: Kit, pipeline: Pipeline, { preset, seed, sampleRate, drawing, recording, feedback }: LiveShowRequest): LiveShow {
  const tracker = new LiveAnalyzer(sampleRate, undefined, LIVE_KEPT);
  const timeline = new LedTimeline(tracker.timeline);
  const pictureSize = pictureSizeOf({}, pipeline);
  const parts = { preset, seed, table: kit.table, pipeline, drawnWith: drawnWithOf(pipeline, drawing), feedback: feedbackFor(pipeline, feedback), pictureSize, timeline, log: new ControlLog(), keepers: new Keepers(), snapshots: new Snapshots(), cues: new CueList(), library: kit.library };
  const { score, walk } = stageParts({ ...parts, storyboard: undefined, live: true });
  return { ...parts, title: 'Live', audio: null, effects: kit.effects, score, walk, storyboard: [], live: true, tracker, led: timeline, passedBeats: [], recording, close: async () => await recording?.discard() };
}

/** The same show on another timeline (beats corrected as such, the rest of a track heard) from the start; what hands did is played again on it. */
export function restageShow(show: OpenShow, { timeline, change }: Restaging, library: PresetLibrary): OpenShow {
  if (change !== undefined) return turnShow(show, timeline, change);
  const storyboard = show.performance === undefined ? storyboardOf(timeline, show.preset, show.seed, show.storyboard) : [];
  return { ...show, ...stageParts({ ...show, timeline, storyboard, library }), timeline, storyboard, whole: undefined, grids: undefined, corrections: undefined };
}

/** The same show, whose beats a hand has moved from a tick on: what was drawn before it stays as it was. */
function turnShow(show: OpenShow, timeline: Timeline, change: GridChange): OpenShow {
  show.score.follow(timeline, change.fromTick);
  return { ...show, timeline, storyboard: show.storyboard.length === 0 ? [] : retimeScenes(show.storyboard, timeline, show.preset, show.seed), grids: [...(show.grids ?? []), change] };
}

/** A show from its file, led through what the hand did to its beats. */
function withGrids(show: OpenShow, grids: readonly GridChange[]): OpenShow {
  return grids.reduce((led, change) => turnShow(led, correctTimeline(led.timeline, { beats: beatsAfter(led.timeline.grid, change) }), change), show);
}

/** The pipeline of a request in its own process. */
export async function startPipeline(request: Pick<ShowRequest, 'model' | 'drawing' | 'provider' | 'threads'>): Promise<Pipeline> {
  const model = findModel(request.model);
  const { drawing, provider, threads } = request;
  return await startInference({
    model, drawing, onNotice: (text) => notify('warn', text),
    ...(provider === undefined ? {} : { provider }), ...(threads === undefined ? {} : { threads }),
  });
}

export async function choosePreset(request: ShowRequest, file: Show | null, library: PresetLibrary): Promise<Preset> {
  const base = request.preset !== undefined ? await library.load(request.preset) : (file?.preset ?? library.find(DEFAULT_PRESET));
  const chosen = presetFromPrompts(base, request.prompts ?? []);
  const worded = request.lyrics === undefined ? chosen : { ...chosen, change: { ...chosen.change, on: 'lines' as const } };
  return request.negative === undefined ? worded : { ...worded, negative: request.negative };
}

/** A preset's look names parameters of the table. Throws a UserError that suggests the nearest. */
export function checkLook({ look }: Preset, table: ParameterTable, where: string): void {
  for (const path of Object.keys(look.values)) {
    if (table.has(path)) continue;
    const near = nearestWord(path, [...table.keys()]);
    throw new UserError('input', `${where}: look.values names ${path}, which no effect in shaders/ declares${near === undefined ? ': remove it' : `: did you mean ${near}`}${near === undefined ? '.' : '?'}`);
  }
}

interface Ingredients {
  readonly request: ShowRequest;
  readonly kit: Kit;
  readonly file: Show | null;
  readonly preset: Preset;
  readonly audio: AudioSource;
  readonly timeline: Timeline;
  readonly whole: Promise<Timeline> | undefined;
  readonly stemFiles: readonly StemFile[];
  readonly pipeline: Pipeline;
}

function assemble({ request, kit, file, preset, audio, timeline, whole, stemFiles, pipeline }: Ingredients): OpenShow {
  const seed = request.seed ?? file?.seed ?? DEFAULT_SEED;
  const changesPrompts = request.preset !== undefined || (request.prompts ?? []).length > 0;
  const storyboard = file?.live !== undefined ? [] : file !== null && file.storyboard.length > 0 && !changesPrompts ? scenesOf(file, timeline, preset, seed) : storyboardOf(timeline, preset, seed);
  const log = file === null ? new ControlLog() : ControlLog.fromJson(file.log, 'the show file');
  const keepers = file === null ? new Keepers() : Keepers.fromJson(file.keepers, 'the show file');
  const snapshots = file === null ? new Snapshots() : Snapshots.fromJson(file.snapshots, 'the show file');
  const cues = file === null ? new CueList() : CueList.fromJson(file.cues, 'the show file');
  if (file !== null) warnOfOtherModel(file, pipeline, request.drawing, request.showFile ?? 'The show');
  const parts = { preset, seed, table: kit.table, pipeline, drawnWith: drawnWithOf(pipeline, request.drawing), performance: performanceOf(file), feedback: feedbackFor(pipeline, request.feedback ?? file?.feedback), pictureSize: pictureSizeOf(request, pipeline), timeline, log, keepers, snapshots, cues, storyboard };
  const title = file?.title ?? ((request.track ?? 'demo') === 'demo' ? 'Demo' : basename(audio.path, extname(audio.path)));
  const close = async (): Promise<void> => {
    if (request.pipeline === undefined) await pipeline.dispose();
  };
  const made = { ...parts, ...stageParts({ ...parts, library: kit.library, asPlayed: request.asPlayed }), title, audio, whole, stemFiles, effects: kit.effects, corrections: file?.corrections, live: false, close };
  return withGrids(made, file?.grids ?? []);
}

/** A file's scenes; where beats were moved on the way, at the times they had before. */
function scenesOf({ storyboard, grids = [] }: Show, timeline: Timeline, preset: Preset, seed: number): readonly Scene[] {
  return grids.length === 0 ? storyboard : retimeScenes(storyboard, timeline, preset, seed);
}

function drawnWithOf({ card }: Pipeline, drawing: ModelSettings | undefined): OpenShow['drawnWith'] {
  return { folder: ownFolder(card.folder), sampling: samplingOf(drawing) };
}

/** Throws a UserError where the model cannot start from a picture. */
function feedbackFor({ card }: Pipeline, feedback: FeedbackSettings | undefined): FeedbackSettings | undefined {
  if (feedback !== undefined && card.takesPictures === false) throw new UserError('device', `${card.name} has no vae_encoder, which --feedback needs: give a model that has one, or leave --feedback out.`);
  return feedback;
}

interface StageParts {
  readonly timeline: Timeline;
  readonly preset: Preset;
  readonly seed: number;
  readonly table: ParameterTable;
  readonly pipeline: Pipeline;
  readonly log: ControlLog;
  readonly keepers: Keepers;
  readonly library: PresetLibrary;
  readonly storyboard: readonly Scene[] | undefined;
  readonly live?: boolean;
  readonly performance?: OpenShow['performance'];
  readonly pictureSize?: PixelSize | undefined;
  readonly asPlayed?: boolean | undefined;
}

function pictureSizeOf({ pictureSize, screen }: Pick<ShowRequest, 'pictureSize' | 'screen'>, { card }: Pipeline): PixelSize | undefined {
  return pictureSize ?? nearestShape(card.sizes, screen ?? STAGE_SHAPE);
}

/** The score of a timeline and the walk through the model that follows it. */
function stageParts(parts: StageParts): Pick<OpenShow, 'score' | 'walk'> {
  const { timeline, preset, seed, table, pipeline, log, keepers, library, storyboard, performance, pictureSize, asPlayed = false } = parts;
  const live = parts.live === true || performance !== undefined;
  const score = new Score({
    timeline, preset, seed, table, live,
    log: asPlayed ? log.changes : log.changes.filter(({ source }) => source !== 'governor'),
    presets: (name) => library.list().find((one) => one.name === name),
    keepers: (id) => keepers.list.find((keep) => keep.id === id)?.place,
    ...(storyboard === undefined || live ? {} : { storyboard }),
  });
  const walk = createWalk({ score, card: pipeline.card, measureDifference: (points) => pipeline.measureDifference(points), seed, size: pictureSize });
  return { score, walk };
}
