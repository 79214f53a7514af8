/**
 * The look effects one after another: each reads the picture and its own buffers and writes the next picture.
 * Effects keep their memory in half floats; an effect that does not compile is left out and named once.
 */

import { Vector2, Vector4, type Texture, type WebGLRenderer, type WebGLRenderTarget } from 'three';

import type { Seconds } from '../base/units.ts';
import type { EffectSource } from '../protocol/messages.ts';
import { parseEffectHeader, type EffectHeader, type EffectInput } from '../score/effect-header.ts';
import { MUSIC_UNIFORMS, wrapEffect, type MusicValues } from './isf.ts';
import { createTarget, Pass, uniformsOf, type Uniforms } from './passes.ts';

export interface LookMoment {
  readonly time: Seconds;
  readonly elapsed: Seconds;
  readonly frame: number;
  readonly music: MusicValues;
  /** Value of a parameter by path, hand and music together. */
  readonly valueOf: (path: string) => number;
  /** Depth of all effects (`/look/amount`). */
  readonly depth: number;
}

interface Buffer {
  readonly persistent: boolean;
  write: WebGLRenderTarget;
  read: WebGLRenderTarget;
}

export class LookChain {
  #effects: Effect[] = [];
  #output: [WebGLRenderTarget, WebGLRenderTarget] | null = null;
  #width = 0;
  #height = 0;

  /** Builds the effects of the chain that exist, in order; keeps those that have not changed. */
  setEffects(sources: readonly EffectSource[], chain: readonly string[]): void {
    const wanted = chain.flatMap((name) => sources.filter((source) => source.name === name));
    const kept = wanted.map((source) => this.#effects.find((effect) => effect.text === source.source && effect.header.name === source.name) ?? new Effect(source));
    for (const effect of this.#effects) if (!kept.includes(effect)) effect.dispose();
    this.#effects = kept;
    for (const effect of kept) effect.setSize(this.#width, this.#height);
  }

  get names(): string[] {
    return this.#effects.map((effect) => effect.header.name);
  }

  /** Leaves out the effect with this name: its shader does not compile. */
  remove(name: string): void {
    this.#effects = this.#effects.filter((effect) => effect.header.name !== name);
  }

  setSize(width: number, height: number): void {
    if (width === this.#width && height === this.#height) return;
    this.#width = width;
    this.#height = height;
    for (const target of this.#output ?? []) target.dispose();
    this.#output = [createTarget(width, height), createTarget(width, height)];
    for (const effect of this.#effects) effect.setSize(width, height);
  }

  /** Runs the chain over `picture`; returns the last target, or `picture` itself when nothing acts. */
  draw(renderer: WebGLRenderer, picture: WebGLRenderTarget, moment: LookMoment): WebGLRenderTarget {
    let current = picture;
    for (const effect of this.#effects) {
      const amount = effect.amountAt(moment);
      if (amount <= 0) continue;
      const [first, second] = this.#output as [WebGLRenderTarget, WebGLRenderTarget];
      const target = current === first ? second : first;
      effect.draw(renderer, current.texture, target, moment, amount);
      current = target;
    }
    return current;
  }

  dispose(): void {
    for (const effect of this.#effects) effect.dispose();
    for (const target of this.#output ?? []) target.dispose();
    this.#effects = [];
    this.#output = null;
    this.#width = this.#height = 0;
  }
}

class Effect {
  readonly header: EffectHeader;
  readonly text: string;
  readonly #pass: Pass;
  readonly #buffers = new Map<string, Buffer>();
  readonly #largestAmount: number;

  constructor(source: EffectSource) {
    this.text = source.source;
    this.header = parseEffectHeader(source.source, source.name);
    this.#largestAmount = this.header.parameters.find((parameter) => parameter.path.endsWith('/amount'))?.max ?? 1;
    this.#pass = new Pass(wrapEffect(source.source, this.header), this.#uniforms(), source.name);
  }

  setSize(width: number, height: number): void {
    this.#disposeBuffers();
    if (width === 0) return;
    for (const pass of this.header.passes) {
      if (pass.target === '' || this.#buffers.has(pass.target)) continue;
      const make = (): WebGLRenderTarget => createTarget(width * pass.scale, height * pass.scale);
      const first = make();
      this.#buffers.set(pass.target, { persistent: pass.persistent, write: first, read: pass.persistent ? make() : first });
    }
  }

  amountAt(moment: LookMoment): number {
    return Math.min(this.#largestAmount, moment.valueOf(`/look/${this.header.name}/amount`) * moment.depth);
  }

  draw(renderer: WebGLRenderer, picture: Texture, target: WebGLRenderTarget, moment: LookMoment, amount: number): void {
    this.#setInputs(moment, amount);
    this.#pass.set('inputImage', picture);
    this.header.passes.forEach((pass, index) => {
      const buffer = this.#buffers.get(pass.target);
      const into = buffer?.write ?? target;
      for (const [name, { read }] of this.#buffers) this.#pass.set(name, read === into ? null : read.texture);
      this.#pass.set('PASSINDEX', index);
      this.#pass.setVector('RENDERSIZE', into.width, into.height);
      this.#pass.draw(renderer, into);
      if (buffer?.persistent === true) [buffer.write, buffer.read] = [buffer.read, buffer.write];
    });
  }

  dispose(): void {
    this.#disposeBuffers();
    this.#pass.dispose();
  }

  #uniforms(): Uniforms {
    const inputs = this.header.inputs.map((input) => [input.name, restValue(input)] as const);
    const music = MUSIC_UNIFORMS.map((name) => [name, 0] as const);
    const buffers = this.header.passes.filter((pass) => pass.target !== '').map((pass) => [pass.target, null] as const);
    return uniformsOf({ inputImage: null, amount: 1, RENDERSIZE: new Vector2(1, 1), TIME: 0, TIMEDELTA: 0, PASSINDEX: 0, FRAMEINDEX: 0, DATE: new Vector4(2000, 1, 1, 0), ...Object.fromEntries([...inputs, ...music, ...buffers]) });
  }

  #setInputs(moment: LookMoment, amount: number): void {
    for (const parameter of this.header.parameters) {
      const name = parameter.path.slice(parameter.path.lastIndexOf('/') + 1);
      const value = moment.valueOf(parameter.path);
      this.#pass.set(name, parameter.kind === 'boolean' ? value > 0.5 : value);
    }
    this.#pass.set('amount', amount);
    this.#pass.set('TIME', moment.time);
    this.#pass.set('TIMEDELTA', moment.elapsed);
    this.#pass.set('FRAMEINDEX', moment.frame);
    for (const name of MUSIC_UNIFORMS) this.#pass.set(name, moment.music[name]);
  }

  #disposeBuffers(): void {
    for (const { write, read } of this.#buffers.values()) {
      write.dispose();
      read.dispose();
    }
    this.#buffers.clear();
  }
}

function restValue(input: EffectInput): unknown {
  const [x = 0, y = 0, z = 0, w = 1] = input.value;
  if (input.type === 'image') return null;
  if (input.type === 'color') return new Vector4(x, y, z, w);
  if (input.type === 'point2D') return new Vector2(x, y);
  return input.type === 'bool' || input.type === 'event' ? x === 1 : x;
}
