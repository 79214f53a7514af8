/**
 * The ruler over the waveform: section names and bar numbers; a drag along it asks for a loop, snapped to bars (with shift
 * to beats), a tap for none. What is shown is the server's loop. Drawn only when something changed. Times in seconds of the track.
 */

import type { Loop } from '../base/loop.ts';
import { clamp } from '../base/math.ts';
import type { Seconds } from '../base/units.ts';
import { h } from '../stage/page/dom.ts';
import { sectionColour } from '../stage/page/section-colours.ts';
import { timeOfBeat, placeInGrid, type Timeline } from '../timeline/timeline.ts';

const TAP_SLOP = 4;

export class TrackRuler {
  readonly canvas = h('canvas', { class: 'ruler', role: 'img', 'aria-label': 'Sections and bars: drag to loop, tap to end the loop', title: 'Drag: loop these bars (shift: beats). Tap: no loop.' });
  readonly #onLoop: (loop: Loop | null) => void;
  #timeline: Timeline | null = null;
  #loop: Loop | null = null;
  #drag: { readonly from: Seconds; readonly x: number; moved: boolean; loop: Loop | null } | null = null;
  #stale = true;

  constructor(onLoop: (loop: Loop | null) => void) {
    this.#onLoop = onLoop;
    this.canvas.addEventListener('pointerdown', (event) => this.#press(event));
    this.canvas.addEventListener('pointermove', (event) => this.#move(event));
    this.canvas.addEventListener('pointerup', () => this.#release());
    this.canvas.addEventListener('pointercancel', () => (this.#drag = null));
    new ResizeObserver(() => (this.#stale = true)).observe(this.canvas);
  }

  /** The loop as it is being drawn by hand, else as it stands. */
  get loop(): Loop | null {
    return this.#drag?.moved === true ? this.#drag.loop : this.#loop;
  }

  setTimeline(timeline: Timeline | null): void {
    this.#timeline = timeline;
    this.#stale = true;
  }

  setLoop(loop: Loop | null): void {
    if (loop?.start === this.#loop?.start && loop?.end === this.#loop?.end) return;
    this.#loop = loop;
    this.#stale = true;
  }

  paint(): void {
    const ratio = Math.min(2, devicePixelRatio);
    const width = Math.round(this.canvas.clientWidth * ratio);
    const height = Math.round(this.canvas.clientHeight * ratio);
    if (!this.#stale || width === 0) return;
    this.#stale = false;
    this.canvas.width = width;
    this.canvas.height = height;
    const context = this.canvas.getContext('2d') as CanvasRenderingContext2D;
    if (this.#timeline !== null) drawSections(context, this.#timeline, width, height, ratio);
    if (this.#timeline !== null && this.loop !== null) drawLoop(context, this.loop, this.#timeline.duration, width, height, ratio);
  }

  #press(event: PointerEvent): void {
    if (this.#timeline === null) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.#drag = { from: this.#timeAt(event), x: event.clientX, moved: false, loop: null };
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (drag === null || this.#timeline === null) return;
    drag.moved ||= Math.abs(event.clientX - drag.x) > TAP_SLOP;
    if (!drag.moved) return;
    drag.loop = snapLoop(this.#timeline, drag.from, this.#timeAt(event), event.shiftKey);
    this.#stale = true;
  }

  #release(): void {
    const drag = this.#drag;
    this.#drag = null;
    if (drag === null) return;
    this.#loop = drag.moved ? drag.loop : null;
    this.#stale = true;
    this.#onLoop(this.#loop);
  }

  #timeAt(event: PointerEvent): Seconds {
    const box = this.canvas.getBoundingClientRect();
    return clamp((event.clientX - box.left) / box.width, 0, 1) * (this.#timeline?.duration ?? 0);
  }
}

/** The whole bars (or beats) that a drag touches; at least one. */
export function snapLoop(timeline: Timeline, from: Seconds, to: Seconds, toBeats = false): Loop {
  const { grid, duration } = timeline;
  const [low, high] = from <= to ? [from, to] : [to, from];
  const edge = (time: Seconds, up: boolean): number => {
    const place = placeInGrid(grid, time);
    const into = toBeats ? place.phase : place.positionInBar - 1 + place.phase;
    const size = toBeats ? 1 : Math.max(1, grid.metre);
    const floor = place.beat - into;
    return up && into > 1e-6 ? floor + size : floor;
  };
  const start = edge(low, false);
  const end = Math.max(edge(high, true), start + (toBeats ? 1 : Math.max(1, grid.metre)));
  return { start: clamp(timeOfBeat(grid, start), 0, duration), end: clamp(timeOfBeat(grid, end), 0, duration) };
}

function drawSections(context: CanvasRenderingContext2D, timeline: Timeline, width: number, height: number, ratio: number): void {
  context.font = `600 ${11 * ratio}px Inter, 'Segoe UI', sans-serif`;
  context.textBaseline = 'middle';
  for (const { start, end, label, kind } of timeline.sections) {
    const x = (start / timeline.duration) * width;
    const right = (end / timeline.duration) * width;
    context.fillStyle = sectionColour(label, kind, 0.24);
    context.fillRect(x, 0, Math.max(1, right - x - ratio), height);
    context.fillStyle = sectionColour(label, kind, 0.95);
    context.fillRect(x, 0, 2 * ratio, height);
    const text = `${kind} ${placeInGrid(timeline.grid, start + 0.01).bar + 1}`;
    if (context.measureText(text).width > right - x - 12 * ratio) continue;
    context.fillStyle = '#f2efe8';
    context.fillText(text, x + 7 * ratio, height / 2 + ratio * 0.5);
  }
}

function drawLoop(context: CanvasRenderingContext2D, loop: Loop, duration: Seconds, width: number, height: number, ratio: number): void {
  const x = (loop.start / duration) * width;
  const right = (loop.end / duration) * width;
  context.fillStyle = '#ffb347';
  context.fillRect(x, height - 4 * ratio, right - x, 4 * ratio);
  context.fillRect(x, 0, 2 * ratio, height);
  context.fillRect(right - 2 * ratio, 0, 2 * ratio, height);
}
