/**
 * The stage's last step on the GPU: what was painted is measured in 64 x 36 tiles, the limiter says how far the picture may
 * move, and only then it reaches the canvas. The tiles are read at once (9 KB), since a reading that comes a frame later
 * would let a flash through. Nearly always the painted picture is shown as it is, at the cost of one copy.
 */

import { ClampToEdgeWrapping, FloatType, NearestFilter, RGBAFormat, Vector2, WebGLRenderTarget, type WebGLRenderer } from 'three';

import type { Seconds, Unit } from '../../base/units.ts';
import { FlashLimiter } from '../../safety/limiter.ts';
import { TILE_COLUMNS, TILE_ROWS, TILES, type SafetyProfile } from '../../safety/rules.ts';
import { createTarget, Pass, uniformsOf } from '../passes.ts';
import { COPY, GATHER, HOLD, MEASURE } from './safety-shaders.ts';

/** Parts of a tile on each axis that are summed side by side. */
const PARTS = 4;

export class SafeOutput {
  #limiter = new FlashLimiter('strict');
  readonly #parts = createMeasure(TILE_COLUMNS * PARTS, TILE_ROWS * PARTS);
  readonly #tiles = createMeasure(TILE_COLUMNS, TILE_ROWS);
  readonly #measure = new Pass(MEASURE, uniformsOf({ picture: null, cells: new Vector2(TILE_COLUMNS * PARTS, TILE_ROWS * PARTS) }), 'measure');
  readonly #gather = new Pass(GATHER, uniformsOf({ parts: null }), 'gather');
  readonly #hold = new Pass(HOLD, uniformsOf({ before: null, wanted: null, share: 1 }), 'hold');
  readonly #copy = new Pass(COPY, uniformsOf({ picture: null, turnOver: 0, dither: 0, linear: 0 }), 'copy');
  readonly #read = new Float32Array(4 * TILES);
  readonly #colours = new Float64Array(3 * TILES);
  #painted: [WebGLRenderTarget, WebGLRenderTarget] = [createTarget(1, 1, 8), createTarget(1, 1, 8)];
  #held: [WebGLRenderTarget, WebGLRenderTarget] | null = null;
  /** What is on the screen; may have an earlier size. */
  #shown: WebGLRenderTarget | null = null;
  #width = 1;
  #height = 1;

  get limiter(): FlashLimiter {
    return this.#limiter;
  }

  setProfile(profile: SafetyProfile): void {
    if (profile !== this.#limiter.profile) this.#limiter = new FlashLimiter(profile);
  }

  setSize(width: number, height: number): void {
    this.#width = Math.max(1, Math.round(width));
    this.#height = Math.max(1, Math.round(height));
  }

  /** Where the next picture is painted, 8 bits a channel. */
  get target(): WebGLRenderTarget {
    return this.#sized(this.#painted);
  }

  /** Shows what was painted into `painted`, as far as it is safe at `now` (s, ascending). */
  present(renderer: WebGLRenderer, painted: WebGLRenderTarget, now: Seconds): Unit {
    this.#measureTiles(renderer, painted);
    const share = this.#limiter.limit(this.#colours, now);
    this.#shown = share === 1 || this.#shown === null ? painted : this.#mix(renderer, this.#shown, painted, share);
    return share;
  }

  /** Copies what is shown into `target` (null: the canvas); `turnOver` puts the top row first, `linear` decodes sRGB. */
  copyTo(renderer: WebGLRenderer, target: WebGLRenderTarget | null, { dither, turnOver = false, linear = false }: { readonly dither: number; readonly turnOver?: boolean; readonly linear?: boolean }): void {
    this.#copy.set('linear', linear ? 1 : 0);
    this.#copy.set('picture', this.#shown?.texture ?? null);
    this.#copy.set('turnOver', turnOver ? 1 : 0);
    // 8-bit pictures are shown bit by bit; mixed ones have more.
    this.#copy.set('dither', this.#held?.includes(this.#shown as WebGLRenderTarget) === true ? 1 + dither : 0);
    this.#copy.draw(renderer, target);
  }

  /** The GL context was lost: the screen is taken to be black. */
  forget(): void {
    this.#shown = null;
    const { profile } = this.#limiter;
    this.#limiter = new FlashLimiter(profile);
  }

  dispose(): void {
    for (const target of [...this.#painted, ...(this.#held ?? []), this.#parts, this.#tiles]) target.dispose();
    for (const pass of [this.#measure, this.#gather, this.#hold, this.#copy]) pass.dispose();
  }

  #measureTiles(renderer: WebGLRenderer, painted: WebGLRenderTarget): void {
    this.#measure.set('picture', painted.texture);
    this.#measure.draw(renderer, this.#parts);
    this.#gather.set('parts', this.#parts.texture);
    this.#gather.draw(renderer, this.#tiles);
    renderer.readRenderTargetPixels(this.#tiles, 0, 0, TILE_COLUMNS, TILE_ROWS, this.#read);
    for (let tile = 0; tile < TILES; tile++) {
      for (let channel = 0; channel < 3; channel++) this.#colours[3 * tile + channel] = this.#read[4 * tile + channel] as number;
    }
  }

  #mix(renderer: WebGLRenderer, before: WebGLRenderTarget, wanted: WebGLRenderTarget, share: Unit): WebGLRenderTarget {
    this.#held ??= [createTarget(1, 1), createTarget(1, 1)];
    const into = this.#sized(this.#held);
    this.#hold.set('before', before.texture);
    this.#hold.set('wanted', wanted.texture);
    this.#hold.set('share', share);
    this.#hold.draw(renderer, into);
    return into;
  }

  /** One of the two that is not on the screen, in the present size. */
  #sized([first, second]: readonly [WebGLRenderTarget, WebGLRenderTarget]): WebGLRenderTarget {
    const target = first === this.#shown ? second : first;
    if (target.width !== this.#width || target.height !== this.#height) target.setSize(this.#width, this.#height);
    return target;
  }
}

function createMeasure(width: number, height: number): WebGLRenderTarget {
  return new WebGLRenderTarget(width, height, { format: RGBAFormat, type: FloatType, minFilter: NearestFilter, magFilter: NearestFilter, wrapS: ClampToEdgeWrapping, wrapT: ClampToEdgeWrapping, depthBuffer: false, stencilBuffer: false, generateMipmaps: false });
}
