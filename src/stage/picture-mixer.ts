/**
 * Mixes the two generated frames around a time, at their own size: moved along their optical flow to where the walk is
 * (flow/), cross-faded where no motion is believed. Dissolves over 150 ms from what was shown to what was re-planned, so
 * that no control, seek or restart makes the picture jump. A cut stays a cut.
 */

import type { Texture, WebGLRenderer, WebGLRenderTarget } from 'three';

import type { Seconds, Unit } from '../base/units.ts';
import { MIX } from './core-shaders.ts';
import type { Pick } from './frame-store.ts';
import type { FramePixels, FrameTextures } from './frame-textures.ts';
import { PairFlow } from './flow/pair-flow.ts';
import { travelled } from './flow/travelled.ts';
import { createTarget, Pass, uniformsOf } from './passes.ts';

type FramePick = Pick<FramePixels>;

const DISSOLVE: Seconds = 0.15;
/** A step forward that is still the same walk (s of show time). */
const STEP_FORWARD: Seconds = 0.5;

export class PictureMixer {
  readonly #textures: FrameTextures;
  readonly #dissolves: boolean;
  readonly #pass = new Pass(MIX, uniformsOf({ first: null, second: null, ghost: null, field: null, position: 0, share: 0, moves: 0, ghostWeight: 0 }), 'mix');
  #shown: WebGLRenderTarget | null = null;
  #spare: WebGLRenderTarget | null = null;
  #ghost: WebGLRenderTarget | null = null;
  #ghostAge: Seconds = Infinity;
  #last: FramePick | null = null;
  readonly #flow: PairFlow;
  #field: Texture | null = null;

  /** `dissolves` = false for an export: what is shown depends on the time alone, never on when frames came. */
  constructor(textures: FrameTextures, dissolves: boolean) {
    this.#textures = textures;
    this.#dissolves = dissolves;
    this.#flow = new PairFlow(textures);
  }

  /** The mixed picture; null before the first frame. */
  get picture(): WebGLRenderTarget | null {
    return this.#shown;
  }

  /** No dissolve is under way. */
  get isSettled(): boolean {
    return this.#ghostAge >= DISSOLVE;
  }

  /** Motion between the frames last mixed (FlowField's texture); null where none was computed. */
  get field(): Texture | null {
    return this.#field;
  }

  /** Draws the pick; `elapsed` = seconds since the last call; `motion` = how far in-betweens follow the flow (0 = cross-fade, and none is computed). */
  mix(renderer: WebGLRenderer, pick: FramePick, elapsed: Seconds, motion: Unit): WebGLRenderTarget {
    const { width, height } = pick.from;
    this.#fit(width, height);
    this.#ghostAge += elapsed;
    if (this.#dissolves && this.#last !== null && !isContinuous(this.#last, pick)) this.#beginDissolve();
    this.#last = pick;
    const target = this.#spare as WebGLRenderTarget;
    this.#pass.set('first', this.#textures.get(pick.from));
    this.#pass.set('second', this.#textures.get(pick.to));
    this.#field = motion > 0 ? this.#flow.fieldOf(renderer, pick) : null;
    this.#pass.set('field', this.#field);
    this.#pass.set('moves', this.#field === null ? 0 : motion);
    this.#pass.set('position', travelled(pick));
    this.#pass.set('share', pick.mix);
    const weight = Math.max(0, 1 - this.#ghostAge / DISSOLVE);
    this.#pass.set('ghostWeight', weight * weight * (3 - 2 * weight));
    this.#pass.set('ghost', this.#ghost?.texture ?? null);
    this.#pass.draw(renderer, target);
    this.#spare = this.#shown;
    this.#shown = target;
    return target;
  }

  dispose(): void {
    for (const target of [this.#shown, this.#spare, this.#ghost]) target?.dispose();
    this.#shown = this.#spare = this.#ghost = this.#last = null;
    this.#pass.dispose();
    this.#flow.dispose();
  }

  /** What is shown becomes the ghost, and the old ghost's target is free to be drawn into. */
  #beginDissolve(): void {
    [this.#ghost, this.#shown] = [this.#shown, this.#ghost];
    this.#ghostAge = 0;
  }

  #fit(width: number, height: number): void {
    if (this.#spare?.width === width && this.#spare.height === height) return;
    this.#spare?.dispose();
    this.#spare = createTarget(width, height);
    this.#shown ??= createTarget(width, height);
    this.#ghost ??= createTarget(width, height);
  }
}

/** The new pick goes on from the last one: the same frames, the next ones, or a cut that was planned. */
export function isContinuous(last: FramePick, next: FramePick): boolean {
  if (next.from === last.from) return next.to === last.to || (next.mix < 0.05 && last.mix < 0.05);
  if (next.from === last.to) return true;
  if (next.starved !== last.starved) return false;
  const forward = next.from.due - last.to.due;
  return next.from.generation === last.to.generation && forward >= 0 && forward < STEP_FORWARD;
}
