/**
 * The title over frames that no stage page draws (`render --plain`): the text of the overlay layer, at its place and size and
 * with its fade, under the flash limiter as on stage. A logo and the overlay's beat need the stage page.
 */

import sharp from 'sharp';

import type { ControlValue } from './score/control.ts';
import { OverlayFade } from './stage/layer/overlay-fade.ts';
import type { FrameMaker } from './video/export.ts';

export interface TitleRequest {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Values of the controls under /overlay/, by path. */
  readonly values: Readonly<Record<string, ControlValue>>;
  /** What stands there without a text of its own. */
  readonly title: string;
}

interface Drawn {
  /** RGBA over the whole width, `rows` of them from `top` on (px). */
  readonly pixels: Uint8Array;
  readonly top: number;
  readonly rows: number;
}

/** As on stage (overlay-layer.ts): the first line large, the others smaller; heights in parts of the first line's. */
const SMALL_LINE = 0.56;
const LINE = 1.28;
const PAD = 0.35;
const TAIL = 0.2;
const MOST_LINES = 4;
const FONT = 'Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif';

export function titledFrames(maker: FrameMaker, request: TitleRequest): FrameMaker {
  const number = (path: string): number => Number(request.values[path] ?? 0);
  const settings = { show: request.values['/overlay/show'] === true, fade: number('/overlay/fade'), hold: number('/overlay/hold') };
  const fade = new OverlayFade();
  const drawn = drawText(request, number);
  return {
    async frame(index) {
      const pixels = await maker.frame(index);
      // The first frame is the start of the fade: its level depends on the frame alone, so a resumed export agrees.
      fade.jump(index / request.fps, settings);
      const opacity = fade.level * number('/overlay/opacity');
      return opacity > 0 ? lay(await drawn, pixels, request, opacity) : pixels;
    },
    close: () => maker.close(),
  };
}

async function drawText({ width, height, values, title }: TitleRequest, number: (path: string) => number): Promise<Drawn> {
  const text = String(values['/overlay/text'] ?? '') || title;
  const lines = text.split(/\n|\\n/).map((line) => line.trim()).filter((line) => line !== '').slice(0, MOST_LINES);
  const sizes = lines.map((_, i) => (i === 0 ? 1 : SMALL_LINE));
  const whole = sizes.reduce((sum, size) => sum + size * LINE, 0) + 2 * PAD - TAIL;
  const rows = Math.max(1, Math.round(number('/overlay/size') * height));
  const unit = rows / whole;
  let y = PAD * unit;
  const marks = lines.map((line, i) => {
    const size = (sizes[i] as number) * unit;
    const base = y + size;
    y = base + size * (LINE - 1);
    const own = `x="${number('/overlay/x') * width}" y="${base}" font-size="${size}" font-weight="${i === 0 ? 600 : 400}" opacity="${i === 0 ? 1 : 0.86}"`;
    const letters = `<text ${own} text-anchor="middle" font-family="${FONT}"`;
    // A soft shadow keeps white letters readable over a bright picture.
    return `${letters} fill="#000" fill-opacity="0.7" filter="url(#soft)">${escape(line)}</text>${letters} fill="#fff">${escape(line)}</text>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${rows}"><filter id="soft" x="-20%" y="-60%" width="140%" height="220%"><feGaussianBlur stdDeviation="${unit * 0.11}"/></filter>${marks.join('')}</svg>`;
  const pixels = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  return { pixels, rows, top: Math.round(number('/overlay/y') * height - rows / 2) };
}

/** The picture (RGBA) with the text over it; straight alpha. */
function lay({ pixels: over, top, rows }: Drawn, under: Uint8Array, { width, height }: TitleRequest, opacity: number): Uint8Array {
  const out = Uint8Array.from(under);
  for (let row = Math.max(0, -top); row < rows && top + row < height; row++) {
    for (let x = 0; x < width; x++) {
      const from = (row * width + x) * 4;
      const to = ((top + row) * width + x) * 4;
      const alpha = ((over[from + 3] as number) / 255) * opacity;
      for (let channel = 0; channel < 3 && alpha > 0; channel++) out[to + channel] = Math.round((out[to + channel] as number) * (1 - alpha) + (over[from + channel] as number) * alpha);
    }
  }
  return out;
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
