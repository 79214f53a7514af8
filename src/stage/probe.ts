/**
 * `window.latentbeatProbe`: what the page shows, for tests and benches. Times in show seconds, costs in milliseconds.
 */

import { lerp } from '../base/math.ts';
import type { Milliseconds, Seconds, Unit } from '../base/units.ts';
import type { Pick } from './frame-store.ts';
import type { FramePixels } from './frame-textures.ts';

export interface ShownFrame {
  readonly tick: number;
  readonly generation: number;
  /** FNV-1a over the generated pixels (raw frames), else over tick and generation. */
  readonly hash: string;
  readonly showTime: Seconds;
}

interface Note {
  readonly cost: Milliseconds;
  readonly interval: Milliseconds;
  readonly heard: Seconds | null;
  readonly instant: Milliseconds;
}

/** One display frame: the page instant it was asked for, what it was drawn for, and what was heard then. */
export interface DisplayFrame {
  readonly instant: Milliseconds;
  readonly time: Seconds;
  readonly heard: Seconds | null;
  /** 0..1 within the beat, as the shaders get it, and the generated frame shown. */
  readonly beatPhase: Unit;
  readonly tick: number;
}

const KEPT = 4_000;

export class Probe {
  connected = false;
  generation = 0;
  shownTick = -1;
  /** Show time of the picture on screen, and the show time it was drawn for. */
  due: Seconds = -1;
  showTime: Seconds = 0;
  /** Page instant (performance.now, ms) for which `showTime` holds. */
  drawnAt: Milliseconds = 0;
  /** What the sound page hears at the last drawn frame; null elsewhere. */
  audioTime: Seconds | null = null;
  starved = true;
  light = 1;
  qualityLevel = 0;
  effects: readonly string[] = [];
  renderer = '';
  /** Share of the flash limiter at the last frame: 1 = the picture is shown as it is. */
  flashShare = 1;
  /** What lives on the GPU now, as three counts it. */
  gpuObjects: () => { readonly textures: number; readonly geometries: number; readonly programs: number } = () => ({ textures: 0, geometries: 0, programs: 0 });
  /** Due time of the oldest picture in the store (s); -1 for none. */
  oldestDue: () => Seconds = () => -1;
  framesReceived = 0;
  framesStored = 0;
  displayFrames = 0;
  starvedFrames = 0;
  /** Last few thousand display frames. */
  readonly drawTimes: Milliseconds[] = [];
  readonly intervals: Milliseconds[] = [];
  readonly dueMinusAudio: Seconds[] = [];
  readonly showMinusAudio: Seconds[] = [];
  readonly history: DisplayFrame[] = [];
  /** 95th percentile of the distance between a beat's light and its sound (ms); null while unknown. */
  beatToLight: Milliseconds | null = null;
  /** 0..1 within the beat, as the shaders got it for the frame on screen. */
  beatPhase: Unit = 0;
  /** Each generated frame as it first came on screen. */
  readonly shown: ShownFrame[] = [];
  readonly #hashes = new Set<string>();
  #last: FramePixels | null = null;

  /** Different generated pictures shown so far. */
  get distinctHashes(): number {
    return this.#hashes.size;
  }

  show(pick: Pick<FramePixels> | null, time: Seconds, light: number, effects: readonly string[], level: number): void {
    this.showTime = time;
    this.light = light;
    this.effects = effects;
    this.qualityLevel = level;
    this.starved = pick === null || pick.starved;
    this.displayFrames++;
    if (this.starved) this.starvedFrames++;
    if (pick === null) return;
    this.due = lerp(pick.from.due, pick.to.due, pick.mix);
    this.generation = pick.from.generation;
    this.shownTick = pick.from.tick;
    if (pick.from.pixels !== this.#last) this.#noteFrame(pick.from, time);
    this.#last = pick.from.pixels;
  }

  note({ cost, interval, heard, instant }: Note): void {
    this.drawnAt = instant;
    push(this.drawTimes, cost);
    push(this.intervals, interval);
    this.audioTime = heard;
    push(this.history, { instant, time: this.showTime, heard, beatPhase: this.beatPhase, tick: this.shownTick });
    if (heard === null || this.starved) return;
    push(this.dueMinusAudio, this.due - heard);
    push(this.showMinusAudio, this.showTime - heard);
  }

  #noteFrame(frame: Pick<FramePixels>['from'], time: Seconds): void {
    const hash = frame.pixels.kind === 'raw' ? hashPixels(frame.pixels.data) : `${frame.tick}/${frame.generation}`;
    this.#hashes.add(hash);
    push(this.shown, { tick: frame.tick, generation: frame.generation, hash, showTime: time });
  }
}

function push<T>(list: T[], value: T): void {
  list.push(value);
  if (list.length > KEPT) list.splice(0, KEPT / 2);
}

/** FNV-1a over all bytes, as 8 hexadecimal digits. */
export function hashPixels(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
