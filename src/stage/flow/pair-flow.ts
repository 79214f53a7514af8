/** The flow of the pair that is shown: computed when a moment between its two frames is first drawn, kept until another pair comes. */

import type { Texture, WebGLRenderer } from 'three';

import type { Pick } from '../frame-store.ts';
import type { FramePixels, FrameTextures } from '../frame-textures.ts';
import { FlowField } from './flow-field.ts';

export class PairFlow {
  readonly #textures: FrameTextures;
  #field: FlowField | null = null;
  #texture: Texture | null = null;
  #from: FramePixels | null = null;
  #to: FramePixels | null = null;
  /** Pairs computed so far. */
  computed = 0;

  constructor(textures: FrameTextures) {
    this.#textures = textures;
  }

  /** Null on a frame itself (nothing lies between) and where the sizes differ. */
  fieldOf(renderer: WebGLRenderer, { from, to, mix }: Pick<FramePixels>): Texture | null {
    if (from === to || mix <= 0 || mix >= 1 || from.width !== to.width || from.height !== to.height) return null;
    if (this.#from === from.pixels && this.#to === to.pixels) return this.#texture;
    this.#field ??= new FlowField();
    this.#texture = this.#field.compute(renderer, this.#textures.get(from), this.#textures.get(to), from.width, from.height);
    [this.#from, this.#to] = [from.pixels, to.pixels];
    this.computed++;
    return this.#texture;
  }

  dispose(): void {
    this.#field?.dispose();
    this.#field = this.#texture = this.#from = this.#to = null;
  }
}
