/** The sheet of key I: which sound input is heard, a meter of it, how far light is from sound, and the way to the calibration. */

import type { Milliseconds, Unit } from '../../base/units.ts';
import { h } from '../page/dom.ts';
import { listInputs } from './microphone.ts';
import { Overlay } from '../overlay.ts';

export interface InputSheetParts {
  readonly listener: { readonly isOn: boolean; readonly peak: Unit; readonly chosen: string | undefined; choose(deviceId: string): void };
  /** Starts or stops listening. */
  readonly onListen: () => void;
  /** 95th percentile of the distance between a beat's light and its sound (ms); null while unknown. */
  readonly beatToLight: () => Milliseconds | null;
}

export class InputSheet extends Overlay {
  readonly #parts: InputSheetParts;
  readonly #choice: HTMLSelectElement;
  readonly #meter: HTMLMeterElement;
  readonly #listen: HTMLButtonElement;
  readonly #sync: HTMLElement;

  constructor(parts: InputSheetParts) {
    const choice = h('select', { 'aria-label': 'Sound input' });
    const meter = h('meter', { min: 0, max: 1, low: 0.02, high: 0.9, optimum: 0.3, 'aria-label': 'Level' });
    const listen = h('button', { class: 'small', onclick: parts.onListen }, 'Listen');
    const sync = h('p', { class: 'input-sync' });
    super('input', 'Sound input', choice, meter, listen, sync, h('a', { href: `/?calibrate=1${new URLSearchParams(location.search).has('output') ? `&output=${encodeURIComponent(new URLSearchParams(location.search).get('output') ?? '')}` : ''}` }, 'Calibrate flash and click'));
    this.#parts = parts;
    this.#choice = choice;
    this.#meter = meter;
    this.#listen = listen;
    this.#sync = sync;
    choice.addEventListener('change', () => parts.listener.choose(choice.value));
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#fill());
  }

  override toggle(open = !this.isOpen): void {
    super.toggle(open);
    if (open) void this.#fill();
  }

  /** Once per display frame. */
  tick(): void {
    if (!this.isOpen) return;
    const { listener, beatToLight } = this.#parts;
    this.#meter.value = listener.peak;
    this.#listen.textContent = listener.isOn ? 'Stop listening' : 'Listen';
    const error = beatToLight();
    this.#sync.textContent = error === null ? 'Beat to light: not known yet.' : `Beat to light: within ${Math.round(error)} ms for 95 of 100 beats.`;
  }

  async #fill(): Promise<void> {
    const inputs = await listInputs();
    const options = inputs.map(({ id, label }) => h('option', { value: id, selected: id === this.#parts.listener.chosen }, label));
    this.#choice.replaceChildren(...(options.length === 0 ? [h('option', { value: '' }, 'No input found yet: press Listen')] : options));
  }
}
