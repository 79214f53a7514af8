/** Draws one output on the GPU: its vertices, its masks, its card, the overlay; made anew only when they change. */

import { BufferAttribute, BufferGeometry, Camera, CanvasTexture, GLSL3, LinearFilter, LinearMipmapLinearFilter, Mesh, NoBlending, NoColorSpace, DoubleSide, RawShaderMaterial, Scene, Vector2, Vector4, type Texture, type WebGLRenderer, type WebGLRenderTarget } from 'three';

import { PLAIN_OUTPUT, type OutputSettings } from '../../protocol/output-settings.ts';
import type { PlacedOverlay } from '../layer/overlay-layer.ts';
import { buildOutputMesh } from './output-mesh.ts';
import { OUTPUT, OUTPUT_VERTEX } from './output-shaders.ts';
import { uniformsOf } from '../passes.ts';

export interface OutputMoment {
  readonly overlay: PlacedOverlay | null;
  /** A test card instead of the picture. */
  readonly card: HTMLCanvasElement | null;
  /** Place of the moving bar of the sync card, 0..1; below 0 for none. */
  readonly barAt: number;
  /** Gain of the stage, which cards and overlay obey too. */
  readonly light: number;
}

export class OutputPass {
  #settings: OutputSettings = PLAIN_OUTPUT;
  #built = '';
  readonly #geometry = new BufferGeometry();
  readonly #slice = new Vector4(0, 0, 1, 1);
  readonly #overlayPlace = new Vector4(0, 0, 1, 1);
  readonly #blendWidths = new Vector4(0, 0, 0, 0);
  readonly #blendGammas = new Vector4(1, 1, 1, 1);
  readonly #outputSize = new Vector2(1, 1);
  readonly #uniforms = uniformsOf({
    picture: null, card: null, overlay: null, mask: null, slice: this.#slice, overlayPlace: this.#overlayPlace, overlayOpacity: 0, hasCard: 0, hasMask: 0, barAt: -1, light: 1,
    blendWidths: this.#blendWidths, blendGammas: this.#blendGammas, outputSize: this.#outputSize, dither: 0,
  });
  readonly #material = new RawShaderMaterial({ glslVersion: GLSL3, vertexShader: OUTPUT_VERTEX, fragmentShader: OUTPUT, uniforms: this.#uniforms, depthTest: false, depthWrite: false, blending: NoBlending, side: DoubleSide, name: 'output' });
  readonly #scene = new Scene();
  readonly #camera = new Camera();
  #mask: CanvasTexture | null = null;
  #card: { readonly canvas: HTMLCanvasElement; readonly texture: CanvasTexture } | null = null;

  constructor() {
    const mesh = new Mesh(this.#geometry, this.#material);
    mesh.frustumCulled = false;
    this.#scene.add(mesh);
  }

  get settings(): OutputSettings {
    return this.#settings;
  }

  setSettings(settings: OutputSettings): void {
    this.#settings = settings;
    this.#mask?.dispose();
    this.#mask = settings.masks.length === 0 ? null : maskTexture(settings);
    const { slice, blend } = settings;
    this.#slice.set(slice.x, slice.y, slice.width, slice.height);
    this.#blendWidths.set(blend.left.width, blend.right.width, blend.top.width, blend.bottom.width);
    this.#blendGammas.set(blend.left.gamma, blend.right.gamma, blend.top.gamma, blend.bottom.gamma);
  }

  /** Nothing to do but to show the picture as it is. */
  isPlain({ overlay, card, barAt }: OutputMoment): boolean {
    return overlay === null && card === null && barAt < 0 && isPlain(this.#settings);
  }

  draw(renderer: WebGLRenderer, picture: WebGLRenderTarget, target: WebGLRenderTarget, moment: OutputMoment & { readonly dither: number }): void {
    this.#build(picture.width / picture.height, target.width / target.height);
    this.#set('picture', picture.texture);
    this.#setOverlay(moment.overlay, picture.width / picture.height);
    this.#set('card', this.#cardTexture(moment.card));
    this.#set('hasCard', moment.card === null ? 0 : 1);
    this.#set('mask', this.#mask);
    this.#set('hasMask', this.#mask === null ? 0 : 1);
    this.#set('barAt', moment.barAt);
    this.#set('light', moment.light);
    this.#set('dither', moment.dither);
    this.#outputSize.set(target.width, target.height);
    renderer.setRenderTarget(target);
    renderer.clear(true, false, false);
    renderer.render(this.#scene, this.#camera);
  }

  dispose(): void {
    this.#geometry.dispose();
    this.#material.dispose();
    this.#mask?.dispose();
    this.#card?.texture.dispose();
  }

  #build(pictureAspect: number, outputAspect: number): void {
    const key = JSON.stringify([this.#settings, pictureAspect.toFixed(4), outputAspect.toFixed(4)]);
    if (key === this.#built) return;
    this.#built = key;
    const { positions, places, indices } = buildOutputMesh(this.#settings, pictureAspect, outputAspect);
    this.#geometry.dispose();
    this.#geometry.setAttribute('position', new BufferAttribute(positions, 4));
    this.#geometry.setAttribute('place', new BufferAttribute(places, 2));
    this.#geometry.setIndex(new BufferAttribute(indices, 1));
  }

  #setOverlay(overlay: PlacedOverlay | null, aspect: number): void {
    this.#set('overlayOpacity', overlay?.opacity ?? 0);
    if (overlay === null) return;
    this.#set('overlay', overlay.texture);
    this.#overlayPlace.set(overlay.x, overlay.y, (overlay.height * overlay.aspect) / aspect, overlay.height);
  }

  #cardTexture(canvas: HTMLCanvasElement | null): Texture | null {
    if (canvas === null) return null;
    if (this.#card?.canvas === canvas) return this.#card.texture;
    this.#card?.texture.dispose();
    this.#card = { canvas, texture: canvasTexture(canvas) };
    return this.#card.texture;
  }

  #set(name: string, value: unknown): void {
    const uniform = this.#uniforms[name];
    if (uniform !== undefined) uniform.value = value;
  }
}

function isPlain({ slice, fit, rotate, flipX, flipY, corners, mesh, masks, blend }: OutputSettings): boolean {
  return slice.x === 0 && slice.y === 0 && slice.width === 1 && slice.height === 1 && fit === 'fill' && rotate === 0 && !flipX && !flipY && mesh.size < 3 && masks.length === 0
    && JSON.stringify(corners) === JSON.stringify(PLAIN_OUTPUT.corners) && Object.values(blend).every(({ width }) => width <= 0);
}

function maskTexture({ masks }: OutputSettings): CanvasTexture {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1024;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  for (const polygon of masks) {
    context.beginPath();
    for (const { x, y } of polygon) context.lineTo(x * 1024, y * 1024);
    context.fill();
  }
  return canvasTexture(canvas);
}

function canvasTexture(canvas: HTMLCanvasElement): CanvasTexture {
  const texture = new CanvasTexture(canvas);
  Object.assign(texture, { colorSpace: NoColorSpace, minFilter: LinearMipmapLinearFilter, magFilter: LinearFilter, generateMipmaps: true, flipY: false });
  return texture;
}
