/**
 * What the show and its inference process say to each other. Messages go over the IPC channel, pixels over a pipe of
 * their own: a 16-byte little-endian header (uint32 body length, uint32 request id, uint16 height, uint16 width,
 * float32 cost in ms), then the RGBA body.
 */

import type { Heard, LatentPoint, ModelCard, ModelSettings } from '../diffusion/types.ts';
import type { Milliseconds } from '../base/units.ts';

/** Everything the process needs to open its pipeline. */
export interface InferenceSetup {
  /** A model folder, or 'fake'. */
  readonly model: string;
  readonly provider: string;
  readonly threads: number;
  /** How the model is sampled. */
  readonly drawing: ModelSettings;
  /** What the fake pipeline pretends to cost. */
  readonly fakeCost: Milliseconds;
}

/** To the process. A request is answered once, by pixels, 'differences' or 'failed'. */
export type InferenceRequest =
  | { readonly type: 'open'; readonly setup: InferenceSetup }
  | { readonly type: 'draw'; readonly id: number; readonly point: LatentPoint }
  | { readonly type: 'measure'; readonly id: number; readonly points: readonly LatentPoint[] }
  | { readonly type: 'hear'; readonly id: number; readonly prompt: string }
  /** Not wanted any more: dropped if its turn has not come, answered by 'failed'. */
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'close' };

export type InferenceReply =
  | { readonly type: 'ready'; readonly card: ModelCard }
  | { readonly type: 'alive' }
  /** A run of the model has ended: a picture that takes minutes is not hung. */
  | { readonly type: 'step' }
  | { readonly type: 'notice'; readonly text: string }
  | { readonly type: 'differences'; readonly id: number; readonly differences: readonly number[] }
  | { readonly type: 'heard'; readonly id: number; readonly heard: Heard | null }
  /** `id` 0: the pipeline could not be opened. `fault` is that of a UserError. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string; readonly fault: 'usage' | 'input' | 'device' | 'again' | null };

/** From the worker to the process's main thread: replies, and pixels by transfer. */
export type WorkerReply = InferenceReply | { readonly type: 'picture'; readonly id: number; readonly height: number; readonly width: number; readonly cost: Milliseconds; readonly pixels: Uint8Array };

/** The heart beats this often (ms). */
export const HEARTBEAT_MS = 250;
export const PIXEL_HEADER_BYTES = 16;

/** Cuts a byte stream into pictures. Chunks may end anywhere. */
export class PictureReader {
  readonly #onPicture: (id: number, height: number, width: number, cost: Milliseconds, pixels: Uint8Array) => void;
  readonly #header = Buffer.alloc(PIXEL_HEADER_BYTES);
  #headerFill = 0;
  #body: Uint8Array | undefined;
  #bodyFill = 0;

  constructor(onPicture: (id: number, height: number, width: number, cost: Milliseconds, pixels: Uint8Array) => void) {
    this.#onPicture = onPicture;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) at += this.#body === undefined ? this.#takeHeader(chunk.subarray(at)) : this.#takeBody(chunk.subarray(at), this.#body);
  }

  #takeHeader(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, PIXEL_HEADER_BYTES - this.#headerFill);
    this.#header.set(bytes.subarray(0, count), this.#headerFill);
    this.#headerFill += count;
    if (this.#headerFill === PIXEL_HEADER_BYTES) {
      this.#body = new Uint8Array(this.#header.readUInt32LE(0));
      this.#bodyFill = 0;
    }
    return count;
  }

  #takeBody(bytes: Uint8Array, body: Uint8Array): number {
    const count = Math.min(bytes.length, body.length - this.#bodyFill);
    body.set(bytes.subarray(0, count), this.#bodyFill);
    this.#bodyFill += count;
    if (this.#bodyFill === body.length) {
      this.#body = undefined;
      this.#headerFill = 0;
      this.#onPicture(this.#header.readUInt32LE(4), this.#header.readUInt16LE(8), this.#header.readUInt16LE(10), this.#header.readFloatLE(12), body);
    }
    return count;
  }
}

export function pictureHeader(id: number, height: number, width: number, cost: Milliseconds, bytes: number): Buffer {
  const header = Buffer.alloc(PIXEL_HEADER_BYTES);
  header.writeUInt32LE(bytes, 0);
  header.writeUInt32LE(id, 4);
  header.writeUInt16LE(height, 8);
  header.writeUInt16LE(width, 10);
  header.writeFloatLE(cost, 12);
  return header;
}
