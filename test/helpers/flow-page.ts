/** Bundled by the flow test and run in a page: the mixer's in-betweens over two raw frames, read back. */

import { DataUtils, WebGLRenderer } from 'three';
import { FrameTextures, type StageFrame } from '../../src/stage/frame-textures.ts';
import { PictureMixer } from '../../src/stage/picture-mixer.ts';

export interface FlowJob {
  readonly width: number;
  readonly height: number;
  /** Base64 of RGBA, top row first. */
  readonly first: string;
  readonly second: string;
  readonly mix: number;
  readonly motion: number;
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.codePointAt(0) ?? 0);
const canvas = document.createElement('canvas');
const renderer = new WebGLRenderer({ canvas });
renderer.autoClear = false;
const mixer = new PictureMixer(new FrameTextures(), false);

/** RGB 0..1 of the mixed picture, top row first, and how many passes of the GPU it took. */
Object.assign(globalThis, {
  mixFrames({ width, height, first, second, mix, motion }: FlowJob): { readonly colours: number[]; readonly calls: number } {
    const frame = (tick: number, pixels: string): StageFrame => ({ tick, due: tick / 120, generation: 0, width, height, cut: false, bytes: 0, pixels: { kind: 'raw', data: bytesOf(pixels) } });
    renderer.info.autoReset = false;
    renderer.info.reset();
    const target = mixer.mix(renderer, { from: frame(0, first), to: frame(12, second), mix, starved: false }, 1 / 60, motion);
    const halves = new Uint16Array(width * height * 4);
    renderer.readRenderTargetPixels(target, 0, 0, width, height, halves);
    const colours: number[] = [];
    for (let y = height - 1; y >= 0; y--) for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) colours.push(DataUtils.fromHalfFloat(halves[(y * width + x) * 4 + c] as number));
    return { colours, calls: renderer.info.render.calls };
  },
});
