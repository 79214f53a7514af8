/**
 * The WebSocket between server and browsers. Text = one JSON message below; binary server→client = one frame (frame.ts).
 * `v` in hello must equal PROTOCOL_VERSION. Instants `at` are server-monotonic milliseconds; pages map them to their own
 * clock with ping/pong (minimum round trip).
 */

import type { Loop } from '../base/loop.ts';
import type { ControlValue } from '../score/control.ts';
import type { Parameter } from '../score/parameters.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import type { OutputSettings } from './output-settings.ts';

export const PROTOCOL_VERSION = 1;

export type Role = 'stage' | 'panel' | 'render';

/** Where the show is: `showTime` at the instant `at`, moving at `rate` while playing. */
export interface TransportState {
  readonly playing: boolean;
  readonly showTime: Seconds;
  readonly at: Milliseconds;
  readonly rate: number;
  /** Track length (s); 0 for live input or none. */
  readonly duration: Seconds;
  /** Client id of the elected sound page, or null. */
  readonly soundPage: string | null;
  /** 'track' | 'free' | 'live' | 'tap' | 'osc' … who gives time and beat now, with its confidence. */
  readonly clockSource: string;
  readonly confidence: number;
  readonly tempo: number;
  readonly beat: number;
  readonly bar: number;
  /** Counts jumps (seek, new track): schedules made before are void. A loop's turns are none. */
  readonly epoch: number;
  /** The loop that is on: time that reaches its end from before goes on at its start. */
  readonly loop: Loop | null;
}

/** A shader effect as the stage gets it: source with its ISF header already parsed into parameters. */
export interface EffectSource {
  readonly name: string;
  readonly label: string;
  readonly source: string;
  readonly parameters: readonly Parameter[];
}

/** What a page needs to know about the open show. Times in s; URLs relative to the server. */
export interface ShowInfo {
  readonly title: string;
  readonly track: string | null;
  readonly duration: Seconds;
  /** Binary timeline (timeline/binary.ts), null for live. */
  readonly timelineUrl: string | null;
  /** Decoded PCM for Web Audio: WAV float32 served with Range; null for live. */
  readonly pcmUrl: string | null;
  readonly sampleRate: number;
  readonly channels: number;
  readonly presetName: string;
  readonly presets: readonly { readonly name: string; readonly intent: string }[];
  /** Look chain of the preset in order, by effect name. */
  readonly lookChain: readonly string[];
  /** Fast routes of the preset that the stage runs at the audio clock (score/route.ts RouteSpec as JSON). */
  readonly stageRoutes: readonly unknown[];
  /** All routes of the preset, and the walk's speed factors at the song's quietest and loudest. */
  readonly routes: readonly unknown[];
  readonly walkSpeed: { readonly slowest: number; readonly fastest: number };
  readonly model: string;
  readonly prompts: readonly string[];
}

export interface SceneTile {
  readonly id: string;
  readonly start: Seconds;
  readonly end: Seconds;
  readonly label: string;
  readonly kind: string;
  readonly prompt: string;
  readonly seed: number;
  readonly locked: boolean;
  /** Picture URL (PNG/JPEG). */
  readonly picture: string;
}

export interface KeeperTile {
  readonly id: number;
  readonly prompt: string;
  readonly seed: number;
  readonly picture: string;
  readonly safe: boolean;
}

export type CueTransition = 'cut' | 'dissolve' | 'morph';

export interface CueTile {
  readonly id: number;
  readonly name: string;
  readonly transition: CueTransition;
  readonly beats: number;
  /** In words: 'by hand', 'bar 33', 'drop', '1:04'. */
  readonly trigger: string;
  /** What `/cue/go` fires. */
  readonly isNext: boolean;
  readonly isOn: boolean;
}

export type PadState = 'empty' | 'thinking' | 'ready' | 'armed' | 'on';

/** A prompt typed live, with pictures of some seeds. */
export interface PadTile {
  readonly id: number;
  readonly prompt: string;
  readonly state: PadState;
  /** Those that are drawn. */
  readonly pictures: readonly { readonly seed: number; readonly url: string }[];
  /** Index of the picture that is armed or on; -1: none. */
  readonly chosen: number;
  /** Show time at which an armed one is on air. */
  readonly landsAt: Seconds | null;
}

export interface Telemetry {
  readonly bufferSeconds: Seconds;
  readonly picturesPerSecond: number;
  readonly lateFrames: number;
  readonly generation: number;
  readonly subdivision: number;
  readonly provider: string;
  readonly oscReceived: number;
  readonly oscBad: number;
  readonly clients: number;
  /** What the flash limiter of the worst stage page leaves, 0..1; left out while no stage has said. */
  readonly flashHeadroom?: number;
  /** Beat to light of the worst stage page (ms, p95); left out while no page knows. */
  readonly beatToLightMs?: number;
}

/** A MIDI device and what its controls move. */
export interface ControllerInfo {
  readonly name: string;
  /** Reached through a page's Web MIDI, not through a port of the server's machine. */
  readonly isPage: boolean;
  readonly bindings: readonly { readonly source: string; readonly path: string }[];
}

/** The last message of one control or address. */
export interface MonitorEntry {
  readonly via: 'midi' | 'osc';
  /** Device or address of the sender. */
  readonly from: string;
  readonly what: string;
  readonly value: string;
  /** Parameter that it moves, null for none. */
  readonly path: string | null;
}

export interface RenderProgress {
  readonly id: string;
  readonly state: 'estimating' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly framesDone: number;
  readonly framesTotal: number;
  readonly framesPerSecond: number;
  readonly secondsLeft: Seconds;
  /** Download URL when done, else ''. */
  readonly url: string;
  readonly message: string;
}

/** A track of the night. */
export interface QueueTile {
  readonly id: string;
  readonly title: string;
  /** In words: 'playing', 'ready', 'analysing 40 %', what went wrong. */
  readonly state: string;
  readonly isOn: boolean;
  readonly isBroken: boolean;
}

/** What the model makes of a prompt, in words of its card; `weak`: it knows nothing like it well. */
export interface HeardPrompt {
  readonly words: readonly string[];
  readonly weak: boolean;
}

export type ServerMessage =
  | { readonly type: 'hello'; readonly v: number; readonly clientId: string; readonly token: string; readonly show: ShowInfo; readonly parameters: readonly Parameter[]; readonly values: Record<string, ControlValue>; readonly effects: readonly EffectSource[]; readonly transport: TransportState }
  | { readonly type: 'pong'; readonly sent: Milliseconds; readonly at: Milliseconds }
  | { readonly type: 'show'; readonly show: ShowInfo; readonly values: Record<string, ControlValue> }
  | { readonly type: 'transport'; readonly transport: TransportState }
  | { readonly type: 'values'; readonly values: Record<string, ControlValue>; readonly source: string }
  | { readonly type: 'trigger'; readonly path: string; readonly args: readonly ControlValue[]; readonly source: string }
  | { readonly type: 'telemetry'; readonly telemetry: Telemetry }
  | { readonly type: 'storyboard'; readonly scenes: readonly SceneTile[] }
  | { readonly type: 'keepers'; readonly keepers: readonly KeeperTile[] }
  /** Picture URLs by preset name, drawn by the open model; those that are there. */
  | { readonly type: 'thumbnails'; readonly presets: Readonly<Record<string, string>> }
  /** A picture of where the walk will be at a show time. */
  | { readonly type: 'preview'; readonly due: Seconds; readonly bars: number; readonly picture: string }
  /** By slot: holds something. */
  | { readonly type: 'snapshots'; readonly filled: readonly boolean[] }
  /** The set list in its order. */
  | { readonly type: 'cues'; readonly cues: readonly CueTile[] }
  | { readonly type: 'queue'; readonly tracks: readonly QueueTile[] }
  | { readonly type: 'pads'; readonly pads: readonly PadTile[] }
  /** By prompt, all that are known; empty for a model that cannot say. */
  | { readonly type: 'heard'; readonly prompts: Readonly<Record<string, HeardPrompt>> }
  /** Files of shaders/ have changed: all effects, the whole table with their inputs, and the values of all controls. */
  | { readonly type: 'effects'; readonly effects: readonly EffectSource[]; readonly parameters: readonly Parameter[]; readonly values: Readonly<Record<string, ControlValue>> }
  | { readonly type: 'progress'; readonly task: string; readonly fraction: number; readonly text: string }
  | { readonly type: 'render'; readonly progress: RenderProgress }
  /** Live input, ~40 a second: newest features (0..1 by curve name), predicted beat grid. Times on the show clock. */
  | { readonly type: 'live'; readonly time: Seconds; readonly features: Record<string, number>; readonly tempo: number; readonly lastBeat: Seconds; readonly nextBeat: Seconds; readonly positionInBar: number; readonly confidence: number }
  /** Devices and mappings; `armed`: the path that waits for a control. */
  | { readonly type: 'controllers'; readonly controllers: readonly ControllerInfo[]; readonly armed: string | null }
  /** What came in lately, mapped or not, oldest first. */
  | { readonly type: 'monitor'; readonly entries: readonly MonitorEntry[] }
  /** For a device at this page's Web MIDI. */
  | { readonly type: 'midiOut'; readonly device: string; readonly bytes: readonly number[] }
  /** Saved geometry by the output's name. */
  | { readonly type: 'outputs'; readonly outputs: Readonly<Record<string, OutputSettings>> }
  | { readonly type: 'notice'; readonly level: 'info' | 'warn' | 'error'; readonly text: string };

export type ClientMessage =
  /** Saves the geometry of an output; null forgets it. */
  | { readonly type: 'output'; readonly name: string; readonly settings: OutputSettings | null }
  /** May be sent again on the same socket when `canPlaySound` changes (a click has allowed sound). */
  | { readonly type: 'hello'; readonly v: number; readonly role: Role; readonly canPlaySound: boolean }
  | { readonly type: 'ping'; readonly sent: Milliseconds }
  /** Sound page, ≥ 4 a second: show time heard at the page instant that maps to server instant `at`. */
  | { readonly type: 'clock'; readonly showTime: Seconds; readonly at: Milliseconds; readonly outputLatency: Seconds; readonly playing: boolean }
  | { readonly type: 'value'; readonly path: string; readonly value: ControlValue; readonly source: string }
  | { readonly type: 'trigger'; readonly path: string; readonly args: readonly ControlValue[]; readonly source: string }
  /** Live input: PCM hops follow as binary client→server messages (hop.ts). The same page or another may go on after a loss. */
  | { readonly type: 'live'; readonly on: boolean; readonly sampleRate: number }
  | { readonly type: 'openTrack'; readonly uploadId: string; readonly name: string }
  /** `id`: of the upload for `add`, of the track else; `name`: of the file that was uploaded. */
  | { readonly type: 'queue'; readonly action: 'add' | 'play' | 'next' | 'remove' | 'earlier' | 'later'; readonly id: string; readonly name: string }
  | { readonly type: 'scene'; readonly action: 'reroll' | 'lock' | 'unlock' | 'edit'; readonly id: string; readonly prompt: string }
  /** `preset`: saved as a preset whose name is in `sceneId` (empty: its prompt). */
  | { readonly type: 'keeper'; readonly action: 'pin' | 'safe' | 'delete' | 'preset'; readonly id: number; readonly sceneId: string }
  /** A cue of what is on air (`what` ''), of a preset by name, a keeper by id or a snapshot by slot; fires where the show is now, or by hand. */
  | { readonly type: 'cueAdd'; readonly of: 'air' | 'preset' | 'keeper' | 'snapshot'; readonly what: string; readonly on: 'hand' | 'bar' | 'section' | 'time' }
  | { readonly type: 'cueEdit'; readonly id: number; readonly name: string; readonly transition: CueTransition; readonly beats: number }
  /** `hand`, `bar`, `section`, `time`: fires so from now on, where the show is now. */
  | { readonly type: 'cue'; readonly action: 'remove' | 'earlier' | 'later' | 'hand' | 'bar' | 'section' | 'time'; readonly id: number }
  | { readonly type: 'grid'; readonly action: 'bpm' | 'downbeat' | 'shift' | 'reset'; readonly value: number }
  | { readonly type: 'savePreset'; readonly name: string }
  | { readonly type: 'saveShow'; readonly name: string }
  | { readonly type: 'render'; readonly action: 'estimate' | 'start' | 'draft' | 'cancel'; readonly aspect: '16:9' | '9:16' | '1:1' }
  /** Devices at this page's Web MIDI, all of them each time; then what they send. */
  | { readonly type: 'midiDevices'; readonly devices: readonly string[] }
  | { readonly type: 'midi'; readonly device: string; readonly bytes: readonly number[] }
  | { readonly type: 'learn'; readonly action: 'arm' | 'cancel' | 'forget'; readonly path: string }
  /** A look effect does not compile on this stage; `text` names its line. */
  | { readonly type: 'effectFault'; readonly name: string; readonly text: string }
  | { readonly type: 'drawn'; readonly dropped: number; readonly drawTimeP95: Milliseconds; /** What the flash limiter leaves, 0..1. */ readonly flashHeadroom: number; /** 95th percentile of the distance between a beat's light and its sound on that page; null while unknown. */ readonly beatToLight: Milliseconds | null };
