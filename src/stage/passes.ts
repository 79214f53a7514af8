/**
 * A full-screen pass: one triangle, one fragment shader, drawn into a target or onto the canvas. The only file besides
 * the frame textures, the mixer and the look chain that knows Three.js. Colours are passed through as they are (sRGB).
 */

import { BufferAttribute, BufferGeometry, Camera, GLSL3, HalfFloatType, LinearFilter, Mesh, MirroredRepeatWrapping, NoBlending, NoColorSpace, RawShaderMaterial, RGBAFormat, Scene, UnsignedByteType, Vector2, WebGLRenderTarget, type IUniform, type WebGLRenderer } from 'three';

import { VERTEX } from './core-shaders.ts';

export type Uniforms = Record<string, IUniform>;

export class Pass {
  readonly uniforms: Uniforms;
  readonly material: RawShaderMaterial;
  readonly #scene = new Scene();
  readonly #camera = new Camera();
  readonly #geometry = new BufferGeometry();

  constructor(fragment: string, uniforms: Uniforms, name: string) {
    this.uniforms = uniforms;
    this.material = new RawShaderMaterial({ glslVersion: GLSL3, vertexShader: VERTEX, fragmentShader: fragment, uniforms, depthTest: false, depthWrite: false, blending: NoBlending, name });
    this.#geometry.setAttribute('position', new BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
    const mesh = new Mesh(this.#geometry, this.material);
    mesh.frustumCulled = false;
    this.#scene.add(mesh);
  }

  set(name: string, value: unknown): void {
    const uniform = this.uniforms[name];
    if (uniform === undefined) this.uniforms[name] = { value };
    else uniform.value = value;
  }

  /** Sets a uniform that holds a Vector2. */
  setVector(name: string, x: number, y: number): void {
    const value: unknown = this.uniforms[name]?.value;
    if (value instanceof Vector2) value.set(x, y);
  }

  /** Draws into `target`, or onto the canvas for null. */
  draw(renderer: WebGLRenderer, target: WebGLRenderTarget | null): void {
    renderer.setRenderTarget(target);
    renderer.render(this.#scene, this.#camera);
  }

  dispose(): void {
    this.material.dispose();
    this.#geometry.dispose();
  }
}

/** The compiler's log of a fragment shader that does not compile; null where it does, or while the context is lost. */
export function compileFragment(renderer: WebGLRenderer, fragment: string): string | null {
  const gl = renderer.getContext();
  const shader = gl.createShader(gl.FRAGMENT_SHADER);
  if (shader === null) return null;
  gl.shaderSource(shader, `#version 300 es\n${fragment}`);
  gl.compileShader(shader);
  const isGood = gl.isContextLost() || gl.getShaderParameter(shader, gl.COMPILE_STATUS) === true;
  const log = isGood ? null : (gl.getShaderInfoLog(shader) ?? '');
  gl.deleteShader(shader);
  return log;
}

/** Uniform holders from plain values. */
export function uniformsOf(values: Record<string, unknown>): Uniforms {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}

/** A colour target of half floats (8 bits where asked), linear reads, mirrored beyond its edges. */
export function createTarget(width: number, height: number, bits: 8 | 16 = 16): WebGLRenderTarget {
  const target = new WebGLRenderTarget(Math.max(1, Math.round(width)), Math.max(1, Math.round(height)), {
    format: RGBAFormat, type: bits === 16 ? HalfFloatType : UnsignedByteType, minFilter: LinearFilter, magFilter: LinearFilter,
    wrapS: MirroredRepeatWrapping, wrapT: MirroredRepeatWrapping, depthBuffer: false, stencilBuffer: false, generateMipmaps: false, colorSpace: NoColorSpace,
  });
  return target;
}
