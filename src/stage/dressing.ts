/** What stands over the picture or instead of it at one moment: the overlay, a test card, the moving bar of the sync card. */

import type { PixelSize } from '../base/picture-shape.ts';
import type { Seconds, Unit } from '../base/units.ts';
import { addressOf } from './page/address.ts';
import type { OutputMoment } from './geometry/output-pass.ts';
import { Beeper } from './geometry/beeper.ts';
import { drawTestCard, TEST_CARDS, type TestCard } from './geometry/test-cards.ts';
import { OverlayLayer, type OverlayMoment } from './layer/overlay-layer.ts';
import type { ShowSession } from './show-session.ts';

export interface DressingMoment {
  readonly session: ShowSession;
  readonly time: Seconds;
  readonly elapsed: Seconds;
  readonly wall: Seconds;
  readonly light: Unit;
  readonly beat: Unit;
  /** Pixels of the output. */
  readonly pixels: PixelSize;
  readonly valueOf: (path: string) => number;
}

interface Card {
  readonly kind: TestCard;
  readonly canvas: HTMLCanvasElement;
}

export class Dressing {
  readonly #overlay: OverlayLayer;
  readonly #beeper = new Beeper();
  readonly #name: string;
  readonly #isRender: boolean;
  #begun = false;
  #card: Card | null = null;

  constructor(name: string, isRender: boolean, base?: string) {
    this.#overlay = new OverlayLayer((id) => addressOf(`/api/overlays/${id}`, base));
    this.#name = name;
    this.#isRender = isRender;
  }

  get ready(): Promise<void> {
    return this.#overlay.ready;
  }

  at({ session, time, elapsed, wall, light, beat, pixels, valueOf }: DressingMoment): OutputMoment {
    const moment: OverlayMoment = { elapsed, beat, numberOf: valueOf, textOf: (path) => session.values[path], title: session.show?.title ?? '' };
    // An export is stepped from the start of its range, or from the middle after it was stopped.
    if (this.#isRender && !this.#begun) this.#overlay.jump(Math.max(0, time - (session.transport?.showTime ?? 0)), moment);
    this.#begun = true;
    const kind = this.#isRender ? 'off' : (TEST_CARDS.find((card) => card === session.values['/stage/test']) ?? 'off');
    // The bar is in the middle at whole seconds, and the beep sounds then.
    if (kind === 'sync') this.#beeper.tend(wall);
    else this.#beeper.stop();
    return { overlay: this.#overlay.at(moment), card: this.#cardOf(kind, pixels), barAt: kind === 'sync' ? (wall + 0.5) % 1 : -1, light };
  }

  /** A card is on whose lines are to be judged pixel by pixel; that of the moving bar is to move well instead. */
  get wantsAllPixels(): boolean {
    return this.#card !== null && this.#card.kind !== 'sync';
  }

  #cardOf(kind: TestCard, { width, height }: PixelSize): HTMLCanvasElement | null {
    if (kind === 'off') {
      this.#card = null;
      return null;
    }
    const before = this.#card;
    if (before?.kind !== kind || before.canvas.width !== width || before.canvas.height !== height) this.#card = { kind, canvas: drawTestCard(kind, this.#name, width, height) };
    return (this.#card as Card).canvas;
  }
}
