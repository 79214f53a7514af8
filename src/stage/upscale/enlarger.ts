/** Enlarges the mixed picture to the size it is composed in: its edges are found at its own size, then one pass of the screen's. */

import { Vector2, type WebGLRenderer, type WebGLRenderTarget } from 'three';

import type { Unit } from '../../base/units.ts';
import { createTarget, Pass, uniformsOf } from '../passes.ts';
import { EDGES, ENLARGE, EVEN_OUT } from './upscale-shaders.ts';

export interface Placement {
  /** 1 = the picture covers the screen exactly. */
  readonly zoom: number;
  /** Radians. */
  readonly angle: number;
  /** Fraction of the width and height. */
  readonly shift: { readonly x: number; readonly y: number };
  /** 0 = as it is; 1 = the strongest that is of use. */
  readonly sharpen: Unit;
}

const sized = (): Vector2 => new Vector2(1, 1);

export class Enlarger {
  readonly #slopes = new Pass(EDGES, uniformsOf({ picture: null, pictureSize: sized() }), 'edges');
  readonly #evenOut = new Pass(EVEN_OUT, uniformsOf({ picture: null, pictureSize: sized() }), 'even-out');
  readonly #enlarge = new Pass(ENLARGE, uniformsOf({ picture: null, edges: null, pictureSize: sized(), cover: sized(), aspect: 1, zoom: 1, angle: 0, shift: new Vector2(0, 0), sharpness: 0 }), 'enlarge');
  #raw: WebGLRenderTarget | null = null;
  #edges: WebGLRenderTarget | null = null;

  /** Covers `target` with `picture`. */
  draw(renderer: WebGLRenderer, picture: WebGLRenderTarget, target: WebGLRenderTarget, placement: Placement): void {
    const edges = this.#findEdges(renderer, picture);
    const aspect = target.width / target.height;
    const own = picture.width / picture.height;
    this.#enlarge.setVector('pictureSize', picture.width, picture.height);
    this.#enlarge.setVector('cover', Math.min(1, aspect / own), Math.min(1, own / aspect));
    this.#enlarge.setVector('shift', placement.shift.x, placement.shift.y);
    this.#enlarge.set('picture', picture.texture);
    this.#enlarge.set('edges', edges.texture);
    this.#enlarge.set('aspect', aspect);
    this.#enlarge.set('zoom', placement.zoom);
    this.#enlarge.set('angle', placement.angle);
    this.#enlarge.set('sharpness', placement.sharpen);
    this.#enlarge.draw(renderer, target);
  }

  dispose(): void {
    this.#raw?.dispose();
    this.#edges?.dispose();
    for (const pass of [this.#slopes, this.#evenOut, this.#enlarge]) pass.dispose();
  }

  #findEdges(renderer: WebGLRenderer, picture: WebGLRenderTarget): WebGLRenderTarget {
    const { width, height } = picture;
    if (this.#raw?.width !== width || this.#raw.height !== height) {
      this.#raw?.dispose();
      this.#edges?.dispose();
      this.#raw = createTarget(width, height);
      this.#edges = createTarget(width, height);
    }
    const edges = this.#edges as WebGLRenderTarget;
    for (const pass of [this.#slopes, this.#evenOut]) pass.setVector('pictureSize', width, height);
    this.#slopes.set('picture', picture.texture);
    this.#slopes.draw(renderer, this.#raw);
    this.#evenOut.set('picture', this.#raw.texture);
    this.#evenOut.draw(renderer, edges);
    return edges;
  }
}
