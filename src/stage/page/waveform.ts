/**
 * The track as a picture: level mirrored about the middle, coloured by section, with beats, downbeats and the playhead.
 * A tap seeks; in grid mode a tap sets the downbeat and a drag moves the whole grid. Times in seconds of the track.
 */

import { clamp, lastIndexAtOrBefore } from '../../base/math.ts';
import type { Seconds } from '../../base/units.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import { h } from './dom.ts';
import { sectionColour } from './section-colours.ts';

export interface WaveformHandlers {
  readonly onSeek: (time: Seconds) => void;
  /** Grid mode: the bar starts here. */
  readonly onDownbeat?: (time: Seconds) => void;
  /** Grid mode: all beats move by this much. */
  readonly onShift?: (by: Seconds) => void;
}

/** Below this many pixels between beats only downbeats are drawn. */
const LEAST_BEAT_GAP = 5;
/** A press that moves less than this is a tap (px). */
const TAP_SLOP = 4;

export class Waveform {
  readonly canvas = h('canvas', { class: 'waveform' });
  readonly #handlers: WaveformHandlers;
  #timeline: Timeline | null = null;
  #gridMode = false;
  /** Seconds of track shown, and its first; the whole track outside grid mode. */
  #drag: { readonly startX: number; x: number } | null = null;
  #body: ImageBitmap | HTMLCanvasElement | null = null;
  #time: Seconds = 0;

  constructor(handlers: WaveformHandlers) {
    this.#handlers = handlers;
    this.canvas.addEventListener('pointerdown', (event) => this.#press(event));
    this.canvas.addEventListener('pointermove', (event) => this.#move(event));
    this.canvas.addEventListener('pointerup', (event) => this.#release(event));
    new ResizeObserver(() => this.#redraw()).observe(this.canvas);
  }

  setTimeline(timeline: Timeline | null): void {
    this.#timeline = timeline;
    this.#redraw();
  }

  /** In grid mode a window of eight bars around the playhead is shown, so that beats can be grasped. */
  setGridMode(on: boolean): void {
    this.#gridMode = on;
    this.#redraw();
  }

  setTime(time: Seconds): void {
    this.#time = time;
    if (this.#gridMode && this.#drag === null) this.#body = null;
    this.#paint();
  }

  #window(): { readonly start: Seconds; readonly length: Seconds } {
    const timeline = this.#timeline;
    if (timeline === null) return { start: 0, length: 1 };
    if (!this.#gridMode) return { start: 0, length: timeline.duration };
    const tempo = timeline.grid.tempo[0] ?? 120;
    const length = Math.min(timeline.duration, (60 / tempo) * timeline.grid.metre * 8);
    return { start: clamp(this.#time - length / 2, 0, Math.max(0, timeline.duration - length)), length };
  }

  #timeAt(event: PointerEvent): Seconds {
    const box = this.canvas.getBoundingClientRect();
    const { start, length } = this.#window();
    return start + clamp((event.clientX - box.left) / box.width, 0, 1) * length;
  }

  #press(event: PointerEvent): void {
    if (this.#timeline === null) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.#drag = { startX: event.clientX, x: event.clientX };
  }

  #move(event: PointerEvent): void {
    if (this.#drag === null) return;
    this.#drag.x = event.clientX;
    if (!this.#gridMode) this.#handlers.onSeek(this.#timeAt(event));
    else this.#body = null;
    this.#paint();
  }

  #release(event: PointerEvent): void {
    const drag = this.#drag;
    this.#drag = null;
    if (drag === null) return;
    const moved = event.clientX - drag.startX;
    if (Math.abs(moved) < TAP_SLOP) {
      if (this.#gridMode) this.#handlers.onDownbeat?.(this.#timeAt(event));
      else this.#handlers.onSeek(this.#timeAt(event));
    } else if (this.#gridMode) this.#handlers.onShift?.((moved / this.canvas.clientWidth) * this.#window().length);
    this.#redraw();
  }

  #redraw(): void {
    this.#body = null;
    this.#paint();
  }

  #paint(): void {
    const ratio = Math.min(2, devicePixelRatio);
    const width = Math.round(this.canvas.clientWidth * ratio);
    const height = Math.round(this.canvas.clientHeight * ratio);
    if (width === 0 || height === 0) return;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.#body = null;
    }
    const context = this.canvas.getContext('2d') as CanvasRenderingContext2D;
    this.#body ??= this.#drawBody(width, height, ratio);
    context.clearRect(0, 0, width, height);
    context.drawImage(this.#body, 0, 0);
    this.#drawPlayhead(context, width, height, ratio);
  }

  #drawBody(width: number, height: number, ratio: number): HTMLCanvasElement {
    const body = document.createElement('canvas');
    body.width = width;
    body.height = height;
    const context = body.getContext('2d') as CanvasRenderingContext2D;
    const timeline = this.#timeline;
    if (timeline === null) return body;
    const { start, length } = this.#window();
    drawSections(context, timeline, start, length, width, height);
    drawLevel(context, timeline, start, length, width, height, ratio);
    const shift = this.#gridMode && this.#drag !== null ? this.#drag.x - this.#drag.startX : 0;
    drawBeats(context, timeline, start, length, width, height, ratio, shift * ratio);
    return body;
  }

  #drawPlayhead(context: CanvasRenderingContext2D, width: number, height: number, ratio: number): void {
    if (this.#timeline === null) return;
    const { start, length } = this.#window();
    const x = ((this.#time - start) / length) * width;
    if (!this.#gridMode) {
      context.fillStyle = 'rgb(8 8 11 / 55%)';
      context.fillRect(x, 0, width - x, height);
    }
    context.fillStyle = '#fff';
    context.fillRect(Math.round(x - ratio * 0.75), 0, Math.max(1, Math.round(1.5 * ratio)), height);
  }
}

function drawSections(context: CanvasRenderingContext2D, timeline: Timeline, start: Seconds, length: Seconds, width: number, height: number): void {
  for (const section of timeline.sections) {
    const x = ((section.start - start) / length) * width;
    const right = ((section.end - start) / length) * width;
    context.fillStyle = sectionColour(section.label, section.kind, 0.13);
    context.fillRect(x, 0, right - x, height);
    context.fillStyle = sectionColour(section.label, section.kind, 0.9);
    context.fillRect(x, 0, Math.max(1, right - x - 1), Math.max(2, height * 0.035));
  }
}

function drawLevel(context: CanvasRenderingContext2D, timeline: Timeline, start: Seconds, length: Seconds, width: number, height: number, ratio: number): void {
  const step = Math.max(2, Math.round(2.5 * ratio));
  const { loudness, level } = timeline.curves;
  const sectionStarts = timeline.sections.map((section) => section.start);
  for (let x = 0; x < width; x += step) {
    const from = start + (x / width) * length;
    const peak = peakBetween(level, loudness, from * timeline.rate, (from + (step / width) * length) * timeline.rate);
    const section = timeline.sections[Math.max(0, lastIndexAtOrBefore(sectionStarts, from))];
    context.fillStyle = section === undefined ? '#9a958a' : sectionColour(section.label, section.kind, 0.95);
    const tall = Math.max(ratio, peak * height * 0.43);
    context.fillRect(x, height * 0.52 - tall, step - Math.max(1, ratio * 0.6), tall * 2);
  }
}

/** Fast level weighted by loudness, so that quiet parts look quiet: 0..1. */
function peakBetween(level: Float32Array, loudness: Float32Array, from: number, to: number): number {
  let peak = 0;
  for (let i = Math.floor(from); i <= Math.min(to, level.length - 1); i++) peak = Math.max(peak, (level[i] ?? 0) ** 2 * (0.45 + 0.55 * (loudness[i] ?? 0)));
  return Math.min(1, peak * 1.15);
}

function drawBeats(context: CanvasRenderingContext2D, timeline: Timeline, start: Seconds, length: Seconds, width: number, height: number, ratio: number, shift: number): void {
  const { beats, positions } = timeline.grid;
  const gap = ((60 / (timeline.grid.tempo[0] ?? 120)) / length) * width;
  const everyBar = gap * timeline.grid.metre >= LEAST_BEAT_GAP * ratio;
  if (!everyBar) return;
  for (let i = 0; i < beats.length; i++) {
    const isDownbeat = positions[i] === 1;
    if (!isDownbeat && gap < LEAST_BEAT_GAP * ratio) continue;
    const x = (((beats[i] as number) - start) / length) * width + shift;
    if (x < -1 || x > width) continue;
    context.fillStyle = isDownbeat ? 'rgb(255 255 255 / 60%)' : 'rgb(255 255 255 / 25%)';
    const tall = isDownbeat ? height * 0.16 : height * 0.08;
    context.fillRect(Math.round(x), height - tall, Math.max(1, ratio * 0.75), tall);
  }
}
