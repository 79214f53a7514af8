/** What stage pages report of themselves, kept while it is fresh. Instants are server-monotonic milliseconds. */

import type { Milliseconds, Unit } from '../base/units.ts';

const FRESH: Milliseconds = 3_000;

export class StageReports {
  readonly #headrooms = new Map<string, { readonly headroom: Unit; readonly at: Milliseconds }>();

  hear(clientId: string, headroom: Unit, now: Milliseconds): void {
    this.#headrooms.set(clientId, { headroom, at: now });
  }

  /** What the flash limiter of the worst page leaves; left out while none has said. */
  flash(now: Milliseconds): { readonly flashHeadroom?: Unit } {
    for (const [id, { at }] of this.#headrooms) if (now - at > FRESH) this.#headrooms.delete(id);
    const all = [...this.#headrooms.values()].map(({ headroom }) => headroom);
    return all.length === 0 ? {} : { flashHeadroom: Math.min(...all) };
  }
}
