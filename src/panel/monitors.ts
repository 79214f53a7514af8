/**
 * Two small pictures: what is on air now, and where the walk will be. Both are generated frames before the look effects.
 * Frames come over the socket as they are made; only the one that is due is painted, at most once per display frame.
 */

import { secondsUntil, type Loop } from '../base/loop.ts';
import type { Seconds } from '../base/units.ts';
import { decodeFrame, type FrameHeader } from '../protocol/frame.ts';
import { h } from '../stage/page/dom.ts';
import { setText } from './tile-list.ts';

interface Shot {
  readonly header: FrameHeader;
  readonly payload: Uint8Array;
}

/** Frames further back than this are let go. */
const PAST: Seconds = 1;
/** A preview of a moment further off is of a place that was sought away from. */
const FARTHEST: Seconds = 30;
/** Less than this ahead is what is on air. */
const NOTHING: Seconds = 0.15;
/** Most frames kept; the look-ahead holds some seconds. */
const MOST = 240;

export class Monitors {
  readonly element: HTMLElement;
  readonly #air = createScreen('On air');
  readonly #ahead = createScreen('Ahead');
  /** In order of due time. */
  #shots: Shot[] = [];
  #preview: { readonly due: Seconds; readonly image: HTMLImageElement } | null = null;
  #epoch = -1;

  constructor() {
    this.element = h('section', { class: 'card monitors', 'aria-label': 'Monitors' }, this.#air.element, this.#ahead.element);
  }

  /** A generated frame. Throws for bytes that are none. */
  addFrame(bytes: ArrayBuffer): void {
    const shot = decodeFrame(bytes);
    const { epoch, tick } = shot.header;
    if (epoch !== this.#epoch) this.#shots = [];
    this.#epoch = epoch;
    const place = this.#shots.findLastIndex(({ header }) => header.tick <= tick);
    if (this.#shots[place]?.header.tick === tick) this.#shots[place] = shot;
    else this.#shots.splice(place + 1, 0, shot);
    if (this.#shots.length > MOST) this.#shots.shift();
  }

  /** A picture of where the walk will be; shown once it has come. */
  setPreview(due: Seconds, url: string): void {
    const image = new Image();
    image.src = url;
    image.decode().then(() => (this.#preview = { due, image }), () => undefined);
  }

  /** Once per display frame. `bars`: seconds of a bar now, 0 where none is known. */
  paint(time: Seconds, loop: Loop | null, barSeconds: Seconds): void {
    const away = (due: Seconds): Seconds => secondsUntil(due, time, loop, PAST);
    const onAir = this.#shots.findLast(({ header }) => header.due <= time) ?? this.#shots[0];
    // What a loop comes back to is ahead.
    this.#shots = this.#shots.filter((shot) => shot === onAir || away(shot.header.due) >= -PAST);
    if (onAir !== undefined) this.#air.show(onAir);
    const last = this.#shots.reduce<Shot | undefined>((far, shot) => (far !== undefined && away(far.header.due) >= away(shot.header.due) ? far : shot), undefined);
    const preview = this.#preview;
    const lastAway = last === undefined ? 0 : away(last.header.due);
    const previewAway = preview === null ? 0 : away(preview.due);
    // Of the two the one that looks further, as long as the music is before it.
    if (preview !== null && previewAway > Math.max(0.1, lastAway) && previewAway < FARTHEST) {
      this.#ahead.showImage(preview.image);
      setText(this.#ahead.note, aheadText(previewAway, barSeconds));
    } else if (last !== undefined) {
      this.#ahead.show(last);
      setText(this.#ahead.note, aheadText(lastAway, barSeconds));
    }
  }
}

/** '+5.8 s · 3 bars'; where the stage has no more than it shows: 'nothing in hand'. */
export function aheadText(seconds: Seconds, barSeconds: Seconds): string {
  const ahead = Math.max(0, seconds);
  if (ahead < NOTHING) return 'nothing in hand';
  const bars = barSeconds > 0 ? ahead / barSeconds : 0;
  return `+${ahead.toFixed(1)} s${bars >= 0.5 ? ` · ${Math.round(bars)} bar${Math.round(bars) === 1 ? '' : 's'}` : ''}`;
}

function createScreen(label: string): { readonly element: HTMLElement; readonly note: HTMLElement; show(shot: Shot): void; showImage(image: HTMLImageElement): void } {
  const canvas = h('canvas', { class: 'screen', width: 16, height: 9, role: 'img', 'aria-label': label });
  const note = h('span', { class: 'screen-note' });
  const element = h('figure', { class: 'monitor-screen' }, canvas, h('figcaption', {}, h('b', {}, label), note));
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  let shown: Shot | HTMLImageElement | null = null;
  let wanted: Shot | null = null;
  const size = (width: number, height: number): void => {
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
  };
  const show = (shot: Shot): void => {
    if (shot === shown) return;
    shown = shot;
    wanted = shot;
    const { header, payload } = shot;
    if (header.encoding === 'rgba') {
      size(header.width, header.height);
      context.putImageData(new ImageData(new Uint8ClampedArray(payload.buffer as ArrayBuffer, payload.byteOffset, header.width * header.height * 4), header.width, header.height), 0, 0);
      return;
    }
    void createImageBitmap(new Blob([payload.slice()], { type: 'image/jpeg' })).then((bitmap) => {
      if (wanted !== shot) return;
      size(bitmap.width, bitmap.height);
      context.drawImage(bitmap, 0, 0);
      bitmap.close();
    }, () => undefined);
  };
  const showImage = (image: HTMLImageElement): void => {
    if (image === shown) return;
    shown = image;
    wanted = null;
    size(image.naturalWidth, image.naturalHeight);
    context.drawImage(image, 0, 0);
  };
  return { element, note, show, showImage };
}
