/**
 * `/?calibrate=1`: a click and a flash that should fall together. Arrow keys move the flash until they do; or twelve taps with the
 * sound and twelve with the light measure the offset. Saved for this output (display-offset.ts). The flash covers a fifth of the
 * screen 1.7 times a second: under every flash limit.
 */

import { clamp } from '../../base/math.ts';
import type { Milliseconds, Seconds } from '../../base/units.ts';
import { DISPLAY_LEAD } from '../show-session.ts';
import { MOST_OFFSET, type DisplayOffset } from './display-offset.ts';
import { h } from './dom.ts';
import { HeardClock } from '../sound/heard-clock.ts';
import { TAPS_WANTED, TapTrial } from './tap-trial.ts';

const PERIOD: Seconds = 0.6;
const FLASH: Seconds = 0.08;
/** Clicks are scheduled so far ahead. */
const AHEAD: Seconds = 1.5;

type Step = 'waiting' | 'by eye' | 'sound' | 'light';

const HINTS: Record<Step, string> = {
  waiting: 'Click anywhere to begin. Use the loudspeakers and the display of the show.',
  'by eye': 'Move the flash with ← → (10 ms, Shift 1 ms) until it falls on the click. T: tap along instead. Enter: keep it.',
  sound: 'Close your eyes and tap Space with the clicks.',
  light: 'The sound is off. Tap Space with the flashes.',
};

/** Takes over the page. */
export function startCalibration(offset: DisplayOffset): void {
  document.body.classList.add('calibrating');
  new Calibration(offset).start();
}

class Calibration {
  readonly #offset: DisplayOffset;
  readonly #disc = h('div', { class: 'calibration-disc' });
  readonly #value = h('output', { class: 'calibration-value' });
  readonly #hint = h('p', { class: 'calibration-hint', role: 'status' });
  readonly #heard = new HeardClock();
  #context: AudioContext | null = null;
  #gain: GainNode | null = null;
  #firstBeat: Seconds = 0;
  #scheduled = 0;
  #milliseconds: Milliseconds;
  #step: Step = 'waiting';
  #trial = new TapTrial(PERIOD);
  #soundLateness: Milliseconds = 0;

  constructor(offset: DisplayOffset) {
    this.#offset = offset;
    this.#milliseconds = offset.milliseconds;
  }

  start(): void {
    document.body.append(h('main', { class: 'calibration' }, h('h1', {}, 'Flash and click'), this.#disc, this.#value, this.#hint, h('a', { class: 'calibration-back', href: '/' }, 'Back to the stage')));
    this.#show();
    addEventListener('pointerdown', () => void this.#begin());
    addEventListener('keydown', (event) => this.#press(event));
    const draw = (instant: Milliseconds): void => {
      this.#draw(instant);
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
  }

  async #begin(): Promise<void> {
    if (this.#context !== null) return;
    this.#context = new AudioContext({ latencyHint: 'interactive' });
    this.#gain = this.#context.createGain();
    this.#gain.connect(this.#context.destination);
    await this.#context.resume();
    this.#firstBeat = this.#context.currentTime + 0.5;
    this.#go('by eye');
  }

  #press(event: KeyboardEvent): void {
    const { key } = event;
    if (this.#context === null) return void this.#begin();
    if (key === ' ') this.#tap(event.timeStamp);
    else if (key === 'ArrowLeft' || key === 'ArrowRight') this.#move((key === 'ArrowLeft' ? -1 : 1) * (event.shiftKey ? 1 : 10));
    else if (key.toLowerCase() === 't') this.#beginTrial('sound');
    else if (key === 'Enter') this.#keep();
    else return;
    event.preventDefault();
  }

  #move(step: Milliseconds): void {
    this.#milliseconds = clamp(this.#milliseconds + step, -MOST_OFFSET, MOST_OFFSET);
    this.#go('by eye');
  }

  #beginTrial(step: 'sound' | 'light'): void {
    this.#trial = new TapTrial(PERIOD);
    this.#go(step);
  }

  /** Taps count on the clock of what is heard; the flash of a trial is shown with no offset at all. */
  #tap(instant: Milliseconds): void {
    if (this.#context === null || (this.#step !== 'sound' && this.#step !== 'light')) return;
    this.#trial.tap(this.#heard.contextTimeAt(this.#context, instant), this.#firstBeat);
    this.#show();
    const { lateness } = this.#trial;
    if (lateness === null) return;
    if (this.#step === 'sound') {
      this.#soundLateness = lateness;
      return this.#beginTrial('light');
    }
    this.#milliseconds = clamp(Math.round(lateness - this.#soundLateness), -MOST_OFFSET, MOST_OFFSET);
    this.#go('by eye');
  }

  #keep(): void {
    this.#offset.save(this.#milliseconds);
    this.#hint.textContent = `Kept for output "${this.#offset.output}": the picture is shown ${this.#milliseconds} ms earlier.`;
  }

  #go(step: Step): void {
    this.#step = step;
    if (this.#gain !== null) this.#gain.gain.value = step === 'light' ? 0 : 1;
    this.#show();
  }

  #show(): void {
    this.#value.textContent = `${this.#milliseconds > 0 ? '+' : ''}${this.#milliseconds} ms`;
    const isTrial = this.#step === 'sound' || this.#step === 'light';
    this.#hint.textContent = isTrial ? `${HINTS[this.#step]} ${Math.min(this.#trial.count, TAPS_WANTED + 2)} of ${TAPS_WANTED + 2}` : HINTS[this.#step];
    document.body.dataset['calibration'] = this.#step;
  }

  #draw(instant: Milliseconds): void {
    const context = this.#context;
    if (context === null) return;
    this.#schedule(context);
    const early = this.#step === 'light' ? 0 : this.#milliseconds / 1000;
    const since = this.#heard.contextTimeAt(context, instant) + DISPLAY_LEAD + early - this.#firstBeat;
    const isLit = this.#step !== 'sound' && since >= 0 && since % PERIOD < FLASH;
    this.#disc.classList.toggle('lit', isLit);
  }

  #schedule(context: AudioContext): void {
    while (this.#gain !== null && this.#firstBeat + this.#scheduled * PERIOD < context.currentTime + AHEAD) {
      const at = this.#firstBeat + this.#scheduled++ * PERIOD;
      const tone = context.createOscillator();
      const shape = context.createGain();
      tone.frequency.value = 1_600;
      shape.gain.setValueAtTime(0.7, at);
      shape.gain.exponentialRampToValueAtTime(1e-3, at + 0.04);
      tone.connect(shape).connect(this.#gain);
      tone.start(at);
      tone.stop(at + 0.05);
    }
  }
}
