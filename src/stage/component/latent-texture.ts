/**
 * latentbeat's picture as a texture in someone else's Three.js scene: it joins a running server like a stage page does and
 * paints with the scene's own renderer into a target of its own, looks, overlay and flash limiter included. Silent: the sound
 * is played elsewhere (a stage page, the server's free clock). Colours of the texture are linear, as Three expects.
 */

import { HalfFloatType, LinearFilter, LinearSRGBColorSpace, Mesh, MeshBasicMaterial, PlaneGeometry, RGBAFormat, WebGLRenderTarget, type Texture, type WebGLRenderer } from 'three';

import { Connection } from '../connection.ts';
import { Painter } from '../painter.ts';
import { ShowSession } from '../show-session.ts';
import { StageLoop } from '../stage-loop.ts';

export interface LatentOptions {
  /** The scene's renderer. */
  readonly renderer: WebGLRenderer;
  /** Where latentbeat is served, with a slash at its end, such as `http://127.0.0.1:4040/` or `/visuals/`. The server takes pages of its own origin only. */
  readonly url: string;
  /** Size of the texture in pixels; default 1280 x 720. */
  readonly width?: number;
  readonly height?: number;
  /** Called with a sentence when something fails; the picture goes on. */
  readonly onFault?: (text: string) => void;
}

export class LatentTexture {
  /** Give it to any material: `map`, `emissiveMap` … */
  readonly texture: Texture;
  readonly #target: WebGLRenderTarget;
  readonly #renderer: WebGLRenderer;
  readonly #connection: Connection;
  readonly #session: ShowSession;
  readonly #loop: StageLoop;
  readonly #painter: Painter;

  constructor({ renderer, url, width = 1280, height = 720, onFault = () => undefined }: LatentOptions) {
    const base = new URL(url, document.baseURI).href;
    this.#renderer = renderer;
    this.#target = new WebGLRenderTarget(width, height, { format: RGBAFormat, type: HalfFloatType, minFilter: LinearFilter, magFilter: LinearFilter, depthBuffer: false, stencilBuffer: false, colorSpace: LinearSRGBColorSpace });
    this.texture = this.#target.texture;
    this.#painter = new Painter(renderer.domElement, { readable: false, guest: { renderer, target: this.#target }, onEffectError: (name, text) => onFault(`${name}: ${text}`) });
    this.#connection = new Connection('stage', { onMessage: (message) => this.#session.receive(message), onFrame: (bytes) => void this.#session.receiveFrame(bytes), onLine: (connected) => connected || onFault('The line to latentbeat has dropped; it is tried again.') }, base);
    this.#session = new ShowSession(this.#connection.clock, { onEffects: (effects, chain) => this.#painter.setEffects(effects, chain), onFault, releaseFrame: (pixels) => this.#painter.textures.release(pixels), base });
    this.#loop = new StageLoop(this.#painter, this.#session, { isIdle: () => false, adapt: false, base });
    this.#loop.setSize(width, height, 1);
    this.#connection.start();
  }

  /** A first picture has come. */
  get isLit(): boolean {
    return this.#session.received > 0;
  }

  /** Show time (s) of what was painted last. */
  get showTime(): number {
    return this.#loop.probe.showTime;
  }

  /** Sets a parameter by its path, as an OSC message would: `set('/walk/speed', 2)`. */
  set(path: string, value: number | boolean | string): void {
    this.#connection.send({ type: 'value', path, value, source: 'component' });
  }

  /** Once per frame, before the scene is rendered; `instant` is what requestAnimationFrame hands over (ms). */
  update(instant: number = performance.now()): void {
    const renderer = this.#renderer;
    const [target, autoClear] = [renderer.getRenderTarget(), renderer.autoClear];
    renderer.autoClear = false;
    try {
      this.#loop.draw(this.#session.displayTime(instant, null), instant, null);
    } finally {
      renderer.autoClear = autoClear;
      renderer.setRenderTarget(target);
    }
  }

  dispose(): void {
    this.#connection.stop();
    this.#painter.dispose();
    this.#target.dispose();
  }
}

/** A screen that shows the picture: a plane of the texture's shape, `tall` units high. */
export class LatentStage extends Mesh<PlaneGeometry, MeshBasicMaterial> {
  readonly latent: LatentTexture;

  constructor({ tall = 1, ...options }: LatentOptions & { readonly tall?: number }) {
    const latent = new LatentTexture(options);
    super(new PlaneGeometry((tall * (options.width ?? 1280)) / (options.height ?? 720), tall), new MeshBasicMaterial({ map: latent.texture, toneMapped: false }));
    this.latent = latent;
  }

  /** Once per frame. */
  update(instant?: number): void {
    this.latent.update(instant);
  }

  override dispose(): void {
    this.latent.dispose();
    this.geometry.dispose();
    this.material.dispose();
  }
}
