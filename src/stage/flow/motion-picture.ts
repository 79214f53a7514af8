/**
 * The motion of the picture as the texture MOTION of the look effects: upright like the screen, in fractions of the picture
 * per second, at rest where none is known. Drawn on a frame itself from the way that led there.
 */

import type { Texture, WebGLRenderer } from 'three';

import type { Pick } from '../frame-store.ts';
import type { FramePixels, FrameTextures } from '../frame-textures.ts';
import { createTarget, Pass, uniformsOf } from '../passes.ts';
import { PairFlow } from './pair-flow.ts';

const UPRIGHT = `precision highp float;
precision highp sampler2D;
in vec2 isf_FragNormCoord;
out vec4 result;
uniform sampler2D field;
uniform float rate;
void main() {
  vec3 motion = texture(field, vec2(isf_FragNormCoord.x, 1.0 - isf_FragNormCoord.y)).xyz;
  result = vec4(motion.xy * vec2(rate, -rate) * motion.z, motion.z, 1.0);
}
`;

/** Motion is kept this small (finer than it is believed to be). */
const SIZE = { width: 224, height: 128 } as const;
/** Frames farther apart are not one motion (s). */
const LONGEST = 2;

export class MotionPicture {
  readonly #textures: FrameTextures;
  readonly #flow: PairFlow;
  readonly #pass = new Pass(UPRIGHT, uniformsOf({ field: null, rate: 0 }), 'motion');
  readonly #target = createTarget(SIZE.width, SIZE.height);
  #shown: Pick<FramePixels>['from'] | null = null;
  #led: Pick<FramePixels>['from'] | null = null;

  constructor(textures: FrameTextures) {
    this.#textures = textures;
    this.#flow = new PairFlow(textures);
  }

  /** `field` = the flow of the pick where the mixer has it. */
  draw(renderer: WebGLRenderer, pick: Pick<FramePixels>, field: Texture | null): Texture {
    if (pick.from !== this.#shown) [this.#led, this.#shown] = [this.#shown, pick.from];
    const between = field === null ? this.#wayTo(renderer, pick) : { field, seconds: pick.to.due - pick.from.due };
    this.#pass.set('field', between?.field ?? null);
    this.#pass.set('rate', between === null || !(between.seconds > 0) ? 0 : 1 / between.seconds);
    this.#pass.draw(renderer, this.#target);
    return this.#target.texture;
  }

  dispose(): void {
    this.#flow.dispose();
    this.#pass.dispose();
    this.#target.dispose();
  }

  #wayTo(renderer: WebGLRenderer, pick: Pick<FramePixels>): { readonly field: Texture; readonly seconds: number } | null {
    const from = pick.from === pick.to ? this.#led : pick.from;
    const to = pick.from === pick.to ? pick.from : pick.to;
    if (from === null || this.#textures.isGone(from.pixels) || from.pixels === to.pixels || to.cut || !(to.due > from.due) || to.due - from.due > LONGEST) return null;
    const field = this.#flow.fieldOf(renderer, { from, to, mix: 0.5, starved: false });
    return field === null ? null : { field, seconds: to.due - from.due };
  }
}
