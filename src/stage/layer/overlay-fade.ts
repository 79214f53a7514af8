/** How visible the overlay is: fades in and out over `fade` seconds, and by itself after `hold` seconds (0 = it stays). Pure. */

import { clamp } from '../../base/math.ts';
import type { Seconds, Unit } from '../../base/units.ts';

export interface FadeSettings {
  readonly show: boolean;
  readonly fade: Seconds;
  readonly hold: Seconds;
}

export class OverlayFade {
  level: Unit = 0;
  #age: Seconds = 0;
  #shown = false;

  /** As after `age` seconds of being shown (an export that begins in the middle). */
  jump(age: Seconds, { show, fade, hold }: FadeSettings): void {
    this.#age = age;
    this.#shown = show;
    const rise = fade <= 0 ? 1 : clamp(age / fade, 0, 1);
    const fall = hold <= 0 || age < hold ? 1 : fade <= 0 ? 0 : clamp(1 - (age - hold) / fade, 0, 1);
    this.level = show ? Math.min(rise, fall) : 0;
  }

  advance(elapsed: Seconds, { show, fade, hold }: FadeSettings): void {
    if (show && !this.#shown) this.#age = 0;
    this.#shown = show;
    this.#age += elapsed;
    const wanted = show && (hold <= 0 || this.#age <= hold + 1e-9) ? 1 : 0;
    const step = fade <= 0 ? 1 : elapsed / fade;
    this.level = wanted > this.level ? Math.min(1, this.level + step) : Math.max(wanted, this.level - step);
  }
}
