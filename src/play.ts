/**
 * The first driver: a show on stage, until it is told to stop. Reads the clock, opens the server first, then sound,
 * analysis and inference side by side, so that pages see how it goes on.
 */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { renderUnicodeCompact } from 'uqr';

import { correctTimeline, loadCorrections, saveCorrections, type GridCorrections } from './analysis/corrections.ts';
import { cacheFolder, cacheSubfolder } from './audio/cache.ts';
import { captureDevice } from './audio/capture.ts';
import { pruneRecordings, SoundRecording } from './audio/recording.ts';
import { messageOf } from './base/errors.ts';
import type { Hertz } from './base/units.ts';
import { notify } from './base/log.ts';
import type { Pipeline } from './diffusion/types.ts';
import { openOnDisplay } from './play-displays.ts';
import { oscAllowList, openControls, type ControlCounters, type ControlsRequest } from './play-controls.ts';
import { goOn, keepSaving, memoryOf, requestFromMemory } from './play-resume.ts';
import type { GridEdit, LiveShow, OpenShow, RenderOrder, ShowTools } from './server/open-show.ts';
import type { ControlValue } from './score/control.ts';
import type { Preset } from './score/preset.ts';
import type { ShowCorrections } from './score/show-file.ts';
import { startRenderProcess } from './server/desks/render-process.ts';
import { watchEffects } from './server/library/effect-watch.ts';
import { mountServer, startServer, type Mount, type RunningServer } from './server/web/server.ts';
import { Session } from './server/session.ts';
import { saveShowFile } from './server/library/show-files.ts';
import type { ShowMemory } from './server/library/show-memory.ts';
import { pruneUploads } from './server/web/uploads.ts';
import { withShowModel } from './show-model.ts';
import { analyze, keepParts } from './show-timeline.ts';
import { choosePreset, loadKit, openLiveShow, openShow, packagePath, restageShow, startPipeline, type Kit, type ShowRequest } from './show.ts';

export interface PlayRequest extends ShowRequest, ControlsRequest {
  /** Listens instead of playing a track. */
  readonly live?: boolean | undefined;
  /** With `live`: a sound input of this machine instead of a page's. */
  readonly device?: string | undefined;
  /** Keeps the sound of a live input, so that the performance can be saved and rendered; default true. */
  readonly record?: boolean | undefined;
  /** Goes on where a show of the same request was cut off, and keeps this one for such a case. */
  readonly resume?: boolean | undefined;
  readonly port?: number | undefined;
  /** The track runs without a page that plays its sound. */
  readonly clock?: 'free' | undefined;
  /** Values that hold from the start, over the show's own (flash safety, the title). */
  readonly stageValues?: Readonly<Record<string, ControlValue>> | undefined;
  /** Inside another program's server instead of one of its own. */
  readonly mount?: Mount | undefined;
  /** Opens the stage in the browser. */
  readonly open?: boolean | undefined;
  /** Display (1, 2 …) on which the stage goes full screen. */
  readonly display?: number | undefined;
}

export interface Playing {
  readonly url: string;
  readonly server: RunningServer;
  readonly oscPort: number;
  readonly oscqueryPort: number;
  /** What came in by OSC and OSCQuery so far, good and bad. */
  counters(): ControlCounters;
  /** Addresses with tokens for other machines; null on loopback alone. */
  readonly lan: RunningServer['lan'];
  readonly session: Session;
  /** Resolves when the show is on stage; rejects where it cannot be opened. */
  readonly opened: Promise<void>;
  /** The show is over: a later start begins anew. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_PORT = 4040;
/** Light modules around the code, as the standard asks: a phone finds it by them. */
const QR_BORDER = 4;
const TEND_INTERVAL_MS = 250;
/** Until the page's microphone says its own rate. */
const LIVE_RATE = 48_000;
const now = (): number => performance.now();

/** Plays until SIGINT or SIGTERM. Throws UserErrors of one sentence where the show cannot be opened. */
export async function play(request: PlayRequest): Promise<void> {
  const stopped = stopSignal();
  const playing = await startPlaying(request);
  notify('info', `Stage  ${playing.url}\nPanel  ${playing.url}/panel\nOSC    127.0.0.1:${playing.oscPort}   OSCQuery http://127.0.0.1:${playing.oscqueryPort}   (Ctrl-C ends the show)`);
  if (playing.lan !== null) notify('info', `Other machines  ${playing.lan.operatorUrl}\nGuests (look only)  ${playing.lan.guestUrl}\n${renderUnicodeCompact(playing.lan.operatorUrl, { border: QR_BORDER })}`);
  const closeDisplays = request.open === false || request.display === undefined ? null : await openOnDisplay(playing.url, request.display);
  if (request.open !== false && closeDisplays === null) openBrowser(`${playing.url}/`);
  try {
    const signal = await Promise.race([playing.opened.then(() => stopped), stopped]);
    // A machine that goes down sends SIGTERM: then the same start line goes on afterwards. Ctrl-C is the end.
    if (signal === 'SIGINT') await playing.forget();
  } finally {
    await closeDisplays?.();
    await playing.close();
  }
}

/** Starts the server and, behind it, the show. */
export async function startPlaying(asked: PlayRequest): Promise<Playing> {
  oscAllowList(asked);
  const request = await withShowModel(asked);
  const uploadFolder = cacheSubfolder('uploads');
  const pipeline = startPipeline(request);
  pipeline.catch(() => undefined);
  const kit = loadKit(request.shaders);
  kit.catch(() => undefined);
  const session = new Session({
    now, tools: createTools(request, kit, pipeline), version: packageVersion(), provider: request.provider ?? 'cpu',
    freeClock: request.clock === 'free', uploadFolder, thumbnailFolder: cacheSubfolder('thumbnails'), notice: notify, startValues: request.stageValues ?? {}, outputFile: join(cacheSubfolder('outputs'), 'outputs.json'),
  });
  const say = (level: 'info' | 'warn', text: string): void => {
    notify(level, text);
    session.notice(level, text);
  };
  const closers: (() => Promise<void>)[] = [async () => (await pipeline.catch(() => undefined))?.dispose()];
  try {
    const common = { host: session, now, webRoot: packagePath('dist/web'), uploadFolder, overlayFolder: cacheSubfolder('overlays') };
    const server = request.mount === undefined
      ? await startServer({ ...common, port: request.port ?? DEFAULT_PORT, lan: request.lan === true, onNotice: (text) => say('warn', text) })
      : mountServer(common, request.mount);
    session.attach(server);
    closers.unshift(() => server.close());
    const controls = await openControls(request, { session, table: (await kit).table, names: server.lan?.names, now, say });
    closers.unshift(() => controls.close());
    const watching = watchEffects({ folder: request.shaders ?? packagePath('shaders'), effects: (await kit).effects, onChange: (effects) => session.changeEffects(effects), onNotice: (text) => say('warn', text) });
    closers.unshift(async () => watching.close());
    const tending = setInterval(() => session.tend(), TEND_INTERVAL_MS);
    closers.unshift(async () => clearInterval(tending), () => session.close());
    void pruneUploads(uploadFolder, Date.now());
    void pruneRecordings(cacheSubfolder('recordings'), Date.now());
    const memory = request.resume === true ? memoryOf(request) : null;
    const opened = putOnStage(request, session, await kit, pipeline, memory);
    const stopSaving = memory === null ? () => undefined : keepSaving(session, memory, (show) => fileOptions(show, true));
    closers.unshift(async () => stopSaving());
    const forget = async (): Promise<void> => {
      stopSaving();
      await memory?.forget();
    };
    opened.catch(() => undefined);
    return { url: server.url, server, oscPort: controls.oscPort, oscqueryPort: controls.oscqueryPort, counters: () => controls.counters(), lan: server.lan, session, opened, forget, close: () => closeAll(closers) };
  } catch (thrown) {
    await closeAll(closers);
    throw thrown;
  }
}

async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closers) await close().catch((reason: unknown) => notify('warn', messageOf(reason)));
}

async function putOnStage(request: PlayRequest, session: Session, kit: Kit, pipeline: Promise<Pipeline>, memory: ShowMemory | null): Promise<void> {
  const before = (await memory?.load(Date.now())) ?? null;
  if (request.live === true) {
    const preset = await choosePreset(request, null, kit.library);
    session.open(openLive(request, kit, await pipeline, preset, LIVE_RATE));
    if (request.device !== undefined) await session.listenTo(request.device);
  } else session.open(await openTrackShow(request, session, pipeline, before === null ? null : memory));
  if (before !== null) goOn(session, before);
}

function openLive({ seed = 1, drawing, feedback, record = true }: PlayRequest, kit: Kit, pipeline: Pipeline, preset: Preset, sampleRate: Hertz): LiveShow {
  const onFault = (text: string): void => notify('warn', text);
  const recording = record ? new SoundRecording({ folder: cacheSubfolder('recordings'), name: `${process.pid}-${randomUUID()}`, sampleRate, onFault }) : undefined;
  return openLiveShow(kit, pipeline, { preset, seed, sampleRate, drawing, feedback, recording });
}

/** The show that was cut off, where it can still be opened, else the request's own. */
async function openTrackShow(request: PlayRequest, session: Session, pipeline: Promise<Pipeline>, memory: ShowMemory | null): Promise<OpenShow> {
  const open = (wanted: PlayRequest): Promise<OpenShow> => openShow({ ...wanted, pipeline, early: true }, (fraction, text) => session.progress('open', fraction, text));
  if (memory === null) return await open(request);
  return await open(requestFromMemory(request, memory)).catch(async (thrown: unknown) => {
    notify('warn', `The show that was cut off cannot be opened (${messageOf(thrown)}); it begins anew.`);
    return await open(request);
  });
}

/** What the session cannot do itself, since it lies below decoding, analysis and the walk. */
function createTools(request: PlayRequest, kitPromise: Promise<Kit>, pipelinePromise: Promise<Pipeline>): ShowTools {
  let kit: Kit | undefined;
  let pipeline: Pipeline | undefined;
  void kitPromise.then((ready) => (kit = ready), () => undefined);
  void pipelinePromise.then((ready) => (pipeline = ready), () => undefined);
  const needKit = (): Kit => kit as Kit;
  return {
    open: (path, onProgress, preset = request.preset) => openShow(path.toLowerCase().endsWith('.show.json')
      ? { ...request, track: undefined, showFile: path, pipeline: pipelinePromise, early: true }
      : { ...request, preset, showFile: undefined, track: path, pipeline: pipelinePromise, early: true }, onProgress),
    captureDevice,
    openLive: (sampleRate, preset) => openLive(request, needKit(), pipeline as Pipeline, preset, sampleRate),
    restage: (show, restaging) => restageShow(show, restaging, needKit().library),
    keepParts,
    layBeats: (timeline, beats) => correctTimeline(timeline, { beats }),
    correctGrid,
    presets: () => needKit().library.list(),
    controllers: () => needKit().controllers.profiles,
    saveController: (device, profile) => needKit().controllers.save(device, profile),
    findPreset: (name) => needKit().library.find(name),
    savePreset: (preset, name) => needKit().library.save(preset, name),
    saveShow: async (show, name) => await saveShowFile(show, name || show.title, cacheSubfolder('shows'), await fileOptions(show)),
    render: (order, onProgress) => {
      const started = startRender(order, machineFlagsOf(request), onProgress);
      return { done: started.then(({ done }) => done), cancel: () => void started.then((running) => running.cancel(), () => undefined) };
    },
  };
}

/** Pictures are the same bytes on the same provider and threads only. */
function machineFlagsOf({ drawing = {}, provider = drawing.provider, threads = drawing.threads }: PlayRequest): string[] {
  const chosen = { '--provider': provider, '--threads': threads, '--decoder': drawing.decoder };
  return Object.entries(chosen).flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
}

async function startRender(order: RenderOrder, machineFlags: readonly string[], onProgress: Parameters<ShowTools['render']>[1]): Promise<ReturnType<typeof startRenderProcess>> {
  const { id, show, aspect, draft, estimateOnly } = order;
  const folder = cacheSubfolder('renders');
  const showPath = await saveShowFile(show, `${show.title}-render`, folder, await fileOptions(show, true));
  const name = `${show.title}-${aspect.replace(':', 'x')}${draft ? '-draft' : ''}.mp4`;
  return startRenderProcess({ id, mainPath: packagePath('dist/main.js'), showPath, out: `${folder}/${name}`, aspect, draft, estimateOnly, machineFlags }, onProgress);
}

async function fileOptions(show: OpenShow, inFallback = false): Promise<Parameters<typeof saveShowFile>[3]> {
  const { audio } = show;
  const isDemo = audio !== null && audio.path.startsWith(cacheSubfolder('demo'));
  return { isDemo, inFallback, corrections: await correctionsOf(show) };
}

/** What a saved show says of its grid from the start; what the hand moved on the way is in its `grids`. */
async function correctionsOf({ audio, corrections, beatsByHand = false, grids = [], timeline: { grid } }: OpenShow): Promise<ShowCorrections> {
  if (beatsByHand && grids.length === 0) return { beats: Array.from(grid.beats, (time, i) => ({ time, position: grid.positions[i] })) };
  return corrections ?? (audio === null ? {} : ((await loadCorrections(cacheFolder(), audio.sha256)) ?? {}));
}

/** Edits of the grid add up, are stored beside the track's analysis and give a new timeline. */
async function correctGrid(show: OpenShow, { action, value }: GridEdit): Promise<OpenShow['timeline']> {
  const audio = show.audio as NonNullable<OpenShow['audio']>;
  const before = (await loadCorrections(cacheFolder(), audio.sha256)) ?? {};
  const after: GridCorrections = action === 'reset' ? {} : action === 'shift' ? { ...before, shift: (before.shift ?? 0) + value } : { ...before, [action]: value };
  await saveCorrections(cacheFolder(), audio.sha256, after);
  return keepParts(await analyze(audio, after), show);
}

function packageVersion(): string {
  return (createRequire(import.meta.url)(packagePath('package.json')) as { version: string }).version;
}

/** Resolves at the first request to end. */
function stopSignal(): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve('SIGINT'));
    process.once('SIGTERM', () => resolve('SIGTERM'));
  });
}

/** The platform's own way to open a page; where there is none, the printed address is enough. */
function openBrowser(url: string): void {
  const [command, args] = process.platform === 'darwin' ? ['open', [url]] as const : process.platform === 'win32' ? ['cmd', ['/c', 'start', '""', url]] as const : ['xdg-open', [url]] as const;
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
