/**
 * The look effects one after another: each reads the picture and its own buffers and writes the next picture.
 * Effects keep their memory in half floats. A source is compiled before it joins: what does not compile is named with its
 * line, and the last one that did goes on.
 */

import { Vector2, Vector4, type Texture, type WebGLRenderer, type WebGLRenderTarget } from 'three';

import { messageOf } from '../base/errors.ts';
import type { Seconds } from '../base/units.ts';
import type { EffectSource } from '../protocol/messages.ts';
import { parseEffectHeader, type EffectHeader, type EffectInput } from '../score/effect-header.ts';
import { describeFault, MUSIC_UNIFORMS, wrapEffect, type MusicValues } from './isf.ts';
import { compileFragment, createTarget, Pass, uniformsOf, type Uniforms } from './passes.ts';
import { SoundPicture, type Heard } from './sound/sound-picture.ts';

export interface LookMoment {
  readonly time: Seconds;
  readonly elapsed: Seconds;
  readonly frame: number;
  readonly music: MusicValues;
  /** Show time and the timeline's curves, for SOUND. */
  readonly showTime: Seconds;
  readonly heard: Heard;
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

export interface EffectFault {
  readonly name: string;
  readonly text: string;
}

export class LookChain {
  readonly #sound = new SoundPicture();
  #effects: Effect[] = [];
  /** Texts by name as they were last told. */
  #told: ReadonlyMap<string, string> | null = null;
  #output: [WebGLRenderTarget, WebGLRenderTarget] | null = null;
  #width = 0;
  #height = 0;

  /**
   * Builds the effects of the chain that exist, in order; keeps those that have not changed, and the last good one of
   * those that do not compile. Returns what is wrong, also with a file outside the chain that has just been saved.
   */
  setEffects(renderer: WebGLRenderer, sources: readonly EffectSource[], chain: readonly string[]): EffectFault[] {
    const faults: EffectFault[] = [];
    const kept = chain.flatMap((name) => sources.filter((source) => source.name === name)).flatMap((source) => {
      const before = this.#effects.find((effect) => effect.header.name === source.name);
      if (before?.text === source.source) return [before];
      const text = faultOf(renderer, source);
      if (text === null) return [new Effect(source)];
      faults.push({ name: source.name, text: `${text}; ${before === undefined ? 'it is left out' : 'its last good version goes on'}` });
      return before === undefined ? [] : [before];
    });
    faults.push(...this.#faultsOutside(renderer, sources, chain));
    for (const effect of this.#effects) if (!kept.includes(effect)) effect.dispose();
    this.#effects = kept;
    for (const effect of kept) effect.setSize(this.#width, this.#height);
    return faults;
  }

  /** Of effects that are not in the chain only those are compiled that have changed: all of them would hold up the start. */
  #faultsOutside(renderer: WebGLRenderer, sources: readonly EffectSource[], chain: readonly string[]): EffectFault[] {
    const before = this.#told;
    this.#told = new Map(sources.map(({ name, source }) => [name, source]));
    if (before === null) return [];
    return sources.filter(({ name, source }) => !chain.includes(name) && before.get(name) !== source).flatMap((source) => {
      const text = faultOf(renderer, source);
      return text === null ? [] : [{ name: source.name, text: `${text}; it is not in use now` }];
    });
  }

  /** An effect reads MOTION. */
  get wantsMotion(): boolean {
    return this.#effects.some((effect) => effect.reads('MOTION'));
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
  draw(renderer: WebGLRenderer, picture: WebGLRenderTarget, moment: LookMoment, motion: Texture | null): WebGLRenderTarget {
    let current = picture;
    if (this.#effects.some((effect) => effect.reads('SOUND'))) this.#sound.update(moment.heard, moment.showTime);
    for (const effect of this.#effects) {
      const amount = effect.amountAt(moment);
      if (amount <= 0) continue;
      const [first, second] = this.#output as [WebGLRenderTarget, WebGLRenderTarget];
      const target = current === first ? second : first;
      effect.draw(renderer, { inputImage: current.texture, MOTION: motion, SOUND: this.#sound.texture }, target, moment, amount);
      current = target;
    }
    return current;
  }

  dispose(): void {
    for (const effect of this.#effects) effect.dispose();
    for (const target of this.#output ?? []) target.dispose();
    this.#sound.dispose();
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
  /** Events that are on: each is true for one frame. */
  #size = { width: 0, height: 0 };
  readonly #raised = new Set<string>();

  constructor(source: EffectSource) {
    this.text = source.source;
    this.header = parseEffectHeader(source.source, source.name);
    this.#largestAmount = this.header.parameters.find((parameter) => parameter.path.endsWith('/amount'))?.max ?? 1;
    this.#pass = new Pass(wrapEffect(source.source, this.header), this.#uniforms(), source.name);
  }

  setSize(width: number, height: number): void {
    if (width === this.#size.width && height === this.#size.height) return;
    this.#size = { width, height };
    this.#disposeBuffers();
    if (width === 0) return;
    for (const pass of this.header.passes) {
      if (pass.target === '' || this.#buffers.has(pass.target)) continue;
      const make = (): WebGLRenderTarget => createTarget(pass.width({ width, height }), pass.height({ width, height }));
      const first = make();
      this.#buffers.set(pass.target, { persistent: pass.persistent, write: first, read: pass.persistent ? make() : first });
    }
  }

  amountAt(moment: LookMoment): number {
    return Math.min(this.#largestAmount, moment.valueOf(`/look/${this.header.name}/amount`) * moment.depth);
  }

  reads(name: 'MOTION' | 'SOUND'): boolean {
    return this.text.includes(name);
  }

  draw(renderer: WebGLRenderer, pictures: Readonly<Record<'inputImage' | 'MOTION' | 'SOUND', Texture | null>>, target: WebGLRenderTarget, moment: LookMoment, amount: number): void {
    this.#setInputs(moment, amount);
    for (const [name, picture] of Object.entries(pictures)) this.#pass.set(name, picture);
    this.header.passes.forEach((pass) => {
      const buffer = this.#buffers.get(pass.target);
      const into = buffer?.write ?? target;
      for (const [name, { read }] of this.#buffers) this.#pass.set(name, read === into ? null : read.texture);
      this.#pass.set('PASSINDEX', pass.index);
      this.#pass.set('isf_isPicture', into === target);
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
    return uniformsOf({ inputImage: null, MOTION: null, SOUND: null, isf_isPicture: true, amount: 1, RENDERSIZE: new Vector2(1, 1), TIME: 0, TIMEDELTA: 0, PASSINDEX: 0, FRAMEINDEX: 0, DATE: new Vector4(2000, 1, 1, 0), ...Object.fromEntries([...inputs, ...music, ...buffers]) });
  }

  #setInputs(moment: LookMoment, amount: number): void {
    for (const input of this.header.inputs) this.#setInput(input, input.paths.map((path) => moment.valueOf(path)));
    this.#pass.set('amount', amount);
    this.#pass.set('TIME', moment.time);
    this.#pass.set('TIMEDELTA', moment.elapsed);
    this.#pass.set('FRAMEINDEX', moment.frame);
    for (const name of MUSIC_UNIFORMS) this.#pass.set(name, moment.music[name]);
  }

  #setInput({ name, type }: EffectInput, values: readonly number[]): void {
    const [x = 0, y = 0, z = 0, w = 1] = values;
    if (type === 'image') return;
    if (type === 'color') this.#pass.set(name, new Vector4(x, y, z, w));
    else if (type === 'point2D') this.#pass.set(name, new Vector2(x, y));
    else if (type === 'bool') this.#pass.set(name, x > 0.5);
    else if (type === 'long') this.#pass.set(name, Math.round(x));
    else if (type === 'event') this.#pass.set(name, this.#raise(name, x > 0.5));
    else this.#pass.set(name, x);
  }

  /** True when the switch has just gone on. */
  #raise(name: string, isOn: boolean): boolean {
    const before = this.#raised.has(name);
    if (isOn) this.#raised.add(name);
    else this.#raised.delete(name);
    return isOn && !before;
  }

  #disposeBuffers(): void {
    for (const { write, read } of this.#buffers.values()) {
      write.dispose();
      read.dispose();
    }
    this.#buffers.clear();
  }
}

/** What keeps a source from being drawn; null for nothing. */
function faultOf(renderer: WebGLRenderer, { source, name }: EffectSource): string | null {
  try {
    const log = compileFragment(renderer, wrapEffect(source, parseEffectHeader(source, name)));
    return log === null ? null : describeFault(log);
  } catch (thrown) {
    return messageOf(thrown);
  }
}

function restValue(input: EffectInput): unknown {
  const [x = 0, y = 0, z = 0, w = 1] = input.value;
  if (input.type === 'image') return null;
  if (input.type === 'color') return new Vector4(x, y, z, w);
  if (input.type === 'point2D') return new Vector2(x, y);
  return input.type === 'bool' || input.type === 'event' ? x === 1 : x;
}
