/**
 * Generated frames as textures: uploaded when first shown, a few kept, freed with their frame. Raw pixels and bitmaps
 * alike come top row first and are not turned over here.
 */

import { ClampToEdgeWrapping, DataTexture, LinearFilter, NoColorSpace, RGBAFormat, Texture, UnsignedByteType } from 'three';

import { decodeFrame } from '../protocol/frame.ts';
import type { StoredFrame } from './frame-store.ts';

export type FramePixels = { readonly kind: 'raw'; readonly data: Uint8Array } | { readonly kind: 'bitmap'; readonly bitmap: ImageBitmap };
export type StageFrame = StoredFrame<FramePixels>;

const KEPT_TEXTURES = 8;

/** Reads one binary message. Rejects with the decoder's sentence for anything that is not a frame. */
export async function readFrame(bytes: ArrayBuffer): Promise<StageFrame> {
  const { header, payload } = decodeFrame(bytes);
  const base = { tick: header.tick, generation: header.generation, due: header.due, height: header.height, width: header.width, cut: header.cut, travel: header.travel };
  if (header.encoding === 'rgba') {
    if (payload.length !== header.height * header.width * 4) throw new Error(`a frame of ${header.width}x${header.height} came with ${payload.length} bytes`);
    return { ...base, pixels: { kind: 'raw', data: payload }, bytes: payload.length };
  }
  const bitmap = await createImageBitmap(new Blob([payload as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' }));
  return { ...base, pixels: { kind: 'bitmap', bitmap }, bytes: header.height * header.width * 4 };
}

export class FrameTextures {
  readonly #textures = new Map<FramePixels, Texture>();
  readonly #gone = new WeakSet<FramePixels>();

  /** The texture of a frame; uploads on first use at the next draw. */
  get(frame: StageFrame): Texture {
    const known = this.#textures.get(frame.pixels);
    if (known !== undefined) {
      this.#textures.delete(frame.pixels);
      this.#textures.set(frame.pixels, known);
      return known;
    }
    const texture = createTexture(frame);
    this.#textures.set(frame.pixels, texture);
    for (const [pixels] of this.#textures) {
      if (this.#textures.size <= KEPT_TEXTURES) break;
      this.#drop(pixels);
    }
    return texture;
  }

  /** The frame has left the store: frees its memory on both sides. */
  release(pixels: FramePixels): void {
    this.#drop(pixels);
    this.#gone.add(pixels);
    if (pixels.kind === 'bitmap') pixels.bitmap.close();
  }

  /** Its pixels have been released and can be drawn no more. */
  isGone(pixels: FramePixels): boolean {
    return this.#gone.has(pixels);
  }

  #drop(pixels: FramePixels): void {
    this.#textures.get(pixels)?.dispose();
    this.#textures.delete(pixels);
  }
}

function createTexture(frame: StageFrame): Texture {
  const { pixels } = frame;
  const texture = pixels.kind === 'raw' ? new DataTexture(pixels.data as Uint8Array<ArrayBuffer>, frame.width, frame.height, RGBAFormat, UnsignedByteType) : new Texture(pixels.bitmap);
  texture.colorSpace = NoColorSpace;
  texture.minFilter = texture.magFilter = LinearFilter;
  texture.wrapS = texture.wrapT = ClampToEdgeWrapping;
  texture.generateMipmaps = false;
  texture.flipY = false;
  texture.needsUpdate = true;
  return texture;
}
