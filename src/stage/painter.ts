/**
 * Paints one moment of the show: mixed frames → enlarged picture → look effects → finished picture on the canvas.
 * Knows nothing of sockets and clocks: everything it needs is in the moment. Survives a lost GL context by rebuilding.
 */

import { LinearSRGBColorSpace, Vector2, WebGLRenderer, type WebGLRenderTarget } from 'three';

import type { Seconds, Turns, Unit } from '../base/units.ts';
import type { EffectSource } from '../protocol/messages.ts';
import type { OutputSettings } from '../protocol/output-settings.ts';
import type { SafetyProfile } from '../safety/rules.ts';
import { FINISH } from './core-shaders.ts';
import type { Pick } from './frame-store.ts';
import { FrameTextures, type FramePixels } from './frame-textures.ts';
import { LookChain, type LookMoment } from './look-chain.ts';
import { createTarget, Pass, uniformsOf } from './passes.ts';
import { composedSize } from './geometry/output-mesh.ts';
import { OutputPass, type OutputMoment } from './geometry/output-pass.ts';
import { MotionPicture } from './flow/motion-picture.ts';
import { PictureMixer } from './picture-mixer.ts';
import { SafeOutput } from './safety/safe-output.ts';
import { Enlarger, type Placement } from './upscale/enlarger.ts';
import { GRAIN_TILE, grainPlaceAt, grainTexture } from './upscale/grain-tile.ts';

export interface Moment extends LookMoment, Placement {
  /** Null = nothing has come yet: the stage glows softly instead of being black. */
  readonly pick: Pick<FramePixels> | null;
  /** How far in-betweens follow the motion between the generated frames; 0 = cross-fade. */
  readonly motion: Unit;
  readonly hue: Turns;
  readonly contrast: number;
  readonly saturation: number;
  /** Film grain, 0..1. */
  readonly grain: Unit;
  /** Gain of the whole stage, 0..1. */
  readonly light: Unit;
  /** Hold the picture: only `light`, hue and contrast still act. */
  readonly frozen: boolean;
  /** Display clock (s, ascending) and profile for the flash limiter. */
  readonly wall: Seconds;
  readonly safety: SafetyProfile;
  /** What stands over the picture or instead of it. */
  readonly over: OutputMoment;
}

export interface PainterOptions {
  /** Keep finished pictures readable, top row first (export). */
  readonly readable: boolean;
  readonly onEffectError: (name: string, text: string) => void;
  /** Paints with another scene's renderer into a target, in linear colours, and leaves the renderer's size alone. */
  readonly guest?: { readonly renderer: WebGLRenderer; readonly target: WebGLRenderTarget };
}

/** Deviation of the tile is a third of its reach: at full grain mid-tones stray by 6 % of white. */
const STRONGEST_GRAIN = 0.18;
/** Lines of a screen on which a grain is a pixel. */
const GRAIN_LINES = 1080;

export class Painter {
  readonly renderer: WebGLRenderer;
  readonly textures = new FrameTextures();
  /** The last step of every picture. */
  readonly safe = new SafeOutput();
  readonly output = new OutputPass();
  #finishedPicture: WebGLRenderTarget | null = null;
  #outputWidth = 1;
  #outputHeight = 1;
  #pictureAspect = 16 / 9;
  readonly #options: PainterOptions;
  #mixer: PictureMixer;
  #motion = new MotionPicture(this.textures);
  readonly #chain = new LookChain();
  readonly #enlarger = new Enlarger();
  readonly #grainTile = grainTexture();
  readonly #finish = new Pass(FINISH, uniformsOf({ picture: null, grainTile: this.#grainTile, hue: 0, contrast: 1, saturation: 1, grain: 0, grainPlace: new Vector2(0, 0), grainSize: 1, light: 1, dither: 0 }), 'finish');
  #enlarged: WebGLRenderTarget = createTarget(1, 1);
  #finished: WebGLRenderTarget | null = null;
  #last: WebGLRenderTarget | null = null;
  #lost = false;
  #isHeld = false;
  #grainTime: Seconds = 0;
  /** False spares a slow machine the optical flow. */
  followsMotion = true;

  constructor(canvas: HTMLCanvasElement, options: PainterOptions) {
    this.#options = options;
    this.#mixer = new PictureMixer(this.textures, !options.readable);
    this.renderer = options.guest?.renderer ?? new WebGLRenderer({ canvas, antialias: false, alpha: false, depth: false, stencil: false, powerPreference: 'high-performance' });
    if (options.guest === undefined) this.#ownRenderer();
    canvas.addEventListener('webglcontextlost', (event) => this.#lose(event));
    canvas.addEventListener('webglcontextrestored', () => (this.#lost = false));
  }

  #ownRenderer(): void {
    this.renderer.autoClear = false;
    this.renderer.outputColorSpace = LinearSRGBColorSpace;
    this.renderer.debug.onShaderError = (gl, _program, _vertex, fragment) => this.#reportShader(gl.getShaderInfoLog(fragment) ?? '', gl.getShaderSource(fragment) ?? '');
  }

  get isLost(): boolean {
    return this.#lost;
  }

  get effectNames(): string[] {
    return this.#chain.names;
  }

  setEffects(sources: readonly EffectSource[], chain: readonly string[]): void {
    for (const { name, text } of this.#chain.setEffects(this.renderer, sources, chain)) this.#options.onEffectError(name, text);
  }

  /** Size of the output in pixels. */
  setSize(width: number, height: number): void {
    this.#outputWidth = width;
    this.#outputHeight = height;
    if (this.#options.guest === undefined) {
      this.renderer.setPixelRatio(1);
      this.renderer.setSize(width, height, false);
    }
    this.safe.setSize(width, height);
    this.#finished?.dispose();
    this.#finished = this.#options.readable ? createTarget(width, height, 8) : null;
    this.#compose();
  }

  /** Another geometry: the picture may be composed in another size. */
  setOutput(settings: OutputSettings): void {
    this.output.setSettings(settings);
    this.#compose();
  }

  #compose(): void {
    const { width, height } = composedSize(this.output.settings, this.#outputWidth, this.#outputHeight, this.#pictureAspect);
    this.#finishedPicture?.dispose();
    this.#finishedPicture = null;
    if (width === this.#enlarged.width && height === this.#enlarged.height) return;
    this.#chain.setSize(width, height);
    this.#enlarged.dispose();
    this.#enlarged = createTarget(width, height);
    this.#last = null;
  }

  draw(moment: Moment): void {
    if (this.#lost) return;
    // The moment of freezing is drawn once, dissolves to their end, so that it can be drawn again after a loss.
    if (!moment.frozen || !this.#isHeld || !this.#mixer.isSettled || this.#last === null) this.#last = this.#drawPicture(moment);
    this.#isHeld = moment.frozen;
    this.#finish.set('picture', (this.#last ?? this.#enlarged).texture);
    this.#finish.set('hue', moment.hue);
    this.#finish.set('contrast', moment.contrast);
    this.#finish.set('saturation', moment.saturation);
    this.#finish.set('light', moment.light);
    this.#setGrain(moment);
    this.#show(moment);
  }

  /** Grains have the same size on every screen, and are never smaller than a pixel. */
  #setGrain({ grain, showTime, frozen }: Moment): void {
    // By show time, so that a range that is rendered later has the grain of the whole; a frozen picture holds it.
    if (!frozen) this.#grainTime = showTime;
    const place = grainPlaceAt(this.#grainTime);
    this.#finish.set('grain', grain * STRONGEST_GRAIN);
    this.#finish.setVector('grainPlace', place.x, place.y);
    this.#finish.set('grainSize', GRAIN_TILE * Math.max(1, this.#enlarged.height / GRAIN_LINES));
  }

  /** Finishes into the limiter's target; what it lets through goes onto the canvas and, for an export, where it can be read. */
  #show({ wall, safety, frame, over }: Moment): void {
    const painted = this.safe.target;
    const dither = (frame * 5.588) % 64;
    const isPlain = this.output.isPlain(over);
    this.#finish.set('dither', isPlain ? dither : -1);
    if (isPlain) this.#finish.draw(this.renderer, painted);
    else {
      this.#finishedPicture ??= createTarget(this.#enlarged.width, this.#enlarged.height);
      this.#finish.draw(this.renderer, this.#finishedPicture);
      this.output.draw(this.renderer, this.#finishedPicture, painted, { ...over, dither });
    }
    this.safe.setProfile(safety);
    this.safe.present(this.renderer, painted, wall);
    const { guest } = this.#options;
    this.safe.copyTo(this.renderer, guest?.target ?? null, { dither: frame % 64, linear: guest !== undefined });
    if (this.#finished !== null) this.safe.copyTo(this.renderer, this.#finished, { dither: frame % 64, turnOver: true });
  }

  /** RGBA of the frame just drawn, top row first. Only where the painter is `readable`. */
  readPixels(): Uint8Array {
    if (this.#finished === null) throw new Error('readPixels belongs to the render page (?render=1)');
    const { width, height } = this.#finished;
    const pixels = new Uint8Array(width * height * 4);
    this.renderer.readRenderTargetPixels(this.#finished, 0, 0, width, height, pixels);
    return pixels;
  }

  /** Frees everything but the renderer. */
  dispose(): void {
    for (const target of [this.#enlarged, this.#finished, this.#finishedPicture]) target?.dispose();
    this.#chain.dispose();
    this.#enlarger.dispose();
    this.#grainTile.dispose();
    this.#finish.dispose();
    this.output.dispose();
    this.safe.dispose();
  }

  #drawPicture(moment: Moment): WebGLRenderTarget | null {
    if (moment.pick === null) return this.#mixer.picture === null ? null : this.#last;
    const mixed = this.#mixer.mix(this.renderer, moment.pick, moment.elapsed, this.followsMotion ? moment.motion : 0);
    this.#setPictureAspect(mixed.width / mixed.height);
    this.#enlarger.draw(this.renderer, mixed, this.#enlarged, moment);
    const motion = this.#chain.wantsMotion && this.followsMotion ? this.#motion.draw(this.renderer, moment.pick, this.#mixer.field) : null;
    return this.#chain.draw(this.renderer, this.#enlarged, moment, motion);
  }

  /** The shape of generated pictures matters to outputs that show the whole of it. */
  #setPictureAspect(aspect: number): void {
    if (Math.abs(aspect - this.#pictureAspect) < 1e-3) return;
    this.#pictureAspect = aspect;
    if (this.output.settings.fit !== 'fill') this.#compose();
  }

  #lose(event: Event): void {
    // Without preventDefault the browser never gives the context back. Three rebuilds textures and programs by itself.
    event.preventDefault();
    this.#lost = true;
    this.#last = null;
    this.safe.forget();
    this.#mixer = new PictureMixer(this.textures, !this.#options.readable);
    this.#motion = new MotionPicture(this.textures);
  }

  #reportShader(log: string, source: string): void {
    const name = this.#chain.names.find((effect) => new RegExp(`SHADER_NAME ${effect}\\b`).test(source));
    if (name !== undefined) this.#chain.remove(name);
    this.#options.onEffectError(name ?? 'stage', log.trim().split('\n')[0] ?? '');
  }
}
