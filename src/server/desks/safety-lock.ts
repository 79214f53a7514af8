/**
 * Flash safety is switched off by asking twice: the first "off" only warns, the same source's second within ten seconds does
 * it, and it is logged. Everything else passes at once.
 */

import { UserError } from '../../base/errors.ts';
import { notify } from '../../base/log.ts';
import type { Milliseconds } from '../../base/units.ts';
import type { ControlValue } from '../../score/control.ts';

export const SAFETY_PATH = '/stage/safety';
const CONFIRM_WITHIN: Milliseconds = 10_000;

export class SafetyLock {
  #asked: { readonly source: string; readonly at: Milliseconds } | null = null;

  /** Throws a UserError while a confirmation is wanting. `now` is monotonic. */
  admit(path: string, value: ControlValue, before: ControlValue | undefined, source: string, now: Milliseconds): void {
    if (path !== SAFETY_PATH) return;
    const asked = this.#asked;
    this.#asked = null;
    if (value !== 'off') return before === 'off' ? notify('info', `Flash safety is on again (${String(value)}), by ${source}.`) : undefined;
    if (before === 'off') return;
    if (asked?.source === source && now - asked.at <= CONFIRM_WITHIN) return notify('warn', `Flash safety was switched off by ${source}, confirmed, at ${new Date().toISOString()}: flashes that can harm people with photosensitive epilepsy are no longer held back.`);
    this.#asked = { source, at: now };
    throw new UserError('usage', 'Flash safety stays on. Without it flashes can cause seizures: send off again within ten seconds to confirm.');
  }
}
