/** Bundled by the upscale test and run in a page: one raw frame enlarged as the stage does it, read back. */

import { DataUtils, WebGLRenderer } from 'three';
import { FrameTextures, type StageFrame } from '../../src/stage/frame-textures.ts';
import { createTarget } from '../../src/stage/passes.ts';
import { PictureMixer } from '../../src/stage/picture-mixer.ts';
import { Enlarger } from '../../src/stage/upscale/enlarger.ts';

export interface EnlargeJob {
  readonly width: number;
  readonly height: number;
  /** Base64 of RGBA, top row first. */
  readonly pixels: string;
  readonly toWidth: number;
  readonly toHeight: number;
  readonly sharpness: number;
}

const renderer = new WebGLRenderer({ canvas: document.createElement('canvas') });
renderer.autoClear = false;
const mixer = new PictureMixer(new FrameTextures(), false);
const enlarger = new Enlarger();

/** RGB 0..1, top row first. */
Object.assign(globalThis, {
  enlargeFrame({ width, height, pixels, toWidth, toHeight, sharpness }: EnlargeJob): number[] {
    const data = Uint8Array.from(atob(pixels), (letter) => letter.codePointAt(0) ?? 0);
    const frame: StageFrame = { tick: 0, due: 0, generation: 0, width, height, cut: false, bytes: 0, pixels: { kind: 'raw', data } };
    const mixed = mixer.mix(renderer, { from: frame, to: frame, mix: 0, starved: false }, 1 / 60, 0);
    const target = createTarget(toWidth, toHeight);
    enlarger.draw(renderer, mixed, target, { zoom: 1, angle: 0, shift: { x: 0, y: 0 }, sharpen: sharpness });
    const halves = new Uint16Array(toWidth * toHeight * 4);
    renderer.readRenderTargetPixels(target, 0, 0, toWidth, toHeight, halves);
    target.dispose();
    const colours: number[] = [];
    for (let y = toHeight - 1; y >= 0; y--) for (let x = 0; x < toWidth; x++) for (let c = 0; c < 3; c++) colours.push(DataUtils.fromHalfFloat(halves[(y * toWidth + x) * 4 + c] as number));
    return colours;
  },
});
