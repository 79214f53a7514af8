/**
 * An open show as the session plays it, and the tools that only the driver can offer (they need rooms above the server:
 * decoding, analysis, the walk). show.ts makes both.
 */

import type { WalkPlan } from '../ahead/types.ts';
import type { Capture, CaptureHandlers } from '../audio/capture.ts';
import type { AudioSource } from '../audio/types.ts';
import type { PixelSize } from '../base/picture-shape.ts';
import type { Hertz, Seconds, Tick, Unit } from '../base/units.ts';
import type { CueList } from '../control/cues.ts';
import type { HandBeat } from '../control/clock/grid-hand.ts';
import type { Keepers } from '../control/keepers.ts';
import type { LedTimeline } from '../control/clock/led-timeline.ts';
import type { ControllerProfile } from '../control/midi/midi-profile.ts';
import type { ControlLog } from '../control/log.ts';
import type { Snapshots } from '../control/snapshots.ts';
import type { FeedbackSettings, Pipeline } from '../diffusion/types.ts';
import type { EffectSource, RenderProgress } from '../protocol/messages.ts';
import type { ParameterTable } from '../score/parameters.ts';
import type { Preset } from '../score/preset.ts';
import type { Score } from '../score/score.ts';
import type { GridChange, Sampling, ShowCorrections } from '../score/show-file.ts';
import type { Scene } from '../score/storyboard.ts';
import type { CurveName, Timeline } from '../timeline/timeline.ts';

/** A walk that can be told of control changes. */
export interface Walk extends WalkPlan {
  /** Points from this tick on may differ from now on. */
  invalidate(fromTick: Tick): void;
}

/** A beat as it passed on stage. */
export interface PassedBeat {
  readonly time: Seconds;
  /** 1 = downbeat. */
  readonly position: number;
}

/** The sound of a live input on disk (audio/recording.ts). */
export interface LiveRecording {
  readonly seconds: Seconds;
  /** Mono samples in order. */
  push(samples: Float32Array): void;
  /** A WAV file of all so far; answers its SHA-256. */
  copyTo(path: string): Promise<string>;
  discard(): Promise<void>;
}

export interface OpenShow {
  readonly title: string;
  /** Null for live input. */
  readonly audio: AudioSource | null;
  readonly timeline: Timeline;
  /** The timeline of the whole track, where `timeline` knows its beginning only (`knownUntil`). */
  readonly whole?: Promise<Timeline> | undefined;
  /** The beats were moved while it played. */
  readonly beatsByHand?: boolean | undefined;
  /** How: each from a tick on. Beats by hand without it hold from the start. */
  readonly grids?: readonly GridChange[] | undefined;
  /** What the show came with; left out: what is stored beside the track's analysis. */
  readonly corrections?: ShowCorrections | undefined;
  readonly preset: Preset;
  readonly seed: number;
  readonly table: ParameterTable;
  readonly effects: readonly EffectSource[];
  readonly score: Score;
  readonly walk: Walk;
  readonly pipeline: Pipeline;
  /** What a show file says of the model beside its id: the folder (absolute) of one that is not embedded, and the sampling that was chosen. */
  readonly drawnWith?: { readonly folder?: string | undefined; readonly sampling?: Sampling | undefined } | undefined;
  /** Each picture starts from the one before it. */
  readonly feedback?: FeedbackSettings | undefined;
  /** Of the generated pictures; left out: the model's best. */
  readonly pictureSize?: PixelSize | undefined;
  readonly storyboard: readonly Scene[];
  /** Files of the parts whose curves the timeline holds; absolute. */
  readonly stemFiles?: readonly { readonly name: string; readonly path: string }[] | undefined;
  readonly keepers: Keepers;
  readonly snapshots: Snapshots;
  readonly cues: CueList;
  /** The control log the show came with, and that grows while it plays. */
  readonly log: ControlLog;
  readonly live: boolean;
  /** The live input so far, where it is recorded. */
  readonly recording?: LiveRecording | undefined;
  /** This track is a recorded live input; the walk knows no more of it than it did on stage. */
  readonly performance?: { readonly beats: readonly PassedBeat[] } | undefined;
  /** Frees what this show alone uses; a pipeline handed in stays. Safe to call twice. */
  close(): Promise<void>;
}

/** Follows live input causally. Times are seconds since the first sample. */
export interface LiveTracker {
  push(mono: Float32Array): void;
  /** Newest values by curve name. */
  features(): Readonly<Record<CurveName, Unit>>;
  readonly timeline: Timeline;
}

export interface LiveShow extends OpenShow {
  readonly tracker: LiveTracker;
  /** The show's timeline, whose beat others may lead. */
  readonly led: LedTimeline;
  /** Grows while the show is on. */
  readonly passedBeats: PassedBeat[];
}

/** A part of a show that changes while the rest stays. */
export interface Restaging {
  readonly timeline: Timeline;
  /** The timeline holds from its tick on; without it from the start. */
  readonly change?: GridChange | undefined;
}

export type GridEdit = { readonly action: 'bpm' | 'downbeat' | 'shift' | 'reset'; readonly value: number };

export interface RenderOrder {
  readonly id: string;
  readonly show: OpenShow;
  readonly aspect: '16:9' | '9:16' | '1:1';
  readonly draft: boolean;
  readonly estimateOnly: boolean;
}

export interface RunningRender {
  /** Path of the finished video. */
  readonly done: Promise<string>;
  cancel(): void;
}

/** What the driver does for the session. Failures are UserErrors. */
export interface ShowTools {
  /** Opens a track or show file with the session's pipeline. */
  /** `preset`: by name, instead of the session's own. */
  open(path: string, onProgress: (fraction: Unit, text: string) => void, preset?: string): Promise<OpenShow>;
  openLive(sampleRate: Hertz, preset: Preset): LiveShow;
  /** Opens a sound input of the server's machine and keeps it open. */
  captureDevice?(device: string, handlers: CaptureHandlers): Promise<Capture>;
  /** The same show with other parts; the audio and pipeline go over to the answer. */
  restage(show: OpenShow, parts: Restaging): OpenShow;
  /** The timeline with the parts and lines that the show has beside its track. */
  keepParts(timeline: Timeline, show: OpenShow): Timeline;
  /** The timeline on these beats; sections and drops move to the nearest downbeat. */
  layBeats(timeline: Timeline, beats: readonly HandBeat[]): Timeline;
  correctGrid(show: OpenShow, edit: GridEdit): Promise<Timeline>;
  presets(): readonly Preset[];
  /** Throws a UserError that suggests the nearest name. */
  findPreset(name: string): Preset;
  /** Answers the path written. Shipped presets are never overwritten. */
  savePreset(preset: Preset, name: string): Promise<string>;
  saveShow(show: OpenShow, name: string): Promise<string>;
  /** Known controller profiles, the user's own first. */
  controllers(): readonly ControllerProfile[];
  saveController(device: string, profile: ControllerProfile): Promise<void>;
  render(order: RenderOrder, onProgress: (progress: RenderProgress) => void): RunningRender;
}
