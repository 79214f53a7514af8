/**
 * The flash limiter over RGBA pictures in memory (the export without a browser): measures each picture's tiles, and mixes in
 * linear light where the limiter holds a flash back. 8-bit sRGB, top row first. Pure.
 */

import type { Seconds } from '../base/units.ts';
import { FlashLimiter } from './limiter.ts';
import { encodedOf, LINEAR_OF_BYTE, TILE_COLUMNS, TILE_ROWS, TILES, type SafetyProfile } from './rules.ts';

export class SafePictures {
  readonly limiter: FlashLimiter;
  readonly #width: number;
  readonly #height: number;
  readonly #tiles = new Float64Array(3 * TILES);
  /** The last picture in linear light [height, width, 3] while it is mixed, else its bytes: exact, and cheap. */
  #linear: Float32Array | null = null;
  #bytes: Uint8Array | null = null;

  constructor(profile: SafetyProfile, width: number, height: number) {
    this.limiter = new FlashLimiter(profile);
    this.#width = width;
    this.#height = height;
  }

  /** What may be shown for `pixels` (RGBA) at `now` (s, ascending): the same bytes, or new ones. */
  next(pixels: Uint8Array, now: Seconds): Uint8Array {
    measureTiles(pixels, this.#width, this.#height, this.#tiles);
    const share = this.limiter.limit(this.#tiles, now);
    if (share === 1) {
      this.#linear = null;
      this.#bytes ??= new Uint8Array(pixels.length);
      this.#bytes.set(pixels);
      return pixels;
    }
    return this.#mix(pixels, share);
  }

  #mix(pixels: Uint8Array, share: number): Uint8Array {
    const linear = (this.#linear ??= toLinear(this.#bytes as Uint8Array));
    const out = new Uint8Array(pixels.length);
    for (let from = 0, to = 0; from < linear.length; from += 3, to += 4) {
      for (let channel = 0; channel < 3; channel++) {
        const before = linear[from + channel] as number;
        const next = before + share * ((LINEAR_OF_BYTE[pixels[to + channel] as number] as number) - before);
        linear[from + channel] = next;
        out[to + channel] = Math.round(encodedOf(next) * 255);
      }
      out[to + 3] = 255;
    }
    return out;
  }
}

/** Mean linear R, G, B of each tile; a pixel belongs to the tile its centre lies in. */
export function measureTiles(pixels: Uint8Array, width: number, height: number, out: Float64Array): void {
  for (let row = 0; row < TILE_ROWS; row++) {
    const [top, bottom] = spanOf(row, TILE_ROWS, height);
    for (let column = 0; column < TILE_COLUMNS; column++) {
      const [left, right] = spanOf(column, TILE_COLUMNS, width);
      let [r, g, b] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let at = (y * width + left) * 4, end = (y * width + right) * 4; at < end; at += 4) {
          r += LINEAR_OF_BYTE[pixels[at] as number] as number;
          g += LINEAR_OF_BYTE[pixels[at + 1] as number] as number;
          b += LINEAR_OF_BYTE[pixels[at + 2] as number] as number;
        }
      }
      const place = 3 * (row * TILE_COLUMNS + column);
      const count = (bottom - top) * (right - left);
      out[place] = r / count;
      out[place + 1] = g / count;
      out[place + 2] = b / count;
    }
  }
}

/** First and one past the last pixel of a tile on one axis; at least one pixel, so that small pictures work. */
export function spanOf(tile: number, tiles: number, pixels: number): readonly [number, number] {
  const from = Math.min(pixels - 1, Math.floor((tile * pixels) / tiles));
  return [from, Math.max(from + 1, Math.floor(((tile + 1) * pixels) / tiles))];
}

function toLinear(bytes: Uint8Array): Float32Array {
  const linear = new Float32Array((bytes.length / 4) * 3);
  for (let from = 0, to = 0; from < bytes.length; from += 4, to += 3) {
    for (let channel = 0; channel < 3; channel++) linear[to + channel] = LINEAR_OF_BYTE[bytes[from + channel] as number] as number;
  }
  return linear;
}
