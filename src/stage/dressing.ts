/** What stands over the picture or instead of it at one moment: the overlay, a test card, the moving bar of the sync card. */

import type { Seconds, Unit } from '../base/units.ts';
import { addressOf } from './address.ts';
import type { OutputMoment } from './geometry/output-pass.ts';
import { Beeper } from './geometry/beeper.ts';
import { drawTestCard, TEST_CARDS, type TestCard } from './geometry/test-cards.ts';
import { OverlayLayer, type OverlayMoment } from './layer/overlay-layer.ts';
import type { ShowSession } from './show-session.ts';

/** Cards are drawn at this size and scaled. */
const CARD = { width: 1920, height: 1080 } as const;

export interface DressingMoment {
  readonly session: ShowSession;
  readonly time: Seconds;
  readonly elapsed: Seconds;
  readonly wall: Seconds;
  readonly light: Unit;
  readonly beat: Unit;
  readonly valueOf: (path: string) => number;
}

export class Dressing {
  readonly #overlay: OverlayLayer;
  readonly #beeper = new Beeper();
  readonly #name: string;
  readonly #isRender: boolean;
  #begun = false;
  #card: { readonly kind: TestCard; readonly canvas: HTMLCanvasElement } | null = null;

  constructor(name: string, isRender: boolean, base?: string) {
    this.#overlay = new OverlayLayer((id) => addressOf(`/api/overlays/${id}`, base));
    this.#name = name;
    this.#isRender = isRender;
  }

  get ready(): Promise<void> {
    return this.#overlay.ready;
  }

  at({ session, time, elapsed, wall, light, beat, valueOf }: DressingMoment): OutputMoment {
    const moment: OverlayMoment = { elapsed, beat, numberOf: valueOf, textOf: (path) => session.values[path], title: session.show?.title ?? '' };
    // An export is stepped from the start of its range, or from the middle after it was stopped.
    if (this.#isRender && !this.#begun) this.#overlay.jump(Math.max(0, time - (session.transport?.showTime ?? 0)), moment);
    this.#begun = true;
    const kind = this.#isRender ? 'off' : (TEST_CARDS.find((card) => card === session.values['/stage/test']) ?? 'off');
    // The bar is in the middle at whole seconds, and the beep sounds then.
    if (kind === 'sync') this.#beeper.tend(wall);
    else this.#beeper.stop();
    return { overlay: this.#overlay.at(moment), card: this.#cardOf(kind), barAt: kind === 'sync' ? (wall + 0.5) % 1 : -1, light };
  }

  #cardOf(kind: TestCard): HTMLCanvasElement | null {
    if (kind === 'off') {
      this.#card = null;
      return null;
    }
    if (this.#card?.kind !== kind) this.#card = { kind, canvas: drawTestCard(kind, this.#name, CARD.width, CARD.height) };
    return this.#card.canvas;
  }
}
