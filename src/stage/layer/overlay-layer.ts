/**
 * The one layer above the looks and under the flash limiter: a logo with alpha or a text (first line large), drawn into a
 * canvas when it changes and blended on the GPU. Place and size are fractions of the picture, from its top left.
 */

import { CanvasTexture, ClampToEdgeWrapping, LinearFilter, LinearMipmapLinearFilter, NoColorSpace } from 'three';

import { clamp } from '../../base/math.ts';
import type { Seconds, Unit } from '../../base/units.ts';
import type { ControlValue } from '../../score/control.ts';
import { OverlayFade } from './overlay-fade.ts';

/** Height (px) of the canvas that a logo or a text of one line is drawn into. */
const DRAWN = 512;
const LONGEST = 4096;
/** Lines after the first, as a share of it. */
const SMALL_LINE = 0.56;
const FONT = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif';

export interface OverlayMoment {
  readonly elapsed: Seconds;
  /** Phase of the beat, 0 on it. */
  readonly beat: Unit;
  readonly numberOf: (path: string) => number;
  readonly textOf: (path: string) => ControlValue | undefined;
  /** What stands there without a text of its own. */
  readonly title: string;
}

export interface PlacedOverlay {
  readonly texture: CanvasTexture;
  readonly opacity: Unit;
  /** Centre and height as fractions of the picture; width = height * aspect in pixels. */
  readonly x: Unit;
  readonly y: Unit;
  readonly height: number;
  readonly aspect: number;
}

export class OverlayLayer {
  readonly #canvas = document.createElement('canvas');
  readonly #fade = new OverlayFade();
  #texture: CanvasTexture | null = null;
  #drawn = '';
  #loading: Promise<void> = Promise.resolve();
  /** Address of a logo. */
  readonly #addressOf: (id: string) => string;

  constructor(addressOf: (id: string) => string) {
    this.#addressOf = addressOf;
  }

  /** Resolves when the logo asked for has come (or failed). */
  get ready(): Promise<void> {
    return this.#loading;
  }

  /** An export that begins `age` seconds after the overlay was shown. */
  jump(age: Seconds, moment: OverlayMoment): void {
    this.#fade.jump(age, settingsOf(moment));
  }

  /** Advances the fade; null where nothing is to be seen. */
  at(moment: OverlayMoment): PlacedOverlay | null {
    const { numberOf, beat, elapsed } = moment;
    this.#fade.advance(elapsed, settingsOf(moment));
    this.#draw(String(moment.textOf('/overlay/logo') ?? ''), String(moment.textOf('/overlay/text') ?? '') || moment.title);
    if (this.#fade.level <= 0 || this.#texture === null) return null;
    const pulse = 1 + clamp(numberOf('/overlay/beat'), 0, 0.02) * (1 - beat) ** 2;
    return {
      texture: this.#texture, opacity: this.#fade.level * numberOf('/overlay/opacity'), x: numberOf('/overlay/x'), y: numberOf('/overlay/y'),
      height: numberOf('/overlay/size') * pulse, aspect: this.#canvas.width / this.#canvas.height,
    };
  }

  #draw(logo: string, text: string): void {
    const wanted = logo === '' ? `text:${text}` : `logo:${logo}`;
    if (wanted === this.#drawn) return;
    this.#drawn = wanted;
    if (logo === '') this.#drawText(text);
    else this.#loading = this.#loadLogo(logo, wanted);
  }

  #drawText(text: string): void {
    const lines = text.split(/\n|\\n/).map((line) => line.trim()).filter((line) => line !== '').slice(0, 4);
    if (lines.length === 0) return this.#clear();
    const context = this.#canvas.getContext('2d') as CanvasRenderingContext2D;
    const size = DRAWN / 3;
    const fonts = lines.map((_, i) => ({ px: i === 0 ? size : size * SMALL_LINE, font: `${i === 0 ? 600 : 400} ${i === 0 ? size : size * SMALL_LINE}px ${FONT}` }));
    const widths = lines.map((line, i) => {
      context.font = fonts[i]?.font ?? '';
      return context.measureText(line).width;
    });
    const pad = size * 0.35;
    this.#canvas.width = Math.min(LONGEST, Math.ceil(Math.max(...widths) + 2 * pad));
    this.#canvas.height = Math.ceil(fonts.reduce((sum, { px }) => sum + px * 1.28, 0) + 2 * pad - size * 0.2);
    // A soft shadow keeps white letters readable over a bright picture.
    Object.assign(context, { textAlign: 'center', textBaseline: 'alphabetic', fillStyle: '#fff', shadowColor: 'rgba(0,0,0,0.7)', shadowBlur: size * 0.22 });
    let y = pad;
    lines.forEach((line, i) => {
      const { px = size, font = '' } = fonts[i] ?? {};
      context.font = font;
      y += px;
      context.globalAlpha = i === 0 ? 1 : 0.86;
      context.fillText(line, this.#canvas.width / 2, y, this.#canvas.width - 2 * pad);
      y += px * 0.28;
    });
    this.#renew();
  }

  async #loadLogo(id: string, wanted: string): Promise<void> {
    const image = new Image();
    image.src = this.#addressOf(id);
    try {
      await image.decode();
    } catch {
      return this.#clear();
    }
    if (this.#drawn !== wanted) return;
    // An SVG without a size of its own counts as square.
    const aspect = (image.naturalWidth || 1) / (image.naturalHeight || 1);
    this.#canvas.height = Math.round(Math.min(DRAWN * 2, LONGEST / aspect));
    this.#canvas.width = Math.round(this.#canvas.height * aspect);
    this.#canvas.getContext('2d')?.drawImage(image, 0, 0, this.#canvas.width, this.#canvas.height);
    this.#renew();
  }

  #clear(): void {
    this.#texture?.dispose();
    this.#texture = null;
  }

  #renew(): void {
    this.#clear();
    const texture = new CanvasTexture(this.#canvas);
    Object.assign(texture, { colorSpace: NoColorSpace, minFilter: LinearMipmapLinearFilter, magFilter: LinearFilter, wrapS: ClampToEdgeWrapping, wrapT: ClampToEdgeWrapping, generateMipmaps: true, premultiplyAlpha: true, flipY: false });
    this.#texture = texture;
  }
}

function settingsOf({ numberOf }: OverlayMoment): { readonly show: boolean; readonly fade: Seconds; readonly hold: Seconds } {
  return { show: numberOf('/overlay/show') > 0.5, fade: numberOf('/overlay/fade'), hold: numberOf('/overlay/hold') };
}
